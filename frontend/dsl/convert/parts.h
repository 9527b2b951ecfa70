/// \file Trees without some of their parts. Internal to convert.
#pragma once

#include "frontend/dsl/node.h"
#include "ir/value/value.h"

namespace grovec::frontend::dsl {

/// `root` without the member or item that is `part`. False if it holds no such value.
bool leave_out(Arena& arena, ir::Value& root, const ir::Value* part);

/// The first field in `v` that its struct does not have; nullptr if there is none.
const ir::Member* unknown_field(const ir::Value& v, FieldPlace place);

}  // namespace grovec::frontend::dsl

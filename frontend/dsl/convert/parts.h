/// \file Trees without some of their parts. Internal to convert.
#pragma once

#include "ir/value/value.h"

namespace grovec::frontend::dsl {

/// `root` without the member or item that is `part`. False if it holds no such value.
bool leave_out(Arena& arena, ir::Value& root, const ir::Value* part);

}  // namespace grovec::frontend::dsl

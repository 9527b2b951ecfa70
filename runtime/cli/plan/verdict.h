/// \file What the API server refuses of an update, by the rules of admission.
#pragma once

#include <vector>

#include "runtime/plan/plan.h"

namespace grovec::cli {

/// NEW as an update of OLD. The findings are in NEW's context, too.
std::vector<plan::Forbidden> forbidden_by_update(const driver::CompiledSet& old, driver::CompiledSet& next);

}  // namespace grovec::cli

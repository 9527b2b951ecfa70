/// \file Who owns each count of a set: Git, an autoscaler, or somebody else.
#pragma once

#include <vector>

#include "runtime/cli/plan/dump.h"
#include "runtime/driver/compile_set.h"
#include "runtime/plan/plan.h"
#include "runtime/view/scale.h"

namespace grovec::cli {

/// The counts of the set, of its groups and of its standalone cliques. `scalers` are those of NEW's input; `dump` may
/// be null.
std::vector<plan::CountOwner> count_owners(const driver::CompiledSet& set,
                                           const std::vector<driver::OutsideScaler>& scalers, const Dump* dump);

}  // namespace grovec::cli

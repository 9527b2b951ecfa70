/// \file A set that the plan makes itself: OLD mended, or both sides with fewer replicas.
#pragma once

#include <memory>

#include "ir/base/context.h"
#include "runtime/driver/compile_set.h"
#include "runtime/simulate/part.h"

namespace grovec::plan {

/// A set with everything that it points at.
struct Recompiled {
  simulate::Part tree;
  Context context;
  std::unique_ptr<driver::CompiledSet> set;
};

/// `tree`, which is copied, compiled in the surroundings of `like`. Null if it is rejected.
std::unique_ptr<Recompiled> recompile(const ir::Value& tree, const driver::CompiledSet& like);

}  // namespace grovec::plan

/// \file What `reconcile --once` would write, without writing: decide's rounds in a copy of the world.
#pragma once

#include <functional>
#include <string>

#include "runtime/live/reconcile/once.h"

namespace grovec::live {

/// A line for each write, in order, as the run itself prints them. With `is_waiting` pods become Ready as well. What
/// has to be listed has been. Error: the set has no correct output, or does not come to rest (kContent).
Result<Done> print_trial(Operator& op, const AppliedSet& set, bool is_waiting,
                         const std::function<void(const std::string&)>& print);

}  // namespace grovec::live

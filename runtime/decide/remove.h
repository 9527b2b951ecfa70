/// \file The end of a set: finalizers go, the garbage collector does the rest (reference: runtime 4.6).
#pragma once

#include "runtime/decide/actions.h"

namespace grovec::decide {

/// For a set that is marked, or gone.
Decision decide_removal(const Observed& observed, Instant now);

}  // namespace grovec::decide

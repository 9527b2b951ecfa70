/// \file Counts allocations of this program.
#pragma once

#include <cstddef>

namespace grovec::diff {

/// Calls of `operator new` by this thread so far.
std::size_t allocations();

}  // namespace grovec::diff

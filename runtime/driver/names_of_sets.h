/// \file Sets of one input that are called the same, or whose objects are.
#pragma once

#include <span>

#include "runtime/driver/compile_set.h"

namespace grovec::driver {

/// By namespace and name.
bool comes_before(const CompiledSet& a, const CompiledSet& b);

/// Sets of one namespace and name (GV3202): every one behind the first is reported, in its own context. `sets` are in
/// order (comes_before), equal ones in the order of the input.
void find_equal_sets(std::span<CompiledSet* const> sets);

/// Objects of different sets that have one name (GV3105): replica 0 of set `a-0-x`, and a gang of group `x` of set `a`.
/// `sets` are in order and without errors.
void find_names_across_sets(Arena& arena, std::span<CompiledSet* const> sets);

}  // namespace grovec::driver

/// \file "Did you mean": which of some names was probably meant.
#pragma once

#include <span>
#include <string_view>

namespace grovec {

/// Number of insertions, deletions, substitutions and swaps of neighbours between two words; case counts half.
/// Returns in halves. Words above 64 bytes count as far apart.
int edit_distance_halves(std::string_view a, std::string_view b);

/// The candidate nearest to `word` if it is near enough to suggest (a third of the length), else empty.
std::string_view nearest_name(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace grovec

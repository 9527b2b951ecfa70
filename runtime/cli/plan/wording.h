/// \file How plans are worded, the same in every format for people.
#pragma once

#include <string>
#include <string_view>

#include "runtime/cli/plan/planning.h"

namespace grovec::cli {

/// "3 pods", "1 pod".
std::string counted_of(std::uint64_t n, std::string_view noun);
/// "24 pods, 192 GPUs".
std::string amount_text(const plan::Amount& amount);
/// "restarts 24 pods, 192 GPUs; adds 2 pods; down at once: 4 pods, 32 GPUs, 1 gang"; empty if nothing happens to pods.
std::string sums_of(const plan::SetPlan& set);
/// `old.yaml:3:9 → new.yaml:4:9`, or the one there is.
std::string places_of(const plan::Change& change);
/// Text of files without control characters.
std::string shown(std::string_view text);

/// Both values on one line of about `width` characters, the same part of both; `(none)` for a missing one.
struct ShownPair {
  std::string before, after;
};
ShownPair shown_pair(const plan::Change& change, std::size_t width);

}  // namespace grovec::cli

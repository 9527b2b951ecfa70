/// \file Plays the steps to a violation that `explore` has printed, one by one, and tells what happens.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ir/base/result.h"

namespace grovec::simulator {

/// How the first step of such a file begins; the name of a small world follows.
inline constexpr std::string_view kExploredWorld = "explored world ";

/// Whether a file of steps is one of these.
bool is_explored(std::string_view text);

struct Replayed {
  std::string story;                    ///< each step, and what comes of it
  std::vector<std::string> violations;  ///< of states and writes on the way, in order
};

/// An error names the line that cannot happen there.
Result<Replayed> replay(const std::string& text);

}  // namespace grovec::simulator

/// \file Explores a small world breadth first: every state that can be reached, each once.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/simulator/explore/state.h"

namespace grovec::simulator {

struct ExploreOptions {
  Budget budget;
  std::uint64_t most_states = 10'000'000;
  std::size_t most_violations = 1;  ///< then it ends
  /// What else must not be: a state is judged as by `find_unsafe`. Empty = nothing.
  std::function<std::string(const State& state)> judge = {};
};

/// A state or a write that must not be, with the shortest way there.
struct Violation {
  std::string what;
  std::vector<std::string> path;  ///< from the creation of the set
};

/// A file of steps that `replay` understands.
std::string steps_of(const SmallWorld& world, const Violation& violation);

struct Explored {
  std::uint64_t states = 0, steps = 0, ends = 0;  ///< ends: nothing happens there by itself
  std::uint32_t depth = 0;
  bool is_complete = false;
  std::vector<Violation> violations;
  std::map<std::string, std::uint64_t, std::less<>> fired;  ///< how often, by `word_of`
};

/// Safety in every state and of every write; and, where it is complete, that without deeds and faults every state leads
/// to one where all is settled and nothing is written, whatever the order of what happens: no state is left for good
/// and none comes twice.
Explored explore(const SmallWorld& world, const ExploreOptions& options);

}  // namespace grovec::simulator

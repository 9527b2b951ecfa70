/// \file What must hold in every state and for every write, said a second time and without the rules that decide it.
#pragma once

#include <string>

#include "tests/simulator/explore/state.h"

namespace grovec::simulator {

/// Of a state. Empty = it holds.
std::string find_unsafe(const Stage& stage, const State& state);
/// Of a write of an operator, judged by what it was decided on. `before` is the state it was made in.
std::string find_unsafe(const Stage& stage, const State& before, const simulate::Operator& writer,
                        const simulate::Written& write);
/// Of a state in which nothing will ever happen by itself again.
std::string find_stuck(const Stage& stage, const State& state);

}  // namespace grovec::simulator

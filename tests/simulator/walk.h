/// \file Random people: steps that somebody could take now, from a seed.
#pragma once

#include <string>

#include "runtime/simulate/store.h"
#include "tests/simulator/aliases.h"
#include "tests/simulator/faults.h"

namespace grovec::simulator {

/// A line of steps.txt: scales within reason, deletes, fails, evicts, changes an image or the strategy, annotates.
/// Never below a minimum, and never the set itself away.
std::string random_step(Random& random, const simulate::Store& store, const simulate::Key& set, const Aliases& aliases);

}  // namespace grovec::simulator

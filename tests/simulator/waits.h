/// \file When a wait of a step is over.
#pragma once

#include "tests/simulator/compiling.h"
#include "tests/simulator/steps.h"

namespace grovec::simulator {

/// How long nothing may change for people to call it quiet, in milliseconds.
inline constexpr std::int64_t kQuietInWait = 6'000;

/// Whether what the step waits for is there. Nothing has changed since `quiet_from`.
bool holds(const Step& step, const simulate::Store& store, const simulate::Key& set_key, Instant now,
           Instant quiet_from);

}  // namespace grovec::simulator

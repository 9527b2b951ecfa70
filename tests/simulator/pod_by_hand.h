/// \file Statuses of pods as steps describe them.
#pragma once

#include <optional>
#include <string>

#include "runtime/simulate/store.h"

namespace grovec::simulator {

/// The status of `pod` after it was set to what `text` says: `Ready=False, its container ready=False started=True`,
/// `…, last termination exit code 1`, `phase Failed, reason Evicted`, `phase Succeeded, not ready`. Nothing if it says
/// nothing of these.
std::optional<ir::Value> status_by_hand(Arena& arena, const simulate::Object& pod, const std::string& text,
                                        simulate::Instant now);

}  // namespace grovec::simulator

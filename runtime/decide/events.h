/// \file The Event that tells people of a write, once it has been answered (reference: runtime 16). Only changes make
/// writes, so only changes make Events.
#pragma once

#include <optional>
#include <string_view>

#include "runtime/decide/actions.h"

namespace grovec::decide {

/// `observed` is what the action was decided on. `problem` is empty if the write succeeded. Nothing for writes that
/// nobody is told of: statuses, facts, finalizers, gates, restored fields.
std::optional<Event> event_of(const Action& action, const Observed& observed, std::string_view problem);

}  // namespace grovec::decide

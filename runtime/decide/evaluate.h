/// \file What pods say about their PodClique now: the two conditions, computed anew for each decision and never
/// believed from a status (reference: runtime 14.1, 13.1).
#pragma once

#include <vector>

#include "runtime/decide/updates.h"

namespace grovec::decide {

/// Of one cell. `since` of a condition is the live condition's if its status is the same, else now (whole seconds).
struct CliqueState {
  Condition scheduled;             ///< PodCliqueScheduled
  Condition breached;              ///< MinAvailableBreached
  bool scheduled_once = false;     ///< its minimum was scheduled at some time, now included
  bool below_own_minimum = false;  ///< spec.replicas < minAvailable: terminal, recycles nothing
};

/// Parallel to LiveView::cliques; cells without a live PodClique have empty conditions.
std::vector<CliqueState> evaluate_cliques(const LiveView& view, const UpdatePlan& updates, Instant now);

}  // namespace grovec::decide

/// \file What pods say about their PodClique now: the two conditions, computed anew for each decision and never
/// believed from a status (reference: runtime 14.1, 13.1).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/decide/updates.h"

namespace grovec::decide {

/// A condition as it is now, with its message in parts: it is put together only if it has to be written.
struct ConditionNow {
  std::string_view type;  ///< empty: none
  Truth status = Truth::kUnknown;
  std::string_view reason;
  std::string_view before, between, after;  ///< of the message, around its numbers
  std::int64_t first = -1, second = -1;     ///< -1: not in the message
  Instant since;

  std::string message() const;
  /// Whether the object says exactly this.
  bool is_said_by(const Conditions& conditions) const;
  void put_into(Conditions& conditions) const;
};

/// Of one cell. `since` of a condition is the live condition's if its status is the same, else now (whole seconds).
struct CliqueState {
  ConditionNow scheduled;          ///< PodCliqueScheduled
  ConditionNow breached;           ///< MinAvailableBreached
  bool scheduled_once = false;     ///< its minimum was scheduled at some time, now included
  bool below_own_minimum = false;  ///< spec.replicas < minAvailable: terminal, recycles nothing
};

/// Parallel to LiveView::cliques; cells without a live PodClique have empty conditions.
std::vector<CliqueState> evaluate_cliques(const LiveView& view, const UpdatePlan& updates, Instant now);

}  // namespace grovec::decide

/// \file Gang termination (reference: runtime 13, 27): which PodCliques are recycled because their minimum has been
/// missing for longer than the termination delay.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/decide/evaluate.h"

namespace grovec::decide {

/// PodCliques that go, by uid: all of a set replica, or all of one group replica.
struct Recycle {
  std::uint32_t i = 0;
  std::optional<std::uint32_t> group;  ///< index into LiveView::groups: only this replica of it
  std::uint32_t j = 0;
  std::vector<std::uint32_t> cliques;  ///< indices into LiveView::cliques; each is_there()
  /// As `cliques`: those whose breach it is. They go in a later step: cut off in between, the rest still has its
  /// reason.
  std::vector<std::uint32_t> causes;
  Why why;
};

struct TerminationPlan {
  std::vector<Recycle> recycles;
  /// Parallel to LiveView::groups: whether GangTerminationInProgress should be True (set by a recycle of the set
  /// replica, kept until MinAvailableBreached is False). Written in the step before the deletes.
  std::vector<bool> in_progress;
  std::vector<Event> events;
  std::optional<Instant> next_look;           ///< the exact end of the next delay
  std::vector<std::optional<Instant>> looks;  ///< the same by set replica, parallel to LiveView::replicas
};

/// `states` are parallel to LiveView::cliques. The outer level wins; nothing fires in the set replica that is updated.
TerminationPlan plan_termination(const LiveView& view, const UpdatePlan& updates,
                                 const std::vector<CliqueState>& states, Instant now);

class Draft;
/// Events and next looks of the plan in the draft.
void announce_termination(Draft& d);

}  // namespace grovec::decide

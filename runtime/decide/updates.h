/// \file What rolling updates and OnDelete want now (reference: runtime 12, 27): which pods and group replicas go, and
/// what `updateProgress` becomes at the three levels. Pure; reads only the view.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/decide/actions.h"
#include "runtime/decide/live_view.h"

namespace grovec::decide {

/// A pod of a standalone PodClique that goes now.
struct PodExit {
  const LivePod* pod = nullptr;
  Why why;
};

/// Of one PodClique.
struct CliqueUpdatePlan {
  /// An automatic update concerns this clique: MinAvailableBreached is Unknown, its current hashes stand still, it
  /// takes part in no gang termination.
  bool is_open = false;
  bool changes = false;              ///< status.updateProgress becomes `next`; else it stays as it is
  std::optional<CliqueUpdate> next;  ///< only if it changes; nothing = removed
  /// The change is written at once: a later decision relies on it (started, selected, ended).
  bool is_fact = false;
  std::vector<PodExit> exits;
};

/// A group replica that goes now: its PodCliques that are there are deleted, those of the old template in a later step
/// than the others: whatever is cut off in between, the replica still counts as old and goes again.
struct ReplicaExit {
  std::uint32_t j = 0;
  Why why;
};

/// Of one scaling group.
struct GroupUpdatePlan {
  bool is_open = false;  ///< as above, of the group. Its members have no updates of their own and say what is the case
  bool changes = false;
  std::optional<GroupUpdate> next;
  bool is_fact = false;
  std::vector<ReplicaExit> exits;
};

/// Of the set.
struct SetUpdatePlan {
  bool is_open = false;                  ///< an automatic update runs
  std::optional<std::uint32_t> current;  ///< the set replica whose turn it is
  /// The set replica in which something is still to be replaced: no gang termination in it. Equal to what was observed
  /// as current, until everything in it has ended; from then on it only waits for it to be Ready.
  std::optional<std::uint32_t> suppressed;
  bool changes = false;           ///< of `next` or `current_hash`
  std::string_view current_hash;  ///< status.currentGenerationHash
  std::optional<SetUpdate> next;
  bool starts = false;  ///< a new target: updatedReplicas is 0 in the same write
  bool is_fact = false;
};

struct UpdatePlan {
  SetUpdatePlan set;
  std::vector<GroupUpdatePlan> groups;    ///< parallel to LiveView::groups
  std::vector<CliqueUpdatePlan> cliques;  ///< parallel to LiveView::cliques
};

/// status.updateProgress after this decision.
const std::optional<CliqueUpdate>& progress_after(const CliqueCell& cell, const CliqueUpdatePlan& plan);
const std::optional<GroupUpdate>& progress_after(const GroupCell& group, const GroupUpdatePlan& plan);
const std::optional<SetUpdate>& progress_after(const LiveSet& set, const SetUpdatePlan& plan);

/// The plan for this world. Counts inside `next` (updatedPodCliquesCount …) are filled in by the status rules, which
/// see the statuses that this decision writes; plan_updates leaves them as they are. What was selected is deleted by a
/// decision that observes the selection.
UpdatePlan plan_updates(const LiveView& view, Instant now);

}  // namespace grovec::decide

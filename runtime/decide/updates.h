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
  /// What status.updateProgress should be after this decision (as it is, if nothing changes). Of members: nothing.
  std::optional<CliqueUpdate> progress;
  /// `progress` has to be written before the exits (something was selected), or at once (it has just ended).
  bool is_fact = false;
  std::vector<PodExit> exits;
};

/// A group replica that goes now: its PodCliques that are there are deleted.
struct ReplicaExit {
  std::uint32_t j = 0;
  Why why;
};

/// Of one scaling group.
struct GroupUpdatePlan {
  bool is_open = false;  ///< as above, for the group and all its members
  std::optional<GroupUpdate> progress;
  bool is_fact = false;
  std::vector<ReplicaExit> exits;
};

/// Of the set.
struct SetUpdatePlan {
  bool is_open = false;                 ///< an automatic update runs
  std::optional<std::uint32_t> current; ///< the set replica that is being updated
  std::string current_hash;             ///< status.currentGenerationHash
  std::optional<SetUpdate> progress;
  bool starts = false;                  ///< a new target: updatedReplicas is 0 in the same write
  bool is_fact = false;
};

struct UpdatePlan {
  SetUpdatePlan set;
  std::vector<GroupUpdatePlan> groups;    ///< parallel to LiveView::groups
  std::vector<CliqueUpdatePlan> cliques;  ///< parallel to LiveView::cliques
  std::optional<Instant> next_look;
};

/// The plan for this world. Counts inside `progress` (updatedPodCliquesCount …) are filled in by the status rules, which
/// see the statuses that this decision writes; plan_updates leaves them as they are.
UpdatePlan plan_updates(const LiveView& view, Instant now);

}  // namespace grovec::decide

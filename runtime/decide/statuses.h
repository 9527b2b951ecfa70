/// \file The status formulas (reference: runtime 14): what the statuses should be, from the view alone.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "runtime/decide/draft.h"

namespace grovec::decide {

/// Parallel to the view's cells. Null: no live, unmarked object. What does not change is the live status itself.
struct Statuses {
  std::vector<const CliqueStatus*> cliques;
  std::vector<const GroupStatus*> groups;
  std::deque<CliqueStatus> changed;
  std::deque<GroupStatus> changed_groups;
  SetStatus set;
};

/// A PodClique is converged: label and status carry the set's hashes, and its minimum is ready and updated.
bool is_converged(const CliqueCell& c, const CliqueStatus& s, std::string_view set_hash);

bool says_all(const Draft& d, const CliqueCell& c);               ///< the live status is what clique_status would be
CliqueStatus clique_status(const Draft& d, const CliqueCell& c);  // status_clique.cpp
/// Nothing if it is what the live status says. status_group.cpp
std::optional<GroupStatus> group_status(const Draft& d, const GroupCell& g,
                                        const std::vector<const CliqueStatus*>& cliques, std::string_view set_hash);
SetStatus set_status(Draft& d, const Statuses& below);  // status_set.cpp; notes what each set replica counts
/// Nothing if it is what the live status says. status_gang.cpp
std::optional<GangStatus> gang_status(const Draft& d, const GangCell& g);

/// The condition TopologyLevelsUnavailable of the set, or its absence (conditions.cpp).
void set_topology_condition(const Draft& d, Conditions& conditions);

/// lastErrors from the answers to our writes: those about `key`, and what was to be made for it (errors.cpp).
std::vector<LastError> errors_of(const Draft& d, const ObjectKey& key);

}  // namespace grovec::decide

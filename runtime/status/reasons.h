/// \file One sentence for each thing that keeps a pod, a PodClique, a group or a set from running.
#pragma once

#include "runtime/status/report.h"

namespace grovec::status {

/// What sentences about one set look at.
struct Scope {
  const World& world;
  const NamespaceWorld& space;
  const SetWorld& set;
  std::string name;
  decide::Instant now;  ///< 0 = not known

  /// Pods of a PodClique that are scheduled or Ready, as the operator counts them (marked ones too); what its status
  /// says if no pods were read.
  std::int32_t scheduled_of(std::string_view clique) const;
  std::int32_t ready_of(std::string_view clique) const;
  const decide::LiveClique* clique(std::string_view name) const;
};

std::vector<Reason> pod_reasons(const Scope& scope, const PodFacts& pod);
/// `counts` are of its pods. Nothing about the pods themselves.
std::vector<Reason> clique_reasons(const Scope& scope, const decide::LiveClique& clique, const Counts& counts);
std::vector<Reason> group_reasons(const decide::LiveGroup& group);
std::vector<Reason> set_reasons(const Scope& scope);
/// Nobody runs Grove, or the set was not looked at.
std::vector<Reason> operator_reasons(const Scope& scope);

/// When gang termination recycles something because of this PodClique, unless it recovers; none if it does not.
std::optional<decide::Instant> termination_at(const Scope& scope, const decide::LiveClique& clique);

/// Members of a base gang below their minimum: "`wl-0-a` has 2 of 3 scheduled"; empty if none.
std::string unscheduled_members(const Scope& scope, std::string_view gang);

}  // namespace grovec::status

/// \file A compiled set as people look at it: names of its parts, runs of equal replicas, what is selected, sums.
///
/// Everything here works on runs, so its cost depends on how much is different, not on how many pods there are.
#pragma once

#include <string>
#include <vector>

#include "ir/base/result.h"
#include "ir/directory.h"
#include "runtime/view/resources.h"

namespace grovec::driver {

/// `--select KIND=PATTERN`: patterns of one kind are alternatives, kinds must all agree. A pattern (`*`, `?`, `[...]`)
/// is compared with the name in the spec and with the name of the object.
struct Selection {
  std::vector<std::string> sets, replicas, groups, cliques, gangs;
  bool empty() const { return sets.empty() && replicas.empty() && groups.empty() && cliques.empty() && gangs.empty(); }
};
/// Error: an unknown kind, no `=` (exit code 2).
Result<Selection> parse_selection(const std::vector<std::string>& texts);
bool matches_glob(const std::string& pattern, const std::string& name);

/// Names of the parts of one set, and what their pods ask for.
class SetView {
 public:
  /// Both must outlive it.
  SetView(const ir::World& world, const ir::Directory& directory);
  const ir::World& world() const { return world_; }
  const ir::Directory& names() const { return names_; }
  const ir::Desired& desired() const { return world_.desired; }
  const ir::PodCliqueSet& set() const { return *desired().set; }
  const ir::Clique& clique(ir::CliqueId c) const { return set().cliques[c]; }
  const ir::ScalingGroup& group(ir::GroupId g) const { return set().groups[g]; }

  std::string replica_name(std::uint32_t i) const { return names_.base_gang_name(i); }              ///< P-i
  std::string group_name(std::uint32_t i, ir::GroupId g) const { return names_.group_name(i, g); }  ///< P-i-g
  std::string group_replica_name(std::uint32_t i, ir::GroupId g, std::uint32_t j) const {           ///< P-i-g-j
    return names_.group_replica_name(i, g, j);
  }
  std::string clique_name(std::uint32_t i, std::uint32_t j, ir::CliqueId c) const {
    return names_.clique_name(i, j, c);
  }
  /// Of a pod that exists.
  std::string pod_name(std::uint32_t i, std::uint32_t j, ir::CliqueId c, std::uint32_t k) const;
  std::string pod_name(std::uint32_t i, std::uint32_t j, ir::CliqueId c, const ir::PodSuffix& suffix) const;
  std::string host_name(std::uint32_t i, std::uint32_t j, ir::CliqueId c, std::uint32_t k) const {
    return names_.host_name(i, j, c, k);
  }
  std::string base_gang_name(std::uint32_t i) const { return names_.base_gang_name(i); }
  /// Gang of group replica j, base or scaled.
  std::string gang_name(std::uint32_t i, ir::GroupId g, std::uint32_t j) const { return names_.gang_name(i, g, j); }
  /// Of one pod of `c`, with the ResourceClaims that it has for itself.
  const Resources& pod_resources(ir::CliqueId c) const { return resources_[static_cast<std::size_t>(c)]; }
  /// What shared ResourceClaims ask for: one for all of a set (those of the cluster that its pods name, too), for each
  /// of its replicas, for all of a group …
  const Resources& set_claims() const { return set_claims_; }
  const Resources& replica_claims() const { return replica_claims_; }
  const Resources& group_claims(ir::GroupId g) const { return group_claims_[static_cast<std::size_t>(g)]; }
  const Resources& group_replica_claims(ir::GroupId g) const {
    return group_replica_claims_[static_cast<std::size_t>(g)];
  }
  const Resources& clique_claims(ir::CliqueId c) const { return clique_claims_[static_cast<std::size_t>(c)]; }
  /// Pods of clique `c` in group replicas [first, first + count) that exist; a standalone one has replica 0.
  std::uint64_t pods_between(std::uint32_t i, ir::CliqueId c, std::uint32_t first, std::uint32_t count) const;
  /// Whether this set is selected at all.
  bool is_selected(const Selection& selection) const;

 private:
  ir::World world_;
  void add_claims();
  const ir::Directory& names_;
  std::vector<Resources> resources_;  // by CliqueId
  Resources set_claims_, replica_claims_;
  std::vector<Resources> group_claims_, group_replica_claims_;  // by GroupId
  std::vector<Resources> clique_claims_;                        // by CliqueId
};

/// Consecutive group replicas that differ only in their index.
struct MemberRun {
  std::uint32_t first = 0, count = 0;
  bool is_scaled = false;  ///< each is a scaled gang of its own; else all are in the base gang
  std::vector<ir::CliqueId> cliques;
};
struct GroupPart {
  ir::GroupId group;
  std::vector<MemberRun> runs;
};
/// Consecutive set replicas that differ only in their index.
struct ReplicaRun {
  std::uint32_t first = 0, count = 0;
  bool has_base_gang = true;  ///< a selected part is in the base gang
  std::vector<ir::CliqueId> standalone;
  std::vector<GroupPart> groups;
};

/// The selected part of a set. Cost: number of scaled objects; with a selection, number of PodCliques.
std::vector<ReplicaRun> outline(const SetView& view, const Selection& selection);

/// Pods, objects and resources of an outline.
struct Sums {
  std::uint64_t pods = 0, pod_cliques = 0, base_gangs = 0, scaled_gangs = 0;
  std::vector<std::uint64_t> clique_pods;  ///< by CliqueId
  Resources resources;
};
Sums sums_of(const SetView& view, const std::vector<ReplicaRun>& runs);
Sums sums_of(const SetView& view, const ReplicaRun& run);  ///< of one replica of the run

/// One PodGang, whole (selections choose gangs, never parts of them).
struct GangSums {
  std::uint64_t pods = 0, minimum = 0;
  Resources all, least;  ///< of all its pods; of its minimum set
};
GangSums base_gang_sums(const SetView& view, std::uint32_t i);
GangSums scaled_gang_sums(const SetView& view, std::uint32_t i, ir::GroupId g, std::uint32_t j);

}  // namespace grovec::driver

/// \file What should exist: shapes and ranges, never instances. A million pods cost as much memory as one.
///
/// A *shape* stands for all objects that differ only in their indices. Sizes live in `Counts`, which may differ between
/// set replicas; shapes do not. Made by the passes behind `expand`, read by backends.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "ir/environment.h"
#include "ir/spec/nodes.h"

namespace grovec::ir {

/// Live replica counts, keyed by object; absent = the template's count. Sparse: one entry for each scaled object.
class Counts {
 public:
  void set_replicas(std::uint32_t n) { set_ = n; }
  void set_group(std::uint32_t i, GroupId g, std::uint32_t n) { groups_[{i, g}] = n; }
  /// `j` is 0 for a standalone clique.
  void set_clique(std::uint32_t i, std::uint32_t j, CliqueId c, std::uint32_t n) { cliques_[{i, j, c}] = n; }

  std::optional<std::uint32_t> replicas() const { return set_; }
  std::optional<std::uint32_t> group(std::uint32_t i, GroupId g) const;
  std::optional<std::uint32_t> clique(std::uint32_t i, std::uint32_t j, CliqueId c) const;
  bool empty() const { return !set_ && groups_.empty() && cliques_.empty(); }
  const auto& groups() const { return groups_; }
  const auto& cliques() const { return cliques_; }

 private:
  std::optional<std::uint32_t> set_;
  std::map<std::tuple<std::uint32_t, GroupId>, std::uint32_t> groups_;
  std::map<std::tuple<std::uint32_t, std::uint32_t, CliqueId>, std::uint32_t> cliques_;
};

/// Which PodCliques of a clique template a shape stands for.
enum class CliqueRole : std::uint8_t {
  kStandalone,
  kBase,    ///< member of a group, j < minAvailable: in the base gang
  kScaled,  ///< member, j >= minAvailable: in the scaled gang of its replica
};

/// One dependency of a shape (reference: expansion 7.2).
struct StartDependency {
  enum class Reach : std::uint8_t {
    kStandalone,    ///< P-i-D
    kBaseReplicas,  ///< P-i-h-0-D … P-i-h-(m-1)-D
    kOwnReplica,    ///< P-i-g-j-D
  };
  CliqueId clique;
  Reach reach;
};

/// One reference to a shared ResourceClaim that pods of a shape make, in injection order (reference: expansion 8).
struct ClaimUse {
  enum class Level : std::uint8_t { kSet, kGroup, kClique };
  Level level;
  SharingScope scope;
  std::string_view claim_template;
};

enum class CliqueShapeId : std::uint32_t {};

/// PodCliques that differ only in indices.
struct CliqueShape {
  CliqueId clique;
  std::optional<GroupId> group;
  CliqueRole role;
  std::vector<StartDependency> starts_after;
  Value pod_spec;                ///< of the PodClique: as the operator writes it, group variables and claims injected
  std::vector<ClaimUse> claims;  ///< injected into its pods
};

enum class GangRole : std::uint8_t { kBase, kScaled };

/// Node label keys, translated from domains; empty = absent.
struct PackConstraint {
  std::string_view required, preferred;
  bool empty() const { return required.empty() && preferred.empty(); }
};

/// PodGangs that differ only in indices: one base shape, and one scaled shape for each scaling group.
struct GangShape {
  GangRole role;
  std::optional<GroupId> group;  ///< set if and only if scaled
  PackConstraint pack;           ///< of the gang
  OriginId origin = kNowhere;
};

/// A ResourceClaim declared by an entry of `resourceSharing`.
struct ClaimShape {
  ClaimUse::Level level;
  SharingScope scope;
  std::string_view claim_template;
  std::optional<GroupId> group;    ///< level kGroup
  std::optional<CliqueId> clique;  ///< level kClique
  Value claim_spec;
  OriginId origin = kNowhere;
};

/// The world a set asks for. Views point into the spec and its tree, which must outlive it.
struct Desired final : Counter {
  const PodCliqueSet* set = nullptr;
  const Environment* environment = nullptr;
  Counts counts;

  std::string_view scheduler;        ///< backend of pods: schedulerName of the templates, or the default profile
  std::string_view scheduler_label;  ///< value of grove.io/scheduler-name
  const TopologyBinding* binding = nullptr;  ///< set if a topology constraint is in force
  Store<CliqueShapeId, CliqueShape> clique_shapes;
  std::vector<GangShape> gangs;
  std::vector<PackConstraint>
      clique_packs;  ///< by CliqueId; none before place-topology, empty constraints without topology
  std::vector<PackConstraint> group_packs;  ///< by GroupId
  std::vector<ClaimShape> claims;
  std::vector<std::string_view>
      compute_domains;                       ///< distinct effective groups of cliques with GPUs, sorted as upstream
  std::vector<std::string> template_hashes;  ///< by CliqueId
  std::string generation_hash;
  std::vector<Value> autoscaler_metrics;  ///< by CliqueId, then by GroupId behind; null = absent

  std::uint32_t replicas() const;                                          ///< R
  std::uint32_t group_replicas(std::uint32_t i, GroupId g) const;          ///< n(g) at i
  std::uint32_t pods(std::uint32_t i, std::uint32_t j, CliqueId c) const;  ///< of one existing PodClique
  std::uint32_t min_available(GroupId g) const;                            ///< m(g)
  std::uint32_t min_available(CliqueId c) const;
  /// The shape of clique `c` at group replica `j` (0 for a standalone one).
  CliqueShapeId shape_of(CliqueId c, std::uint32_t j) const;

  /// Counter: kPodsOfClique is 0 for a PodClique that does not exist.
  std::uint32_t count(const CountHole& hole, const Instance& instance) const override;
};

/// Numbers of objects, by arithmetic on counts (reference: expansion 14.1); cost independent of the number of pods.
struct Totals {
  std::uint64_t set_replicas = 0, scaling_groups = 0, pod_cliques = 0, base_gangs = 0, scaled_gangs = 0, pods = 0,
                claims = 0, autoscalers = 0, compute_domains = 0;
  std::uint64_t objects = 0;  ///< everything that `compile` prints with the default scheduler
};
Totals totals_of(const Desired& desired);

}  // namespace grovec::ir

/// \file What should exist: shapes and ranges, never instances. A million pods cost as much memory as one.
///
/// A *shape* stands for all objects that differ only in their indices. How many there are is no matter of shapes but of
/// a Population (population.h), which may differ between set replicas. Made by the passes behind `expand`, read by
/// backends; immutable from then on, so that scaling runs no pass again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ir/environment.h"
#include "ir/spec/nodes.h"

namespace grovec::ir {

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

/// What a set asks for, without counts. Views point into the spec and its tree, which must outlive it.
struct Desired {
  const PodCliqueSet* set = nullptr;
  const Environment* environment = nullptr;

  std::string_view scheduler;        ///< backend of pods: schedulerName of the templates, or the default profile
  std::string_view scheduler_label;  ///< value of grove.io/scheduler-name
  const TopologyBinding* binding = nullptr;  ///< set if a topology constraint is in force
  Store<CliqueShapeId, CliqueShape> clique_shapes;
  std::vector<GangShape> gangs;
  std::vector<PackConstraint> clique_packs;  ///< by CliqueId; empty vector without topology
  std::vector<PackConstraint> group_packs;   ///< by GroupId
  std::vector<ClaimShape> claims;
  std::vector<std::string_view>
      compute_domains;                       ///< distinct effective groups of cliques with GPUs, sorted as upstream
  std::vector<std::string> template_hashes;  ///< by CliqueId
  std::string generation_hash;
  std::vector<Value> autoscaler_metrics;  ///< by CliqueId, then by GroupId behind; null = absent

  std::uint32_t min_available(GroupId g) const;  ///< m(g)
  std::uint32_t min_available(CliqueId c) const;
  /// The shape of clique `c` at group replica `j` (0 for a standalone one).
  CliqueShapeId shape_of(CliqueId c, std::uint32_t j) const;
};

}  // namespace grovec::ir

/// \file What the user asked for: a PodCliqueSet after defaulting, typed. Made by passes/admission/build_spec from the
/// defaulted tree.
///
/// Strings are views into the tree. `node` points at the mapping a struct was read from, so that a diagnostic finds the
/// place of any field: `clique.at("replicas")`. Pod specs, metrics and claim templates stay value trees.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ir/base/ids.h"
#include "ir/value/value.h"

namespace grovec::ir {

enum class CliqueId : std::uint32_t {};
enum class GroupId : std::uint32_t {};

enum class StartupType : std::uint8_t { kAnyOrder, kInOrder, kExplicit };

/// Base of every node: the tree it was read from.
struct Node {
  const Value* node = nullptr;
  /// Place of a field's value, or of the whole node where the field is absent.
  OriginId at(std::string_view field) const {
    const Value* v = node ? node->find(field) : nullptr;
    return v && v->at() != kNowhere ? v->at() : node ? node->at() : kNowhere;
  }
};

/// reference: admission 1.3. Empty text = absent.
struct TopologyConstraint : Node {
  std::string_view topology_name, required, preferred, pack_domain;
  std::string_view effective_required() const { return required.empty() ? pack_domain : required; }
};

enum class SharingScope : std::uint8_t { kAllReplicas, kPerReplica };

/// reference: admission 1.4.
struct SharingEntry : Node {
  std::string_view name, namespace_;
  SharingScope scope = SharingScope::kAllReplicas;
  bool has_filter = false;
  std::vector<std::string_view> child_cliques, child_groups;
};

/// reference: admission 1.7. `min_replicas` is set after defaulting.
struct AutoScaling : Node {
  std::optional<std::int32_t> min_replicas;
  std::int32_t max_replicas = 0;
  const Value* metrics = nullptr;   ///< as written, may be an empty list; nullptr = absent
  const Value* behavior = nullptr;  ///< --api extended
};

/// C[i]: a clique template.
struct Clique : Node {
  std::string_view name, role_name;
  std::uint32_t index = 0;        ///< position in the list
  const Value* labels = nullptr;  ///< nullptr = absent; an explicit empty map is hashed differently
  const Value* annotations = nullptr;
  std::int32_t replicas = 0;
  std::optional<std::int32_t> min_available;
  std::vector<std::string_view> starts_after;
  const Value* pod_spec = nullptr;
  std::optional<AutoScaling> auto_scaling;
  std::vector<SharingEntry> sharing;
  std::optional<TopologyConstraint> topology;
  std::optional<GroupId> group;  ///< the first scaling group that lists it; none = standalone clique
  const Value* spec = nullptr;   ///< C[i].spec
  OriginId spec_at(std::string_view field) const {
    const Value* v = spec ? spec->find(field) : nullptr;
    return v && v->at() != kNowhere ? v->at() : spec && spec->at() != kNowhere ? spec->at() : at("name");
  }
};

/// G[i]: a scaling group configuration.
struct ScalingGroup : Node {
  std::string_view name;
  std::uint32_t index = 0;
  std::vector<std::string_view> clique_names;
  std::vector<CliqueId> cliques;  ///< those of clique_names that exist, in that order
  const Value* annotations = nullptr;
  std::int32_t replicas = 1;
  std::int32_t min_available = 1;
  std::optional<AutoScaling> auto_scaling;
  std::vector<SharingEntry> sharing;
  std::optional<TopologyConstraint> topology;
};

struct ClaimTemplate : Node {
  std::string_view name;
  const Value* claim_spec = nullptr;  ///< templateSpec.spec
};

/// The user's object.
struct PodCliqueSet : Node {
  std::string_view name, namespace_;
  const Value* labels = nullptr;
  const Value* annotations = nullptr;
  std::int32_t replicas = 0;
  StartupType startup = StartupType::kAnyOrder;
  std::string_view priority_class_name;
  bool publish_not_ready_addresses = true;
  std::int64_t termination_delay_ns = 0;
  Store<CliqueId, Clique> cliques;
  Store<GroupId, ScalingGroup> groups;
  std::optional<TopologyConstraint> topology;
  std::vector<SharingEntry> sharing;
  std::vector<ClaimTemplate> claim_templates;
  const Value* template_ = nullptr;  ///< spec.template

  /// The clique or group of exactly this name, if there is one.
  std::optional<CliqueId> find_clique(std::string_view wanted) const;
  std::optional<GroupId> find_group(std::string_view wanted) const;
};

}  // namespace grovec::ir

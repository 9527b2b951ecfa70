// Shared ResourceClaims of all three levels (reference: expansion 8).
#include "backends/claim.h"

namespace grovec::backends {

using namespace ir;

namespace {

using Level = ClaimUse::Level;

Hole replica_hole(Level level) {
  switch (level) {
    case Level::kSet:
      return Hole::kSetReplica;
    case Level::kGroup:
      return Hole::kGroupReplica;
    case Level::kClique:
      return Hole::kPodIndex;
  }
  return Hole::kSetReplica;
}

Value owner_name(Arena& a, const Desired& d, Level level, std::optional<GroupId> g, std::optional<CliqueId> c) {
  switch (level) {
    case Level::kSet:
      return text(d.set->name);
    case Level::kGroup:
      return names::scaling_group(a, d.set->name, d.set->groups[*g].name);
    case Level::kClique:
      return clique_name(a, d, *c);
  }
  return Value::null();
}

Value labels_of(Planner& p, const ClaimShape& claim, const Value& owner) {
  Arena& a = p.arena;
  MappingBuilder b(a, default_labels(a, p.set().name));
  b.set(keys::kComponent, text(keys::kClaimComponent));
  const bool each = claim.scope == SharingScope::kPerReplica;
  switch (claim.level) {
    case Level::kSet:
      if (each) b.set(keys::kSetReplicaIndex, index_text(a, Hole::kSetReplica));
      break;
    case Level::kGroup:
      b.set(keys::kScalingGroup, owner);
      if (each) b.set(keys::kScalingGroupReplicaIndex, index_text(a, Hole::kGroupReplica));
      break;
    case Level::kClique:
      b.set(keys::kPodClique, owner);
      if (each) b.set(keys::kPodIndex, index_text(a, Hole::kPodIndex));
      break;
  }
  return b.build();
}

DescriptionId describe(Planner& p, const ClaimShape& claim) {
  Arena& a = p.arena;
  const Value owner = owner_name(a, p.desired, claim.level, claim.group, claim.clique);
  const Value name =
      claim_name(a, p.desired, {claim.level, claim.scope, claim.claim_template}, claim.group, claim.clique);
  constexpr ObjectKind kOwners[] = {ObjectKind::kPodCliqueSet, ObjectKind::kPodCliqueScalingGroup,
                                    ObjectKind::kPodClique};
  const Owner reference{kOwners[static_cast<std::size_t>(claim.level)], owner};
  const Value meta = metadata(
      a, {.name = name, .namespace_ = p.set().namespace_, .labels = labels_of(p, claim, owner), .owner = &reference},
      p.options);
  return p.add(ObjectKind::kResourceClaim, name, reference,
               manifest(a, ObjectKind::kResourceClaim, meta, {{"spec", claim.claim_spec}}));
}

// A layer with one block for each claim of this level and scope that `wanted` accepts.
template <class F>
void add_layer(Planner& p, Level level, SharingScope scope, bool each_set_replica, F&& block_of) {
  Layer layer;
  layer.each_set_replica = each_set_replica;
  for (const ClaimShape& claim : p.desired.claims)
    if (claim.level == level && claim.scope == scope) layer.blocks.push_back(block_of(claim, describe(p, claim)));
  if (!layer.blocks.empty()) p.plan.layers.push_back(std::move(layer));
}

}  // namespace

Value claim_name(Arena& a, const Desired& d, const ClaimUse& use, std::optional<GroupId> g, std::optional<CliqueId> c) {
  const Value owner = owner_name(a, d, use.level, g, c);
  if (use.scope == SharingScope::kAllReplicas) return names::claim_all(a, owner, use.claim_template);
  return names::claim_each(a, owner, replica_hole(use.level), use.claim_template);
}

void plan_set_claims(Planner& p) {
  auto block = [](const ClaimShape&, DescriptionId id) {
    return Block{GroupLoop::kNone, std::nullopt, {{id, id, std::nullopt}}};
  };
  add_layer(p, Level::kSet, SharingScope::kAllReplicas, false, block);
  add_layer(p, Level::kSet, SharingScope::kPerReplica, true, block);
}

void plan_group_claims(Planner& p) {
  add_layer(p, Level::kGroup, SharingScope::kAllReplicas, true, [](const ClaimShape&, DescriptionId id) {
    return Block{GroupLoop::kNone, std::nullopt, {{id, id, std::nullopt}}};
  });
  add_layer(p, Level::kGroup, SharingScope::kPerReplica, true, [](const ClaimShape& claim, DescriptionId id) {
    return Block{GroupLoop::kAllReplicas, claim.group, {{id, id, std::nullopt}}};
  });
}

void plan_clique_claims(Planner& p) {
  for (SharingScope scope : {SharingScope::kAllReplicas, SharingScope::kPerReplica})
    add_layer(p, Level::kClique, scope, true, [&](const ClaimShape& claim, DescriptionId id) {
      const std::optional<GroupId> g = p.set().cliques[*claim.clique].group;
      const auto pods = scope == SharingScope::kPerReplica ? claim.clique : std::nullopt;
      return Block{g ? GroupLoop::kAllReplicas : GroupLoop::kNone,
                   g,
                   {{id, id, pods, pods ? PodLoop::kReplicas : PodLoop::kNone}}};
    });
}

}  // namespace grovec::backends

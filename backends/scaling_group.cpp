// PodCliqueScalingGroups: one for each set replica and group (reference: expansion 5.6).
#include "backends/backends.h"

namespace grovec::backends {

using namespace ir;

namespace {

// The group's own annotations; the set's NVLink group only where the group has none.
Value annotations_of(Planner& p, const ScalingGroup& g) {
  MappingBuilder b(p.arena, g.annotations ? *g.annotations : Value::null());
  const Value* inherited = p.set().annotations ? p.set().annotations->find(keys::kNvlinkGroup) : nullptr;
  if (inherited) b.set_default(keys::kNvlinkGroup, *inherited);
  return b.build();
}

}  // namespace

void plan_scaling_groups(Planner& p) {
  Arena& a = p.arena;
  Layer layer;
  for (std::size_t s = 0; s < p.set().groups.size(); ++s) {
    GroupId gid = p.set().groups.id_at(s);
    const ScalingGroup& g = p.set().groups[gid];
    const Value name = names::scaling_group(a, p.set().name, g.name);
    const Owner owner = p.set_owner();
    const Value labels = merge(a, default_labels(a, p.set().name),
                               {{keys::kName, name},
                                {keys::kComponent, text(keys::kScalingGroupComponent)},
                                {keys::kSetReplicaIndex, index_text(a, Hole::kSetReplica)}});
    const Value meta = metadata(a,
                                {.name = name,
                                 .namespace_ = p.set().namespace_,
                                 .labels = labels,
                                 .annotations = annotations_of(p, g),
                                 .owner = &owner,
                                 .finalizer = keys::kScalingGroupFinalizer},
                                p.options);
    CountHole* replicas = &a.array<CountHole>(1)[0];
    *replicas = {CountKind::kGroupReplicas, static_cast<std::uint32_t>(gid)};
    const Value spec = object(a, {{"cliqueNames", (*g.node)["cliqueNames"]},
                                  {"minAvailable", Value::integer(g.min_available)},
                                  {"replicas", Value::count(*replicas)}});
    DescriptionId id = p.add(ObjectKind::kPodCliqueScalingGroup, name, owner,
                             manifest(a, ObjectKind::kPodCliqueScalingGroup, meta, {{"spec", spec}}));
    layer.blocks.push_back({GroupLoop::kNone, std::nullopt, {{id, id, std::nullopt}}});
  }
  if (!layer.blocks.empty()) p.plan.layers.push_back(std::move(layer));
}

}  // namespace grovec::backends

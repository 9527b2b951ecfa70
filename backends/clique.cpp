// PodCliques, standalone and owned by scaling groups (reference: expansion 5.7).
#include "backends/backends.h"
#include "backends/start_order.h"

namespace grovec::backends {

using namespace ir;

Value clique_labels(Arena& a, const Desired& d, const CliqueShape& shape) {
  const Clique& c = d.set->cliques[shape.clique];
  MappingBuilder b(a, c.labels ? *c.labels : Value::null());
  b.set(keys::kManagedBy, text(keys::kOperator)).set(keys::kPartOf, text(d.set->name));
  b.set(keys::kName, clique_name(a, d, shape.clique));
  b.set(keys::kSetReplicaIndex, index_text(a, Hole::kSetReplica));
  b.set(keys::kPodGang, gang_name(a, d, shape));
  b.set(keys::kPodTemplateHash, text(d.template_hashes[static_cast<std::size_t>(shape.clique)]));
  if (!shape.group) return b.set(keys::kComponent, text(keys::kStandaloneCliqueComponent)).build();
  b.set(keys::kComponent, text(keys::kMemberCliqueComponent));
  b.set(keys::kScalingGroup, names::scaling_group(a, d.set->name, d.set->groups[*shape.group].name));
  b.set(keys::kScalingGroupReplicaIndex, index_text(a, Hole::kGroupReplica));
  if (shape.role == CliqueRole::kScaled) b.set(keys::kBasePodGang, names::base_gang(a, d.set->name));
  return b.build();
}

Value clique_annotations(Arena& a, const Desired& d, const CliqueShape& shape) {
  const Clique& c = d.set->cliques[shape.clique];
  if (!c.annotations) return Value::null();
  return MappingBuilder(a, *c.annotations).remove(keys::kTopologyName).build();
}

namespace {

Value clique_spec(Planner& p, const CliqueShape& shape) {
  Arena& a = p.arena;
  const Clique& c = p.set().cliques[shape.clique];
  CountHole* replicas = &a.array<CountHole>(1)[0];
  *replicas = {CountKind::kCliqueReplicas, static_cast<std::uint32_t>(shape.clique)};
  MappingBuilder spec(a);
  spec.set("replicas", Value::count(*replicas)).set("roleName", text(c.role_name)).set("podSpec", shape.pod_spec);
  spec.set("minAvailable", Value::integer(p.desired.min_available(shape.clique)));
  const std::vector<StartEntry> entries = start_entries(a, p.desired, shape);
  if (!entries.empty()) spec.set("startsAfter", start_list(a, entries, [](const StartEntry& e) { return e.name; }));
  if (c.auto_scaling) {
    MappingBuilder scaling(a);
    if (c.auto_scaling->min_replicas) scaling.set("minReplicas", Value::integer(*c.auto_scaling->min_replicas));
    scaling.set("maxReplicas", Value::integer(c.auto_scaling->max_replicas));
    const Value& metrics = p.desired.autoscaler_metrics[static_cast<std::size_t>(shape.clique)];
    if (metrics.size() > 0) scaling.set("metrics", metrics);
    if (c.auto_scaling->behavior) scaling.set("behavior", *c.auto_scaling->behavior);
    spec.set("autoScalingConfig", scaling.build());
  }
  return spec.build();
}

DescriptionId describe(Planner& p, CliqueShapeId id) {
  Arena& a = p.arena;
  const CliqueShape& shape = p.desired.clique_shapes[id];
  const Value name = clique_name(a, p.desired, shape.clique);
  Owner owner = p.set_owner();
  if (shape.group)
    owner = {ObjectKind::kPodCliqueScalingGroup,
             names::scaling_group(a, p.set().name, p.set().groups[*shape.group].name)};
  const Value meta = metadata(a,
                              {.name = name,
                               .namespace_ = p.set().namespace_,
                               .labels = clique_labels(a, p.desired, shape),
                               .annotations = clique_annotations(a, p.desired, shape),
                               .owner = &owner,
                               .finalizer = keys::kCliqueFinalizer},
                              p.options);
  return p.add(ObjectKind::kPodClique, name, owner,
               manifest(a, ObjectKind::kPodClique, meta, {{"spec", clique_spec(p, shape)}}));
}

}  // namespace

void plan_standalone_cliques(Planner& p) {
  Layer layer;
  for (std::size_t s = 0; s < p.set().cliques.size(); ++s) {
    CliqueId c = p.set().cliques.id_at(s);
    if (p.set().cliques[c].group) continue;
    DescriptionId id = describe(p, p.desired.shape_of(c, 0));
    layer.blocks.push_back({GroupLoop::kNone, std::nullopt, {{id, id, std::nullopt}}});
  }
  if (!layer.blocks.empty()) p.plan.layers.push_back(std::move(layer));
}

void plan_member_cliques(Planner& p) {
  Layer layer;
  for (std::size_t s = 0; s < p.set().groups.size(); ++s) {
    GroupId g = p.set().groups.id_at(s);
    Block block{GroupLoop::kAllReplicas, g, {}};
    for (CliqueId c : p.set().groups[g].cliques)
      block.classes.push_back({describe(p, p.desired.shape_of(c, 0)),
                               describe(p, p.desired.shape_of(c, p.desired.min_available(g))), std::nullopt});
    layer.blocks.push_back(std::move(block));
  }
  if (!layer.blocks.empty()) p.plan.layers.push_back(std::move(layer));
}

}  // namespace grovec::backends

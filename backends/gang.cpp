// PodGangs, base and scaled (reference: expansion 10, 11).
#include "backends/gang.h"

#include "backends/schedulers/scheduler.h"

namespace grovec::backends {

using namespace ir;

Value gang_name(Arena& a, const Desired& d, const GangShape& gang) {
  if (gang.role == GangRole::kBase) return names::base_gang(a, d.set->name);
  return names::scaled_gang(a, d.set->name, d.set->groups[*gang.group].name);
}

Value for_each_base_replica(Planner& p, GroupId g, std::span<const Value> items) {
  Repeat* repeat = &p.arena.array<Repeat>(1)[0];
  *repeat = {{CountKind::kFixed, p.desired.min_available(g)}, Hole::kGroupReplica, p.arena.copy(items)};
  return Value::repeat(*repeat);
}

Value for_each_pod_group(Planner& p, const GangShape& gang, const std::function<Value(CliqueId)>& item,
                         std::vector<Value> items) {
  const PodCliqueSet& set = p.set();
  if (gang.role == GangRole::kScaled) {
    for (CliqueId c : set.groups[*gang.group].cliques) items.push_back(item(c));
    return make_sequence(p.arena, items);
  }
  for (std::size_t s = 0; s < set.cliques.size(); ++s)
    if (!set.cliques[set.cliques.id_at(s)].group) items.push_back(item(set.cliques.id_at(s)));
  for (std::size_t s = 0; s < set.groups.size(); ++s) {
    std::vector<Value> members;
    for (CliqueId c : set.groups[set.groups.id_at(s)].cliques) members.push_back(item(c));
    if (!members.empty()) items.push_back(for_each_base_replica(p, set.groups.id_at(s), members));
  }
  return make_sequence(p.arena, items);
}

std::int64_t min_members(const Desired& d, const GangShape& gang) {
  std::int64_t sum = 0;
  for (std::size_t s = 0; s < d.set->cliques.size(); ++s) {
    CliqueId c = d.set->cliques.id_at(s);
    const std::optional<GroupId> g = d.set->cliques[c].group;
    if (gang.role == GangRole::kScaled && g != gang.group) continue;
    const std::int64_t replicas = gang.role == GangRole::kBase && g ? d.min_available(*g) : 1;
    sum += replicas * d.min_available(c);
  }
  return sum;
}

std::vector<GroupId> constrained_groups(const Desired& d, const GangShape& gang) {
  std::vector<GroupId> out;
  if (gang.role != GangRole::kBase || !d.environment->config.topology_aware_scheduling) return out;
  for (std::size_t s = 0; s < d.set->groups.size(); ++s)
    if (d.set->groups[d.set->groups.id_at(s)].topology) out.push_back(d.set->groups.id_at(s));
  return out;
}

namespace {

Value pack_value(Arena& a, const PackConstraint& pack) {
  MappingBuilder b(a);
  if (!pack.required.empty()) b.set("required", text(pack.required));
  if (!pack.preferred.empty()) b.set("preferred", text(pack.preferred));
  return object(a, {{"packConstraint", b.build()}});
}

void set_pack(Arena& a, MappingBuilder& node, const PackConstraint& pack) {
  if (!pack.empty()) node.set("topologyConstraint", pack_value(a, pack));
}

Value pod_references(Planner& p, CliqueId c) {
  Arena& a = p.arena;
  const Value reference =
      object(a, {{"name", names::pod(a, clique_name(a, p.desired, c))}, {"namespace", text(p.set().namespace_)}});
  Repeat* repeat = &a.array<Repeat>(1)[0];
  *repeat = {
      {CountKind::kCliqueReplicas, static_cast<std::uint32_t>(c)}, Hole::kPodIndex, a.copy(std::span(&reference, 1))};
  return list(a, {Value::repeat(*repeat)});
}

Value pod_group(Planner& p, CliqueId c) {
  MappingBuilder b(p.arena);
  b.set("name", clique_name(p.arena, p.desired, c));
  b.set("minReplicas", Value::integer(p.desired.min_available(c)));
  b.set("podReferences", pod_references(p, c));
  set_pack(p.arena, b, p.desired.clique_packs[static_cast<std::size_t>(c)]);
  return b.build();
}

Value group_config(Planner& p, GroupId g) {
  Arena& a = p.arena;
  std::vector<Value> members;
  for (CliqueId c : p.set().groups[g].cliques) members.push_back(clique_name(a, p.desired, c));
  MappingBuilder b(a);
  b.set("name", names::group_replica(a, p.set().name, p.set().groups[g].name));
  b.set("podGroupNames", make_sequence(a, members));
  set_pack(a, b, p.desired.group_packs[static_cast<std::size_t>(g)]);
  return b.build();
}

bool has_pack(const Desired& d, const GangShape& gang) {
  if (!gang.pack.empty()) return true;
  for (GroupId g : constrained_groups(d, gang))
    if (!d.group_packs[static_cast<std::size_t>(g)].empty()) return true;
  for (std::size_t s = 0; s < d.clique_packs.size(); ++s) {
    const std::optional<GroupId> g = d.set->cliques[d.set->cliques.id_at(s)].group;
    if ((gang.role == GangRole::kBase || g == gang.group) && !d.clique_packs[s].empty()) return true;
  }
  return false;
}

// Keys of the set that are not the operator's own (reference: expansion 3.2).
Value mirrored(Arena& a, const Value* map) {
  MappingBuilder b(a);
  if (map)
    for (const Member& m : map->members())
      if (!m.key.starts_with(keys::kGrovePrefix)) b.set(m.key, m.value);
  return b.build();
}

Value gang_spec(Planner& p, const GangShape& gang) {
  MappingBuilder spec(p.arena);
  spec.set("podgroups", for_each_pod_group(p, gang, [&](CliqueId c) { return pod_group(p, c); }));
  std::vector<Value> configs;
  for (GroupId g : constrained_groups(p.desired, gang)) {
    const Value config = group_config(p, g);
    configs.push_back(for_each_base_replica(p, g, std::span(&config, 1)));
  }
  if (!configs.empty()) spec.set("topologyConstraintGroupConfigs", make_sequence(p.arena, configs));
  set_pack(p.arena, spec, gang.pack);
  if (!p.set().priority_class_name.empty()) spec.set("priorityClassName", text(p.set().priority_class_name));
  return spec.build();
}

DescriptionId describe(Planner& p, const GangShape& gang) {
  const Value name = gang_name(p.arena, p.desired, gang);
  const Owner owner = p.set_owner();
  const Value meta = metadata(p.arena,
                              {.name = name,
                               .namespace_ = p.set().namespace_,
                               .labels = gang_labels(p),
                               .annotations = gang_annotations(p, gang),
                               .owner = &owner},
                              p.options);
  return p.add(ObjectKind::kPodGang, name, owner,
               manifest(p.arena, ObjectKind::kPodGang, meta, {{"spec", gang_spec(p, gang)}}));
}

}  // namespace

Value gang_labels(Planner& p) {
  return merge(p.arena, mirrored(p.arena, p.set().labels),
               {{keys::kManagedBy, text(keys::kOperator)},
                {keys::kPartOf, text(p.set().name)},
                {keys::kComponent, text(keys::kPodGangComponent)},
                {keys::kSchedulerName, text(p.desired.scheduler_label)}});
}

Value gang_annotations(Planner& p, const GangShape& gang) {
  MappingBuilder b(p.arena, mirrored(p.arena, p.set().annotations));
  if (p.desired.binding && has_pack(p.desired, gang)) b.set(keys::kTopologyName, text(p.desired.binding->name));
  scheduler_named(p.desired.scheduler_label).add_to_gang(b);
  return b.build();
}

void add_gang_layer(Planner& p, const std::function<DescriptionId(const GangShape&)>& describe) {
  Layer layer;
  for (const GangShape& gang : p.desired.gangs) {
    DescriptionId id = describe(gang);
    const GroupLoop loop = gang.group ? GroupLoop::kScaledReplicas : GroupLoop::kNone;
    layer.blocks.push_back({loop, gang.group, {{id, id, std::nullopt}}});
  }
  p.plan.layers.push_back(std::move(layer));
}

void plan_gangs(Planner& p) {
  add_gang_layer(p, [&](const GangShape& gang) { return describe(p, gang); });
}

}  // namespace grovec::backends

// kai-scheduler: annotations on pods and PodGangs, a KAI PodGroup for each PodGang (reference: expansion 12.1).
#include "backends/gang.h"
#include "backends/schedulers/scheduler.h"

namespace grovec::backends {

using namespace ir;

namespace {

constexpr std::string_view kQueue = "kai.scheduler/queue";
constexpr std::string_view kSkipPodGrouper = "kai.scheduler/skip-podgrouper";
constexpr std::string_view kTopologyFallback = "kai.scheduler/topology";

std::string_view queue_on(const Value* labels, const Value* annotations) {
  for (const Value* map : {labels, annotations})
    if (map && !(*map)[kQueue].as_string().empty()) return (*map)[kQueue].as_string();
  return {};
}

// The set's queue, else the one distinct queue of its templates (admission has refused anything else).
std::string_view queue_of(const PodCliqueSet& set) {
  std::string_view queue = queue_on(set.labels, set.annotations);
  for (const Clique& c : set.cliques)
    if (queue.empty()) queue = queue_on(c.labels, c.annotations);
  return queue;
}

// `{}` where nothing is required.
Value topology_constraint(Arena& a, const Value& annotations, const PackConstraint& pack) {
  MappingBuilder b(a);
  if (!pack.empty()) {
    const Value* name = annotations.find(keys::kTopologyName);
    if (!name) name = annotations.find(kTopologyFallback);
    if (name) b.set("topology", *name);
    if (!pack.required.empty()) b.set("requiredTopologyLevel", text(pack.required));
    if (!pack.preferred.empty()) b.set("preferredTopologyLevel", text(pack.preferred));
  }
  return b.build();
}

// One parent subgroup for each base replica of a constrained group.
std::vector<Value> parents(Planner& p, const GangShape& gang, const Value& annotations) {
  std::vector<Value> out;
  for (GroupId g : constrained_groups(p.desired, gang)) {
    const PackConstraint& pack = p.desired.group_packs[static_cast<std::size_t>(g)];
    MappingBuilder b(p.arena);
    b.set("name", names::group_replica(p.arena, p.set().name, p.set().groups[g].name));
    b.set("minSubGroup", Value::integer(static_cast<std::int64_t>(p.set().groups[g].cliques.size())));
    if (!pack.empty()) b.set("topologyConstraint", topology_constraint(p.arena, annotations, pack));
    const Value parent = b.build();
    if (!p.set().groups[g].cliques.empty()) out.push_back(for_each_base_replica(p, g, std::span(&parent, 1)));
  }
  return out;
}

Value sub_group(Planner& p, const GangShape& gang, const Value& annotations, CliqueId c) {
  const std::optional<GroupId> group = p.set().cliques[c].group;
  const PackConstraint& pack = p.desired.clique_packs[static_cast<std::size_t>(c)];
  MappingBuilder b(p.arena);
  b.set("name", clique_name(p.arena, p.desired, c));
  b.set("minMember", Value::integer(p.desired.min_available(c)));
  for (GroupId g : constrained_groups(p.desired, gang))
    if (group == g) b.set("parent", names::group_replica(p.arena, p.set().name, p.set().groups[g].name));
  if (!pack.empty()) b.set("topologyConstraint", topology_constraint(p.arena, annotations, pack));
  return b.build();
}

DescriptionId describe(Planner& p, const GangShape& gang) {
  Arena& a = p.arena;
  const Value name = gang_name(a, p.desired, gang);
  const Value annotations = gang_annotations(p, gang);
  const Owner owner{ObjectKind::kPodGang, name};
  MappingBuilder spec(a);
  spec.set("minMember", Value::integer(min_members(p.desired, gang)));
  spec.set("queue", text(queue_of(p.set())));
  if (!p.set().priority_class_name.empty()) spec.set("priorityClassName", text(p.set().priority_class_name));
  spec.set("topologyConstraint", topology_constraint(a, annotations, gang.pack));
  spec.set("subGroups",
           for_each_pod_group(
               p, gang, [&](CliqueId c) { return sub_group(p, gang, annotations, c); }, parents(p, gang, annotations)));
  const Value meta = metadata(a,
                              {.name = name,
                               .namespace_ = p.set().namespace_,
                               .labels = gang_labels(p),
                               .annotations = annotations,
                               .owner = &owner},
                              p.options);
  return p.add(ObjectKind::kKaiPodGroup, name, owner, manifest(a, ObjectKind::kKaiPodGroup, meta, {{"spec", spec.build()}}));
}

class KaiScheduler final : public Scheduler {
  std::string_view name() const override { return "kai-scheduler"; }

  void add_to_pod(Arena&, const Value& clique, const Value& gang, MappingBuilder& labels,
                  MappingBuilder& annotations) const override {
    labels.set("kai.scheduler/subgroup-name", clique);
    annotations.set(kSkipPodGrouper, text("true"));
    annotations.set("pod-group-name", gang);
  }

  void add_to_gang(MappingBuilder& annotations) const override { annotations.set(kSkipPodGrouper, text("true")); }

  // Upstream makes a Topology only where the binding does not name one that exists (reference: expansion 10).
  Value describe_topology(Arena& a, const TopologyBinding& binding, const DescribeOptions& options) const override {
    for (const TopologyBinding::SchedulerBinding& s : binding.scheduler_bindings)
      if (s.scheduler_name == name()) return Value::null();
    std::vector<Value> levels;
    for (const TopologyBinding::Level& level : binding.levels)
      levels.push_back(object(a, {{"nodeLabel", text(level.key)}}));
    const Owner owner{ObjectKind::kClusterTopologyBinding, text(binding.name)};
    const Value meta =
        metadata(a, {.name = text(binding.name), .namespace_ = {}, .labels = Value::null(), .owner = &owner}, options);
    return manifest(a, ObjectKind::kKaiTopology, meta, {{"spec", object(a, {{"levels", make_sequence(a, levels)}})}});
  }

  void plan_objects(Planner& p) const override {
    add_gang_layer(p, [&](const GangShape& gang) { return describe(p, gang); });
  }
};

}  // namespace

const Scheduler& kai_scheduler() {
  static const KaiScheduler kScheduler;
  return kScheduler;
}

}  // namespace grovec::backends

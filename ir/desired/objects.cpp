#include "ir/desired/objects.h"

namespace grovec::ir {

namespace {

// Fills in the indices that the name does not carry and checks all ranges.
std::optional<ObjectRef> locate(const ObjectPlan& plan, const World& world, const Layer& layer, const Block& block,
                                const ObjectClass& cls, bool is_scaled, ObjectKind kind, std::string_view name) {
  DescriptionId id = is_scaled ? cls.scaled : cls.base;
  const Description& d = plan.descriptions[id];
  if (d.kind != kind) return std::nullopt;
  std::optional<Instance> n = match_name(d.name, name);
  if (!n || n->set_replica >= (layer.each_set_replica ? world.replicas() : 1)) return std::nullopt;
  if (block.loop != GroupLoop::kNone) {
    const std::uint32_t minimum = world.desired.min_available(*block.group);
    if (block.loop == GroupLoop::kScaledReplicas) n->group_replica = n->scaled_gang + minimum;
    if (n->group_replica >= world.group_replicas(n->set_replica, *block.group)) return std::nullopt;
    if (is_scaled != (n->group_replica >= minimum)) return std::nullopt;
    if (is_scaled) n->scaled_gang = n->group_replica - minimum;
  }
  if (cls.pods_of) {
    const CountHole pods{CountKind::kCliqueReplicas, static_cast<std::uint32_t>(*cls.pods_of)};
    if (cls.pod_loop == PodLoop::kPods) {
      const std::optional<std::uint32_t> index = world.pods(pods, *n).index_of(n->pod_suffix);
      if (!index) return std::nullopt;
      n->pod_index = *index;
    } else if (n->pod_index >= world.count(pods, *n)) {
      return std::nullopt;
    }
  }
  if (name_text(d.name, *n) != name) return std::nullopt;
  return ObjectRef{id, *n};
}

}  // namespace

std::optional<ObjectRef> find_object(const ObjectPlan& plan, const World& world, ObjectKind kind,
                                     std::string_view name) {
  for (const Layer& layer : plan.layers)
    for (const Block& block : layer.blocks)
      for (const ObjectClass& cls : block.classes)
        for (bool is_scaled : {false, true}) {
          if (is_scaled && block.loop == GroupLoop::kNone) continue;
          if (auto found = locate(plan, world, layer, block, cls, is_scaled, kind, name)) return found;
        }
  return std::nullopt;
}

}  // namespace grovec::ir

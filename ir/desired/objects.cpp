#include "ir/desired/objects.h"

#include "ir/base/check.h"

namespace grovec::ir {

const KindInfo& info_of(ObjectKind kind) {
  static constexpr KindInfo kInfos[] = {
      {"v1", "ServiceAccount", true},
      {"rbac.authorization.k8s.io/v1", "Role", true},
      {"rbac.authorization.k8s.io/v1", "RoleBinding", true},
      {"v1", "Secret", true},
      {"v1", "Service", true},
      {"autoscaling/v2", "HorizontalPodAutoscaler", true},
      {"resource.nvidia.com/v1beta1", "ComputeDomain", true},
      {"resource.k8s.io/v1", "ResourceClaim", true},
      {"grove.io/v1alpha1", "PodClique", true},
      {"grove.io/v1alpha1", "PodCliqueScalingGroup", true},
      {"scheduler.grove.io/v1alpha1", "PodGang", true},
      {"v1", "Pod", true},
      {"scheduling.run.ai/v2alpha2", "PodGroup", true},
      {"scheduling.volcano.sh/v1beta1", "PodGroup", true},
      {"kai.scheduler/v1alpha1", "Topology", false},
  };
  static_assert(std::size(kInfos) == static_cast<std::size_t>(ObjectKind::kKaiTopology) + 1);
  return kInfos[static_cast<std::size_t>(kind)];
}

namespace {

// Fills in the indices that the name does not carry and checks all ranges.
std::optional<ObjectRef> locate(const ObjectPlan& plan, const Desired& desired, const Layer& layer, const Block& block,
                                const ObjectClass& cls, bool is_scaled, ObjectKind kind, std::string_view name) {
  DescriptionId id = is_scaled ? cls.scaled : cls.base;
  const Description& d = plan.descriptions[id];
  if (d.kind != kind) return std::nullopt;
  std::optional<Instance> n = match_name(d.name, name);
  if (!n || n->set_replica >= (layer.each_set_replica ? desired.replicas() : 1)) return std::nullopt;
  if (block.loop != GroupLoop::kNone) {
    const std::uint32_t minimum = desired.min_available(*block.group);
    if (block.loop == GroupLoop::kScaledReplicas) n->group_replica = n->scaled_gang + minimum;
    if (n->group_replica >= desired.group_replicas(n->set_replica, *block.group)) return std::nullopt;
    if (is_scaled != (n->group_replica >= minimum)) return std::nullopt;
    if (is_scaled) n->scaled_gang = n->group_replica - minimum;
  }
  if (cls.pods_of) {
    const CountHole pods{CountKind::kPodsOfClique, static_cast<std::uint32_t>(*cls.pods_of)};
    if (n->pod_attempt != 0 || n->pod_index >= desired.count(pods, *n)) return std::nullopt;
  }
  if (name_text(d.name, *n) != name) return std::nullopt;
  return ObjectRef{id, *n};
}

}  // namespace

std::optional<ObjectRef> find_object(const ObjectPlan& plan, const Desired& desired, ObjectKind kind,
                                     std::string_view name) {
  for (const Layer& layer : plan.layers)
    for (const Block& block : layer.blocks)
      for (const ObjectClass& cls : block.classes)
        for (bool is_scaled : {false, true}) {
          if (is_scaled && block.loop == GroupLoop::kNone) continue;
          if (auto found = locate(plan, desired, layer, block, cls, is_scaled, kind, name)) return found;
        }
  return std::nullopt;
}

}  // namespace grovec::ir

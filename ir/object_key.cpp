#include "ir/object_key.h"

#include <iterator>

namespace grovec::ir {

namespace {

constexpr auto kWhole = SpecOwnership::kWholeSpec;
constexpr auto kFields = SpecOwnership::kFieldsWeSet;

constexpr KindInfo kInfos[] = {
    {"v1", "", "v1", "ServiceAccount", "serviceaccounts", true, kFields},
    {"rbac.authorization.k8s.io/v1", "rbac.authorization.k8s.io", "v1", "Role", "roles", true, kFields},
    {"rbac.authorization.k8s.io/v1", "rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", true, kFields},
    {"v1", "", "v1", "Secret", "secrets", true, kFields},
    {"v1", "", "v1", "Service", "services", true, kFields},
    {"autoscaling/v2", "autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", true, kFields},
    {"resource.nvidia.com/v1beta1", "resource.nvidia.com", "v1beta1", "ComputeDomain", "computedomains", true, kFields},
    {"resource.k8s.io/v1", "resource.k8s.io", "v1", "ResourceClaim", "resourceclaims", true, kFields},
    {"grove.io/v1alpha1", "grove.io", "v1alpha1", "PodClique", "podcliques", true, kWhole},
    {"grove.io/v1alpha1", "grove.io", "v1alpha1", "PodCliqueScalingGroup", "podcliquescalinggroups", true, kWhole},
    {"scheduler.grove.io/v1alpha1", "scheduler.grove.io", "v1alpha1", "PodGang", "podgangs", true, kWhole},
    {"v1", "", "v1", "Pod", "pods", true, kFields},
    {"scheduling.run.ai/v2alpha2", "scheduling.run.ai", "v2alpha2", "PodGroup", "podgroups", true, kFields},
    {"scheduling.volcano.sh/v1beta1", "scheduling.volcano.sh", "v1beta1", "PodGroup", "podgroups", true, kFields},
    {"kai.scheduler/v1alpha1", "kai.scheduler", "v1alpha1", "Topology", "topologies", false, kFields},
    {"grove.io/v1alpha1", "grove.io", "v1alpha1", "PodCliqueSet", "podcliquesets", true, kWhole},
    {"grove.io/v1alpha1", "grove.io", "v1alpha1", "ClusterTopologyBinding", "clustertopologybindings", false, kWhole},
};
static_assert(std::size(kInfos) == kObjectKinds);

}  // namespace

const KindInfo& info_of(ObjectKind kind) { return kInfos[static_cast<std::size_t>(kind)]; }

std::optional<ObjectKind> kind_of(std::string_view api_version, std::string_view kind) {
  for (std::size_t i = 0; i < kObjectKinds; ++i)
    if (kInfos[i].kind == kind && kInfos[i].api_version == api_version) return static_cast<ObjectKind>(i);
  return std::nullopt;
}

std::string text_of(const ObjectKey& key) {
  std::string out(info_of(key.kind).kind);
  out += ' ';
  if (!key.namespace_.empty()) out += key.namespace_ + "/";
  return out + key.name;
}

}  // namespace grovec::ir

std::size_t std::hash<grovec::ir::ObjectKey>::operator()(const grovec::ir::ObjectKey& key) const noexcept {
  constexpr std::size_t kPrime = 1099511628211u;
  const std::hash<std::string> text;
  std::size_t sum = static_cast<std::size_t>(key.kind);
  sum = sum * kPrime + text(key.namespace_);
  return sum * kPrime + text(key.name);
}

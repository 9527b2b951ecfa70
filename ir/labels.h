/// \file Every label, annotation, environment variable, finalizer and fixed name that objects carry.
/// Source: reference expansion 3, 6, 7 and 12.
#pragma once

#include <string_view>

namespace grovec::ir::keys {

// Labels.
inline constexpr std::string_view kManagedBy = "app.kubernetes.io/managed-by";
inline constexpr std::string_view kPartOf = "app.kubernetes.io/part-of";
inline constexpr std::string_view kName = "app.kubernetes.io/name";
inline constexpr std::string_view kComponent = "app.kubernetes.io/component";
inline constexpr std::string_view kSetReplicaIndex = "grove.io/podcliqueset-replica-index";
inline constexpr std::string_view kScalingGroup = "grove.io/podcliquescalinggroup";
inline constexpr std::string_view kScalingGroupReplicaIndex = "grove.io/podcliquescalinggroup-replica-index";
inline constexpr std::string_view kPodClique = "grove.io/podclique";
inline constexpr std::string_view kPodIndex = "grove.io/podclique-pod-index";
inline constexpr std::string_view kPodGang = "grove.io/podgang";
inline constexpr std::string_view kBasePodGang = "grove.io/base-podgang";
inline constexpr std::string_view kPodTemplateHash = "grove.io/pod-template-hash";
inline constexpr std::string_view kSchedulerName = "grove.io/scheduler-name";
inline constexpr std::string_view kOperator = "grove-operator";  ///< value of kManagedBy

// Values of kComponent.
inline constexpr std::string_view kServiceComponent = "pcs-headless-service";
inline constexpr std::string_view kServiceAccountComponent = "pod-service-account";
inline constexpr std::string_view kRoleComponent = "pod-role";
inline constexpr std::string_view kRoleBindingComponent = "pod-role-binding";
inline constexpr std::string_view kSecretComponent = "pod-sa-token-secret";
inline constexpr std::string_view kScalingGroupComponent = "pcs-podcliquescalinggroup";
inline constexpr std::string_view kStandaloneCliqueComponent = "pcs-podclique";
inline constexpr std::string_view kMemberCliqueComponent = "pcsg-podclique";
inline constexpr std::string_view kPodGangComponent = "podgang";
inline constexpr std::string_view kAutoscalerComponent = "pcs-hpa";
inline constexpr std::string_view kClaimComponent = "resource-claim";
inline constexpr std::string_view kComputeDomainComponent = "pcs-computedomain";

// Annotations.
inline constexpr std::string_view kTopologyName = "grove.io/topology-name";
inline constexpr std::string_view kNvlinkGroup = "grove.io/mnnvl-group";
inline constexpr std::string_view kNvlinkOptOut = "none";  ///< value of kNvlinkGroup
inline constexpr std::string_view kServiceAccountName = "kubernetes.io/service-account.name";
inline constexpr std::string_view kGrovePrefix = "grove.io/";  ///< keys that are not mirrored to PodGangs

// Finalizers.
inline constexpr std::string_view kSetFinalizer = "grove.io/podcliqueset.grove.io";
inline constexpr std::string_view kCliqueFinalizer = "grove.io/podclique.grove.io";
inline constexpr std::string_view kScalingGroupFinalizer = "grove.io/podcliquescalinggroup.grove.io";
inline constexpr std::string_view kComputeDomainFinalizer = "grove.io/computedomain-finalizer";

// Pods.
inline constexpr std::string_view kSchedulingGate = "grove.io/podgang-pending-creation";
inline constexpr std::string_view kInitContainer = "grove-initc";
inline constexpr std::string_view kTokenVolume = "sa-token-secret-vol";
inline constexpr std::string_view kPodInfoVolume = "pod-info-vol";
inline constexpr std::string_view kNvlinkClaim = "mnnvl-claim";
inline constexpr std::string_view kGpuResource = "nvidia.com/gpu";

inline constexpr std::string_view kEnvSetName = "GROVE_PCS_NAME";
inline constexpr std::string_view kEnvSetIndex = "GROVE_PCS_INDEX";
inline constexpr std::string_view kEnvCliqueName = "GROVE_PCLQ_NAME";
inline constexpr std::string_view kEnvService = "GROVE_HEADLESS_SERVICE";
inline constexpr std::string_view kEnvPodIndex = "GROVE_PCLQ_POD_INDEX";
inline constexpr std::string_view kEnvGroupName = "GROVE_PCSG_NAME";
inline constexpr std::string_view kEnvGroupPods = "GROVE_PCSG_TEMPLATE_NUM_PODS";
inline constexpr std::string_view kEnvGroupIndex = "GROVE_PCSG_INDEX";

// API groups.
inline constexpr std::string_view kGroveApi = "grove.io/v1alpha1";
inline constexpr std::string_view kGangApi = "scheduler.grove.io/v1alpha1";

}  // namespace grovec::ir::keys

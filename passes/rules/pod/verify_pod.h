/// \file verify-pod: what the API server refuses in Pods although the PodCliqueSet's own schema admits it, one file for
/// each subject. Rules: core validation of Kubernetes 1.35 with its default feature gates, after its defaults.
///
/// Left to the cluster, because other objects or flags decide: priorities and their classes, runtime classes, whether
/// service accounts, claims and secrets exist, privileged containers, quotas, Pod Security levels.
#pragma once

#include <map>
#include <set>
#include <string_view>

#include "ir/spec/nodes.h"
#include "passes/rules/pod/pod_rules.h"

namespace grovec::passes {

/// A pod template and what several rules want to know about it.
struct PodView {
  Context& context;
  Spot spec;
  /// Name of a volume to the field that says what it is; valid volumes only, injected ones included.
  std::map<std::string_view, std::string_view> volumes;
  std::set<std::string_view> claims;  ///< names in resourceClaims
  std::int64_t grace_period = 30;
  bool host_network = false;
  bool host_users = true;  ///< the host's user namespace
  bool waits = false;      ///< an init container waits for other cliques
  std::string_view os;     ///< empty = not said
};

/// All rules below, on the template of one clique.
void verify_pod(Context& context, const ir::PodCliqueSet& set, const ir::Clique& clique);

void verify_pod_settings(const PodView& pod);
void verify_pod_volumes(PodView& pod);
void verify_pod_containers(const PodView& pod);
void verify_pod_resources(const PodView& pod);
void verify_pod_security(const PodView& pod);
void verify_pod_scheduling(const PodView& pod);

// Parts of verify_pod_containers.
void verify_container_env(const PodView& pod, const Spot& container);
void verify_container_mounts(const PodView& pod, const Spot& container);
void verify_container_probes(const PodView& pod, const Spot& container);

/// `fieldRef` and `resourceFieldRef` of a variable or of a file in a volume.
void check_field_ref(const Refuser& refuse, const Spot& ref, std::string_view paths);
void check_resource_ref(const Refuser& refuse, const Spot& ref);
/// Limits and requests. `is_pod`: those of a whole pod.
void check_resources(const Refuser& refuse, const Spot& resources, bool is_pod);

/// Annotations that reach the metadata of an object.
void verify_object_annotations(Context& context, const ir::Value* annotations, const std::string& path);
/// Spec of a ResourceClaim.
void verify_claim_spec(Context& context, const ir::Value& spec, const std::string& path);
/// Metrics and behavior of a HorizontalPodAutoscaler.
void verify_scaling(Context& context, const ir::AutoScaling& scaling, const std::string& path);

}  // namespace grovec::passes

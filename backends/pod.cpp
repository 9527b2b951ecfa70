// Pods (reference: expansion 6, 7.3, 8).
#include "backends/pod.h"

#include "backends/claim.h"
#include "ir/pod_spec.h"

namespace grovec::backends {

using namespace ir;

namespace {

Value pod_metadata(Arena& a, const PodCliqueInput& c, const DescribeOptions& options) {
  MappingBuilder labels(a, default_labels(a, c.labels[keys::kPartOf].as_string()));
  for (const Member& m : c.labels.members()) labels.set(m.key, m.value);
  labels.set(keys::kPodClique, c.name);
  labels.set(keys::kPodIndex, index_text(a, Hole::kPodIndex));
  MappingBuilder annotations(a, c.annotations);
  c.scheduler->add_to_pod(a, c.name, c.labels[keys::kPodGang], labels, annotations);
  const Owner owner{ObjectKind::kPodClique, c.name};
  return metadata(a,
                  {.name = names::pod(a, c.name),
                   .generate_name = pattern(a, {c.name, "-"}),
                   .namespace_ = c.namespace_,
                   .labels = labels.build(),
                   .annotations = annotations.build(),
                   .owner = &owner},
                  options);
}

Value with_env(Arena& a, const PodCliqueInput& c, const Value& spec) {
  const Value& set = c.labels[keys::kPartOf];
  const Value& set_index = c.labels[keys::kSetReplicaIndex];
  const Value vars[] = {
      env_literal(a, keys::kEnvSetName, set),
      env_literal(a, keys::kEnvSetIndex, set_index),
      env_literal(a, keys::kEnvCliqueName, c.name),
      env_literal(a, keys::kEnvService, names::service_address(a, names::service(a, set, set_index), c.namespace_)),
      env_from_label(a, keys::kEnvPodIndex, keys::kPodIndex),
  };
  return prepend_env(a, spec, vars);
}

Value with_claims(Arena& a, const PodCliqueInput& c, Value spec) {
  for (const Value& claim : c.claims) {
    spec = change_containers(a, spec, [&](const Value& container) { return add_container_claim(a, container, claim); });
    const Value entry = object(a, {{"name", claim}, {"resourceClaimName", claim}});
    spec = append_to(a, spec, "resourceClaims", std::span(&entry, 1));
  }
  return spec;
}

Value downward_item(Arena& a, std::string_view path, std::string_view field) {
  return object(a, {{"path", text(path)}, {"fieldRef", object(a, {{"fieldPath", text(field)}})}});
}

// The init container that waits for other PodCliques, last of all, with the files it reads (reference: expansion 7.3).
Value with_init_container(Arena& a, const PodCliqueInput& c, Value spec) {
  if (c.starts_after.empty()) return spec;
  const std::vector<StartEntry> entries(c.starts_after.begin(), c.starts_after.end());
  const Value args = start_list(a, entries, [&](const StartEntry& e) {
    return pattern(a, {"--podcliques=", e.name, ":", a.copy(std::to_string(e.min_available))});
  });
  auto mount = [&](std::string_view name, std::string_view path) {
    return object(a, {{"name", text(name)}, {"readOnly", Value::boolean(true)}, {"mountPath", text(path)}});
  };
  const Value container = object(
      a, {{"name", text(keys::kInitContainer)},
          {"image", text(c.init_image)},
          {"args", args},
          {"resources", Value::mapping({})},  // a struct of Go that is never left out
          {"volumeMounts", list(a, {mount(keys::kPodInfoVolume, "/var/grove/pod-info"),
                                    mount(keys::kTokenVolume, "/var/run/secrets/kubernetes.io/serviceaccount")})}});
  const std::string_view secret_name = names::token_secret(a, c.labels[keys::kPartOf].as_string());
  const Value secret = object(a, {{"secretName", text(secret_name)}, {"defaultMode", Value::integer(0644)}});
  const std::string_view gang_field = concat(a, {"metadata.labels['", keys::kPodGang, "']"});
  const Value info = object(a, {{"items", list(a, {downward_item(a, "namespace", "metadata.namespace"),
                                                   downward_item(a, "podgangname", gang_field)})}});
  const Value volumes[] = {object(a, {{"name", text(keys::kTokenVolume)}, {"secret", secret}}),
                           object(a, {{"name", text(keys::kPodInfoVolume)}, {"downwardAPI", info}})};
  spec = append_to(a, spec, "volumes", volumes);
  return append_to(a, spec, "initContainers", std::span(&container, 1));
}

}  // namespace

Value describe_pod(Arena& a, const PodCliqueInput& c, const DescribeOptions& options) {
  MappingBuilder b(a, c.pod_spec);
  b.remove("schedulingGates");  // gates of the template are discarded
  if (options.gated) b.set("schedulingGates", list(a, {object(a, {{"name", text(keys::kSchedulingGate)}})}));
  b.set("schedulerName", text(c.scheduler->name()));
  b.set("hostname", names::host(a, c.name));
  b.set("subdomain", names::service(a, c.labels[keys::kPartOf], c.labels[keys::kSetReplicaIndex]));
  Value spec = with_env(a, c, b.build());
  spec = with_claims(a, c, spec);
  spec = with_init_container(a, c, spec);
  return manifest(a, ObjectKind::kPod, pod_metadata(a, c, options), {{"spec", spec}});
}

namespace {

DescriptionId describe(Planner& p, CliqueShapeId id) {
  Arena& a = p.arena;
  const CliqueShape& shape = p.desired.clique_shapes[id];
  const std::vector<StartEntry> entries = start_entries(a, p.desired, shape);
  std::vector<Value> claims;
  for (const ClaimUse& use : shape.claims) claims.push_back(claim_name(a, p.desired, use, shape.group, shape.clique));
  const PodCliqueInput input{.name = clique_name(a, p.desired, shape.clique),
                             .namespace_ = p.set().namespace_,
                             .labels = clique_labels(a, p.desired, shape),
                             .annotations = clique_annotations(a, p.desired, shape),
                             .pod_spec = shape.pod_spec,
                             .starts_after = entries,
                             .claims = claims,
                             .scheduler = &scheduler_named(p.desired.scheduler),
                             .init_image = p.desired.environment->init_image};
  return p.add(ObjectKind::kPod, names::pod(a, input.name), {ObjectKind::kPodClique, input.name},
               describe_pod(a, input, p.options), {shape.group, shape.clique});
}

}  // namespace

void plan_pods(Planner& p) {
  Layer layer;
  const PodCliqueSet& set = p.set();
  for (std::size_t s = 0; s < set.cliques.size(); ++s) {
    CliqueId c = set.cliques.id_at(s);
    if (set.cliques[c].group) continue;
    DescriptionId id = describe(p, p.desired.shape_of(c, 0));
    layer.blocks.push_back({GroupLoop::kNone, std::nullopt, {{id, id, c, PodLoop::kPods}}});
  }
  for (std::size_t s = 0; s < set.groups.size(); ++s) {
    GroupId g = set.groups.id_at(s);
    Block block{GroupLoop::kAllReplicas, g, {}};
    for (CliqueId c : set.groups[g].cliques)
      block.classes.push_back({describe(p, p.desired.shape_of(c, 0)),
                               describe(p, p.desired.shape_of(c, p.desired.min_available(g))), c, PodLoop::kPods});
    layer.blocks.push_back(std::move(block));
  }
  p.plan.layers.push_back(std::move(layer));
}

}  // namespace grovec::backends

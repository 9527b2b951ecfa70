#include "passes/surroundings/read_environment.h"

#include <algorithm>

#include "passes/admission/check_decode.h"
#include "passes/admission/check_structure.h"
#include "passes/go/go_encode.h"
#include "passes/rules/pod/verify_pod.h"
#include "passes/rules/set/verify_spec.h"
#include "passes/surroundings/identify.h"

namespace grovec::passes {

using namespace ir;
using schemas::Root;

namespace {

constexpr std::string_view kClaimTemplateApi = "resource.k8s.io/v1";

TopologyBinding binding_of(const Value& stored) {
  TopologyBinding b;
  b.name = stored["metadata"]["name"].as_string();
  b.at = stored["metadata"]["name"].at();
  for (const Value& level : stored["spec"]["levels"].items())
    b.levels.push_back({std::string(level["domain"].as_string()), std::string(level["key"].as_string())});
  for (const Value& s : stored["spec"]["schedulerTopologyBindings"].items())
    b.scheduler_bindings.push_back(
        {std::string(s["schedulerName"].as_string()), std::string(s["topologyReference"].as_string())});
  return b;
}

// The claim template as a Kubernetes 1.35 server stores it: defaults, and without the fields of features that are off
// (DRADeviceTaints, DRAConsumableCapacity). The operator reads it from there (reference: expansion 8).

Value stored_request(Arena& arena, const Value& request) {
  MappingBuilder out(arena, request);
  const std::string_view mode = request["allocationMode"].as_string();
  if (mode.empty()) out.set("allocationMode", Value::string("ExactCount"));
  if ((mode.empty() || mode == "ExactCount") && request["count"].as_int() == 0) out.set("count", Value::integer(1));
  return out.remove("tolerations").remove("capacity").build(request.at());
}

/// `change` for each item of a list; anything else stays.
template <class Change>
void change_items(Arena& arena, MappingBuilder& owner, const Value& list, std::string_view field, Change change) {
  if (!list.is_sequence()) return;
  std::span<Value> items = arena.array<Value>(list.size());
  std::transform(list.items().begin(), list.items().end(), items.begin(),
                 [&](const Value& item) { return item.is_mapping() ? change(item) : item; });
  owner.set(field, Value::sequence(items, list.at()));
}

Value stored_claim(Arena& arena, const Value& spec) {
  const Value& devices = spec["devices"];
  if (!devices.is_mapping()) return spec;
  MappingBuilder out(arena, devices);
  change_items(arena, out, devices["requests"], "requests", [&](const Value& request) {
    MappingBuilder r(arena, request);
    if (request["exactly"].is_mapping()) r.set("exactly", stored_request(arena, request["exactly"]));
    change_items(arena, r, request["firstAvailable"], "firstAvailable",
                 [&](const Value& one) { return stored_request(arena, one); });
    return r.build(request.at());
  });
  change_items(arena, out, devices["constraints"], "constraints", [&](const Value& constraint) {
    return MappingBuilder(arena, constraint).remove("distinctAttribute").build(constraint.at());
  });
  return MappingBuilder(arena, spec).set("devices", out.build(devices.at())).build(spec.at());
}

void claim_template(Context& context, const Value& object, std::string_view default_namespace, ClusterFacts& facts) {
  const Value &api = object["apiVersion"], &metadata = object["metadata"];
  ExternalClaimTemplate t;
  t.name = metadata["name"].as_string();
  t.namespace_ = metadata["namespace"].as_string();
  if (t.namespace_.empty()) t.namespace_ = default_namespace;
  if (api.as_string() == kClaimTemplateApi) {
    Decoded decoded = check_decode(context, object, Root::kResourceClaimTemplate);
    Value stored =
        stored_form(context.arena, context.origins, decoded.value, schemas::root(Root::kResourceClaimTemplate));
    const Value spec = stored_claim(context.arena, stored["spec"]["spec"]);
    if (decoded.broken.empty()) verify_claim_spec(context, spec, "spec.spec");
    t.claim_spec = facts.keep(context, spec);
  } else {
    context.diags
        .report(api.at(), diag::EnvironmentVersion, object["kind"].as_string(), api.as_string(), kClaimTemplateApi)
        .path("apiVersion");
  }
  auto same = [&](const ExternalClaimTemplate& o) { return o.name == t.name && o.namespace_ == t.namespace_; };
  if (std::any_of(facts.claim_templates.begin(), facts.claim_templates.end(), same))
    context.diags.report(metadata["name"].at(), diag::EnvironmentObjectTwice, "ResourceClaimTemplate", t.name);
  t.at = facts.keep(context, metadata["name"].at());
  facts.claim_templates.push_back(std::move(t));
}

// A claim that pods share by naming it. Views count its devices, nothing else is read: so every version will do. No
// template has a name with a slash.
void claim(Context& context, const Value& object, std::string_view default_namespace, ClusterFacts& facts) {
  std::string_view ns = object["metadata"]["namespace"].as_string();
  if (ns.empty()) ns = default_namespace;
  facts.claim_templates.push_back({std::string(ns), "claim/" + std::string(object["metadata"]["name"].as_string()),
                                   facts.keep(context, object["spec"]), kNowhere});
}

}  // namespace

void check_binding(Context& context, const Value& object, const OperatorConfig& config) {
  Decoded decoded = check_decode_without_status(context, object, Root::kClusterTopologyBinding);
  Value stored =
      with_crd_defaults(context.arena, context.origins, decoded.value, schemas::root(Root::kClusterTopologyBinding));
  verify_object_metadata(context, stored, stored["metadata"], "default");  // the kind has no namespace
  if (!decoded.broken.empty()) return;
  check_structure(context, stored, Root::kClusterTopologyBinding);
  verify_binding(context, stored, config);
}

void read_environment_object(Context& context, const Value& object, std::string_view default_namespace,
                             ClusterFacts& facts) {
  const KnownKind* grove = identify(context, object);
  std::string_view api = object["apiVersion"].as_string(), kind = object["kind"].as_string();
  if (grove && grove->root == Root::kClusterTopologyBinding) {
    check_binding(context, object, facts.config);
    TopologyBinding b = binding_of(object);
    if (facts.find_binding(b.name)) context.diags.report(b.at, diag::EnvironmentObjectTwice, kind, b.name);
    b.at = facts.keep(context, b.at);
    facts.bindings.push_back(std::move(b));
  } else if (api.starts_with("resource.k8s.io/") && kind == "ResourceClaimTemplate") {
    claim_template(context, object, default_namespace, facts);
  } else if (api.starts_with("resource.k8s.io/") && kind == "ResourceClaim") {
    claim(context, object, default_namespace, facts);
  } else if (api.starts_with("scheduling.volcano.sh/") && kind == "Queue") {
    facts.volcano_queues.push_back(
        {std::string(object["metadata"]["name"].as_string()), std::string(object["status"]["state"].as_string())});
  } else if (api.starts_with("kai.scheduler/") && kind == "Topology") {
    facts.scheduler_topologies.emplace_back(object["metadata"]["name"].as_string());
  }
}

namespace {

template <class T, class Same>
void remove_replaced(std::vector<T>& existing, const std::vector<T>& input, Same same) {
  for (const T& now : input) {
    existing.erase(std::remove_if(existing.begin(), existing.end(), [&](const T& old) { return same(old, now); }),
                   existing.end());
  }
}

}  // namespace

void put_on_top(ClusterFacts& existing, const ClusterFacts& input) {
  auto same_name = [](const auto& a, const auto& b) { return a.name == b.name; };
  remove_replaced(existing.bindings, input.bindings, same_name);
  remove_replaced(existing.volcano_queues, input.volcano_queues, same_name);
  remove_replaced(existing.claim_templates, input.claim_templates,
                  [](const auto& a, const auto& b) { return a.name == b.name && a.namespace_ == b.namespace_; });
  for (TopologyBinding b : input.bindings) {
    b.at = existing.keep(input.places(), b.at);
    existing.bindings.push_back(std::move(b));
  }
  for (ExternalClaimTemplate t : input.claim_templates) {
    t.at = existing.keep(input.places(), t.at);
    t.claim_spec = existing.keep(input.places(), t.claim_spec);
    existing.claim_templates.push_back(std::move(t));
  }
  existing.scheduler_topologies.insert(existing.scheduler_topologies.end(), input.scheduler_topologies.begin(),
                                       input.scheduler_topologies.end());
  existing.volcano_queues.insert(existing.volcano_queues.end(), input.volcano_queues.begin(),
                                 input.volcano_queues.end());
}

}  // namespace grovec::passes

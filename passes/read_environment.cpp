#include "passes/read_environment.h"

#include <algorithm>

#include "passes/check_decode.h"
#include "passes/check_structure.h"
#include "passes/go_encode.h"
#include "passes/verify_spec.h"

namespace grovec::passes {

using namespace ir;
using schemas::Root;

namespace {

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

/// What the API server fills in in a request for devices.
Value with_request_defaults(Context& context, const Value& request) {
  const Value& exactly = request["exactly"];
  Value out = request;
  auto fill = [&](const Value& r) {
    Value filled = r;
    if (!r.find("allocationMode")) {
      filled = with_members(context.arena, filled, {{"allocationMode", kNowhere, Value::string("ExactCount")}});
      if (!r.find("count")) filled = with_members(context.arena, filled, {{"count", kNowhere, Value::integer(1)}});
    } else if (r["allocationMode"].as_string() == "ExactCount" && !r.find("count")) {
      filled = with_members(context.arena, filled, {{"count", kNowhere, Value::integer(1)}});
    }
    return filled;
  };
  if (exactly.is_mapping()) out = with_members(context.arena, out, {{"exactly", kNowhere, fill(exactly)}});
  const Value& first = request["firstAvailable"];
  if (first.is_sequence()) {
    std::span<Value> items = context.arena.array<Value>(first.size());
    std::transform(first.items().begin(), first.items().end(), items.begin(), fill);
    out = with_members(context.arena, out, {{"firstAvailable", kNowhere, Value::sequence(items, first.at())}});
  }
  return out;
}

Value with_claim_defaults(Context& context, const Value& spec) {
  const Value& requests = spec["devices"]["requests"];
  if (!requests.is_sequence()) return spec;
  std::span<Value> items = context.arena.array<Value>(requests.size());
  for (std::size_t i = 0; i < items.size(); ++i) items[i] = with_request_defaults(context, requests.items()[i]);
  Value devices =
      with_members(context.arena, spec["devices"], {{"requests", kNowhere, Value::sequence(items, requests.at())}});
  return with_members(context.arena, spec, {{"devices", kNowhere, devices}});
}

void claim_template(Context& context, const Value& object, Environment& environment) {
  Decoded decoded = check_decode(context, object, Root::kResourceClaimTemplate);
  Value stored =
      stored_form(context.arena, context.origins, decoded.value, schemas::root(Root::kResourceClaimTemplate));
  ExternalClaimTemplate t;
  t.name = stored["metadata"]["name"].as_string();
  t.namespace_ = stored["metadata"]["namespace"].as_string();
  if (t.namespace_.empty()) t.namespace_ = environment.default_namespace;
  t.at = stored["metadata"]["name"].at();
  t.claim_spec = with_claim_defaults(context, stored["spec"]["spec"]);
  auto same = [&](const ExternalClaimTemplate& o) { return o.name == t.name && o.namespace_ == t.namespace_; };
  if (std::any_of(environment.claim_templates.begin(), environment.claim_templates.end(), same))
    context.diags.report(t.at, diag::EnvironmentObjectTwice, "ResourceClaimTemplate", t.name);
  environment.claim_templates.push_back(std::move(t));
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

void read_environment_object(Context& context, const Value& object, Environment& environment) {
  std::string_view api = object["apiVersion"].as_string(), kind = object["kind"].as_string();
  if (api == "grove.io/v1alpha1" && kind == "ClusterTopologyBinding") {
    check_binding(context, object, environment.config);
    TopologyBinding b = binding_of(object);
    if (environment.find_binding(b.name)) context.diags.report(b.at, diag::EnvironmentObjectTwice, kind, b.name);
    environment.bindings.push_back(std::move(b));
  } else if (api.starts_with("resource.k8s.io/") && kind == "ResourceClaimTemplate") {
    claim_template(context, object, environment);
  } else if (api.starts_with("scheduling.volcano.sh/") && kind == "Queue") {
    environment.volcano_queues.push_back(
        {std::string(object["metadata"]["name"].as_string()), std::string(object["status"]["state"].as_string())});
  }
}

}  // namespace grovec::passes

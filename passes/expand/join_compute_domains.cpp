#include <algorithm>

#include "ir/labels.h"
#include "ir/names.h"
#include "ir/pod_spec.h"
#include "passes/expand/expand.h"
#include "passes/expand/nvlink.h"

namespace grovec::passes {

using namespace ir;

namespace {

bool has_claim(const Value& pod_spec, std::string_view name) {
  for (const Value& claim : pod_spec["resourceClaims"].items())
    if (claim["name"].as_string() == name) return true;
  return false;
}

Value with_claim(Arena& a, const Value& pod_spec, std::string_view set, std::string_view group) {
  if (has_claim(pod_spec, keys::kNvlinkClaim)) return pod_spec;
  const Value name = Value::string(keys::kNvlinkClaim);
  Value changed = change_containers(a, pod_spec, [&](const Value& container) {
    return container_requests_gpu(container) ? add_container_claim(a, container, name) : container;
  });
  const Value claim = make_mapping(
      a, {{"name", kNowhere, name}, {"resourceClaimTemplateName", kNowhere, names::compute_domain(a, set, group)}});
  return append_to(a, changed, "resourceClaims", std::span(&claim, 1));
}

}  // namespace

void join_compute_domains(Module& m) {
  Desired& d = m.desired;
  for (CliqueShape& shape : d.clique_shapes) {
    const Value* named = nvlink_group(m.spec, m.spec.cliques[shape.clique]);
    if (!named || named->as_string().empty() || !requests_gpu(shape.pod_spec)) continue;
    const std::string_view group = named->as_string();
    // Injection is keyed on the annotation alone, ComputeDomains on the operator's flag too.
    shape.pod_spec = with_claim(m.context.arena, shape.pod_spec, m.spec.name, group);
    if (m.environment.facts.config.auto_mnnvl) d.compute_domains.push_back(group);
  }
  std::sort(d.compute_domains.begin(), d.compute_domains.end());
  d.compute_domains.erase(std::unique(d.compute_domains.begin(), d.compute_domains.end()), d.compute_domains.end());
}

}  // namespace grovec::passes

// Autoscalers that cannot compute what they aim at.
#include "passes/lint/lint.h"
#include "passes/lint/requests.h"
#include "passes/rules/set/verify_spec.h"

namespace grovec::passes {

using namespace ir;

Unrequested without_request(const Clique& c, std::string_view resource, std::string_view only) {
  if (!c.pod_spec) return {};
  const Value& pod = (*c.pod_spec)["resources"];  // of the pod as a whole
  auto asks = [&](const Value& resources) {
    return resources["requests"].find(resource) != nullptr || resources["limits"].find(resource) != nullptr;
  };
  if (only.empty() && asks(pod)) return {};
  for (const char* list : {"containers", "initContainers"})
    for (const Value& container : (*c.pod_spec)[list].items()) {
      if (list[0] == 'i' && container["restartPolicy"].as_string() != "Always") continue;
      if (!only.empty() && container["name"].as_string() != only) continue;
      if (container.is_mapping() && !asks(container["resources"])) return {&c, &container};
    }
  return {};
}

std::vector<UtilizationTarget> utilization_targets(const Value* metrics, OriginId owner_at) {
  std::vector<UtilizationTarget> out;
  if (!metrics || metrics->items().empty()) return {{"cpu", {}, owner_at}};
  for (const Value& metric : metrics->items()) {
    const bool is_container = metric["type"].as_string() == "ContainerResource";
    if (!is_container && metric["type"].as_string() != "Resource") continue;
    const Value& source = metric[is_container ? "containerResource" : "resource"];
    if (source["target"]["type"].as_string() != "Utilization") continue;
    const Value* at = source["target"].find("averageUtilization");
    out.push_back({std::string(source["name"].as_string()), std::string(source["container"].as_string()),
                   at ? at->at() : source["target"].at()});
  }
  return out;
}

namespace {

template <class F>
void utilization(const LintView& v, const AutoScaling& scaling, OriginId owner_at, std::string_view owner,
                 const std::string& path, F&& find) {
  const bool is_default = !scaling.metrics || scaling.metrics->items().empty();
  for (const UtilizationTarget& t : utilization_targets(scaling.metrics, owner_at)) {
    const Unrequested found = find(t);
    if (!found) continue;
    const std::string_view container = (*found.container)["name"].as_string();
    DiagnosticBuilder finding =
        is_default ? v.context.diags.report(t.at, diag::DefaultMetricWithoutRequest, owner, container)
                   : v.context.diags.report(t.at, diag::UtilizationWithoutRequest, owner, t.resource, container);
    const Value& name = (*found.container)["name"];
    finding.note(name.at(), diag::DeclaredHere, container).path(path + ".metrics");
  }
}

}  // namespace

void lint_utilization(const LintView& v) {
  for (const Clique& c : v.set.cliques)
    if (c.auto_scaling && c.spec)
      utilization(v, *c.auto_scaling, key_at(*c.spec, "autoScalingConfig"), c.name,
                  clique_path(c.index, ".spec.autoScalingConfig"),
                  [&](const UtilizationTarget& t) { return without_request(c, t.resource, t.container); });
  for (const ScalingGroup& g : v.set.groups)
    if (g.auto_scaling)
      utilization(v, *g.auto_scaling, key_at(*g.node, "scaleConfig"), g.name, group_path(g.index, ".scaleConfig"),
                  [&](const UtilizationTarget& t) -> Unrequested {
                    for (CliqueId c : g.cliques)
                      if (Unrequested found = without_request(v.set.cliques[c], t.resource, t.container)) return found;
                    return {};
                  });
}

}  // namespace grovec::passes

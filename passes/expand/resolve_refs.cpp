#include "passes/expand/expand.h"
#include "passes/go/go_encode.h"
#include "schemas/schema.h"

namespace grovec::passes {

using namespace ir;

namespace {

// reference: expansion 11.2: the first non-empty schedulerName of the templates, else the default profile.
std::string_view scheduler_of(const PodCliqueSet& set, const Environment& env) {
  for (const Clique& c : set.cliques) {
    std::string_view name = c.pod_spec ? (*c.pod_spec)["schedulerName"].as_string() : std::string_view();
    if (!name.empty()) return name;
  }
  return env.config.default_profile;
}

std::string_view topology_name_of(const PodCliqueSet& set) {
  if (set.topology && !set.topology->topology_name.empty()) return set.topology->topology_name;
  for (const ScalingGroup& g : set.groups)
    if (g.topology && !g.topology->topology_name.empty()) return g.topology->topology_name;
  for (const Clique& c : set.cliques)
    if (c.topology && !c.topology->topology_name.empty()) return c.topology->topology_name;
  return {};
}

bool has_topology(const PodCliqueSet& set) {
  bool any = set.topology.has_value();
  for (const ScalingGroup& g : set.groups) any |= g.topology.has_value();
  for (const Clique& c : set.cliques) any |= c.topology.has_value();
  return any;
}

Value metrics_of(Module& m, const std::optional<AutoScaling>& scaling) {
  if (!scaling || !scaling->metrics) return Value::null();
  const schemas::Type& config = schemas::type(schemas::type_named("v1alpha1.AutoScalingConfig"));
  return go_encode(m.context.arena, *scaling->metrics, schemas::find_field(config, "metrics")->type);
}

}  // namespace

void resolve_refs(Module& m) {
  Desired& d = m.desired;
  d.set = &m.spec;
  d.environment = &m.environment;
  d.scheduler = d.scheduler_label = scheduler_of(m.spec, m.environment);
  if (m.environment.config.topology_aware_scheduling && has_topology(m.spec))
    d.binding = m.environment.find_binding(topology_name_of(m.spec));
  for (const Clique& c : m.spec.cliques) d.autoscaler_metrics.push_back(metrics_of(m, c.auto_scaling));
  for (const ScalingGroup& g : m.spec.groups) d.autoscaler_metrics.push_back(metrics_of(m, g.auto_scaling));
}

}  // namespace grovec::passes

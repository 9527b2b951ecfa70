// TopologyLevelsUnavailable (reference: runtime 14.3).
#include <set>

#include "runtime/decide/statuses.h"

namespace grovec::decide {

namespace {

constexpr std::string_view kType = "TopologyLevelsUnavailable";

void add_domains(const std::optional<ir::TopologyConstraint>& tc, std::set<std::string_view>& domains, bool& any,
                 std::string_view& topology) {
  if (!tc) return;
  any = true;
  if (topology.empty()) topology = tc->topology_name;
  for (std::string_view d : {tc->effective_required(), tc->preferred})
    if (!d.empty()) domains.insert(d);
}

}  // namespace

void set_topology_condition(const Draft& d, Conditions& conditions) {
  const ir::PodCliqueSet& set = d.view.world().set();
  const ir::Environment& environment = *d.view.world().desired().environment;
  std::set<std::string_view> domains;
  bool any = false;
  std::string_view topology;
  add_domains(set.topology, domains, any, topology);
  for (const ir::Clique& c : set.cliques) add_domains(c.topology, domains, any, topology);
  for (const ir::ScalingGroup& g : set.groups) add_domains(g.topology, domains, any, topology);
  auto say = [&](Truth status, std::string_view reason, std::string message) {
    conditions.set(kType, status, reason, std::move(message), d.now);
    for (Condition& c : conditions.items)
      if (c.type == kType) c.observed_generation = d.view.set().meta.generation;
  };
  if (!environment.facts.config.topology_aware_scheduling) {
    if (!any) return conditions.remove(kType);
    return say(Truth::kUnknown, "TopologyAwareSchedulingDisabled", "Topology-aware scheduling is disabled");
  }
  if (!any) return say(Truth::kFalse, "AllClusterTopologyLevelsAvailable", "No topology constraint is set");
  if (topology.empty()) return say(Truth::kUnknown, "TopologyNameMissing", "A topology constraint names no topology");
  const ir::TopologyBinding* binding = environment.facts.find_binding(topology);
  if (!binding)
    return say(Truth::kUnknown, "ClusterTopologyNotFound",
               "ClusterTopologyBinding " + std::string(topology) + " does not exist");
  std::string missing;
  for (std::string_view domain : domains)
    if (binding->level_of(domain) < 0) missing.append(missing.empty() ? "" : ", ").append(domain);
  if (missing.empty())
    return say(Truth::kFalse, "AllClusterTopologyLevelsAvailable", "All topology levels are available");
  say(Truth::kTrue, "ClusterTopologyLevelsUnavailable", "Topology levels not available: " + missing);
}

}  // namespace grovec::decide

// Packing that does not happen.
#include <algorithm>

#include "passes/lint/lint.h"
#include "passes/rules/set/verify_spec.h"
#include "passes/rules/topology_names.h"

namespace grovec::passes {

using namespace ir;

namespace {

constexpr std::string_view kKai = "kai-scheduler", kDefault = "default-scheduler";

/// The scheduler of the set's gangs (reference: expansion 11.2), and the place that names it, if one does.
struct GangScheduler {
  std::string_view name;
  OriginId at = kNowhere;
};

GangScheduler scheduler_of(const LintView& v) {
  for (const Clique& c : v.set.cliques) {
    const Value* name = c.pod_spec ? c.pod_spec->find("schedulerName") : nullptr;
    if (name && !name->as_string().empty()) return {name->as_string(), name->at()};
  }
  return {v.environment.facts.config.default_profile};
}

bool has_domain(const TopologyConstraint& c) { return !c.effective_required().empty() || !c.preferred.empty(); }

// The set's constraint holds for each gang by itself, and each replica of a group beyond its minimum is one.
void spans_gangs(const LintView& v) {
  if (!v.set.topology || !has_domain(*v.set.topology)) return;
  for (const ScalingGroup& g : v.set.groups) {
    if (g.topology || foreseen_replicas(g) <= g.min_available) continue;
    v.context.diags
        .report(key_at(*v.set.template_, "topologyConstraint"), diag::PackingSpansGangs, g.name, g.min_available)
        .note(g.at("name"), diag::DeclaredHere, g.name)
        .path("spec.template.topologyConstraint");
    return;
  }
}

// KAI's pod groups name the Topology of the binding's own name, which Grove makes only if nobody else is said to.
void missing_topology(const LintView& v, const ConstraintAt& c) {
  const TopologyBinding* binding = v.environment.facts.find_binding(c.name());
  if (!binding ||
      binding->level_of(c.constraint->effective_required()) + binding->level_of(c.constraint->preferred) < -1)
    return;
  const std::vector<std::string>& made = v.environment.facts.scheduler_topologies;
  if (std::find(made.begin(), made.end(), binding->name) != made.end()) return;
  for (const TopologyBinding::SchedulerBinding& s : binding->scheduler_bindings) {
    if (s.scheduler_name != kKai || s.topology_reference == binding->name) continue;
    const Value* name = c.constraint->node ? c.constraint->node->find("topologyName") : nullptr;
    v.context.diags
        .report(name ? name->at() : key_at(*c.owner, "topologyConstraint"), diag::TopologyNobodyCreates, binding->name,
                s.topology_reference)
        .path(c.path + (name ? ".topologyName" : ""));
    return;
  }
}

}  // namespace

void lint_topology(const LintView& v) {
  const std::vector<ConstraintAt> all = constraints_of(v.set);
  const auto first =
      std::find_if(all.begin(), all.end(), [](const ConstraintAt& c) { return has_domain(*c.constraint); });
  if (first == all.end()) return;
  const GangScheduler scheduler = scheduler_of(v);
  if (scheduler.name == kDefault) {
    DiagnosticBuilder found =
        v.context.diags.report(key_at(*first->owner, "topologyConstraint"), diag::PackingIgnored, scheduler.name);
    found.path(first->path);
    if (scheduler.at != kNowhere) found.note(scheduler.at, diag::SetHere, "schedulerName");
  }
  spans_gangs(v);
  if (scheduler.name == kKai) missing_topology(v, *first);
}

}  // namespace grovec::passes

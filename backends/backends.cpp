#include "backends/backends.h"

#include "backends/schedulers/scheduler.h"

namespace grovec::backends {

using namespace ir;

ObjectPlan plan_objects(Arena& arena, const Desired& desired, const DescribeOptions& options) {
  ObjectPlan plan;
  Planner p{arena, desired, options, plan};
  // The PodCliqueSet controller's first group.
  plan_rbac(p);
  plan_services(p);
  plan_autoscalers(p);
  plan_compute_domains(p);
  plan_set_claims(p);
  // Its second and third group.
  plan_standalone_cliques(p);
  plan_scaling_groups(p);
  plan_gangs(p);
  // The scaling group controller, then the PodClique controller.
  plan_group_claims(p);
  plan_member_cliques(p);
  plan_clique_claims(p);
  plan_pods(p);
  // The PodGang controller: objects of the scheduler.
  scheduler_named(desired.scheduler_label).plan_objects(p);
  return plan;
}

Value clique_name(Arena& a, const Desired& d, CliqueId c) {
  const Clique& clique = d.set->cliques[c];
  if (!clique.group) return names::standalone_clique(a, d.set->name, clique.name);
  return names::member_clique(a, d.set->name, d.set->groups[*clique.group].name, clique.name);
}

Value gang_name(Arena& a, const Desired& d, const CliqueShape& shape) {
  if (shape.role != CliqueRole::kScaled) return names::base_gang(a, d.set->name);
  return names::scaled_gang(a, d.set->name, d.set->groups[*shape.group].name);
}

}  // namespace grovec::backends

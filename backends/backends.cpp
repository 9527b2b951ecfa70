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

Value clique_name(Arena& a, const Desired& d, CliqueId c) { return names::clique(a, *d.set, c); }

Value gang_name(Arena& a, const Desired& d, const CliqueShape& shape) {
  return names::gang(a, *d.set, shape.role == CliqueRole::kScaled ? shape.group : std::nullopt);
}

}  // namespace grovec::backends

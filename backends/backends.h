/// \file From the desired world to descriptions of every object, in creation order. The list of layers is in
/// backends.cpp.
#pragma once

#include "backends/describe.h"

namespace grovec::backends {

/// What every backend is given. `desired` and everything it points at must outlive the plan, as must the arena.
struct Planner {
  Arena& arena;
  const ir::Desired& desired;
  const DescribeOptions& options;
  ir::ObjectPlan& plan;

  const ir::PodCliqueSet& set() const { return *desired.set; }
  Owner set_owner() const { return {ir::ObjectKind::kPodCliqueSet, Value::string(set().name)}; }
  ir::DescriptionId add(ir::ObjectKind kind, Value name, const Owner& owner, Value tree) {
    return plan.descriptions.add({kind, name, owner, tree});
  }
};

/// All descriptions and loops of a set. Cost: the number of shapes. Pure; reports nothing.
ir::ObjectPlan plan_objects(Arena& arena, const ir::Desired& desired, const DescribeOptions& options);

// One function for each kind; each appends its layers. Order of calls = order of creation.
void plan_rbac(Planner& p);  // ServiceAccount, Role, RoleBinding, Secret
void plan_services(Planner& p);
void plan_autoscalers(Planner& p);
void plan_compute_domains(Planner& p);
void plan_set_claims(Planner& p);
void plan_standalone_cliques(Planner& p);
void plan_scaling_groups(Planner& p);
void plan_gangs(Planner& p);
void plan_group_claims(Planner& p);
void plan_member_cliques(Planner& p);
void plan_clique_claims(Planner& p);
void plan_pods(Planner& p);

/// Names that several backends need, by shape.
Value clique_name(Arena& a, const ir::Desired& d, ir::CliqueId c);
Value gang_name(Arena& a, const ir::Desired& d, const ir::CliqueShape& shape);

/// Labels of a PodClique (reference: expansion 3.1).
Value clique_labels(Arena& a, const ir::Desired& d, const ir::CliqueShape& shape);
/// Annotations of a PodClique: the template's, without the topology name.
Value clique_annotations(Arena& a, const ir::Desired& d, const ir::CliqueShape& shape);

}  // namespace grovec::backends

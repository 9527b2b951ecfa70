#include "runtime/view/startup.h"

#include <algorithm>

namespace grovec::driver {

using namespace ir;

namespace {

StartNode* find(std::vector<StartNode>& nodes, CliqueId c) {
  for (StartNode& n : nodes)
    if (n.clique == c) return &n;
  return nullptr;
}

// Raises stages until they are stable. Admission has refused cycles, so as many rounds as nodes are enough.
void set_stages(StartPlan& plan) {
  for (std::size_t round = 0; round < plan.nodes.size(); ++round) {
    bool has_changed = false;
    for (StartNode& n : plan.nodes)
      for (const StartDependency& d : n.after)
        if (const StartNode* before = find(plan.nodes, d.clique); before && n.stage <= before->stage) {
          n.stage = before->stage + 1;
          has_changed = true;
        }
    if (!has_changed) break;
  }
  for (const StartNode& n : plan.nodes) plan.stages = std::max(plan.stages, n.stage);
}

// From the first node of the last stage back along dependencies of the stage before.
void mark_critical_path(StartPlan& plan) {
  if (plan.stages < 2) return;
  StartNode* at = nullptr;
  for (StartNode& n : plan.nodes)
    if (n.stage == plan.stages && !at) at = &n;
  while (at) {
    at->is_critical = true;
    plan.critical_path.insert(plan.critical_path.begin(), at->clique);
    StartNode* next = nullptr;
    for (const StartDependency& d : at->after)
      if (StartNode* before = find(plan.nodes, d.clique); before && before->stage + 1 == at->stage && !next)
        next = before;
    at = next;
  }
}

bool has_scaled_gangs(const World& w, GroupId g) {
  const std::uint32_t minimum = w.desired.min_available(g);
  if (w.replicas() > 0 && static_cast<std::uint32_t>(w.desired.set->groups[g].replicas) > minimum) return true;
  for (const auto& [key, n] : w.population.groups())
    if (std::get<1>(key) == g && std::get<0>(key) < w.replicas() && n > minimum) return true;
  return false;
}

}  // namespace

std::vector<StartPlan> start_plans(const World& world) {
  const Desired& d = world.desired;
  std::vector<StartPlan> out(1);
  for (std::size_t s = 0; s < d.set->groups.size(); ++s)
    if (has_scaled_gangs(world, d.set->groups.id_at(s))) out.push_back({d.set->groups.id_at(s), {}, 0, {}});
  for (StartPlan& plan : out) {
    for (std::size_t s = 0; s < d.clique_shapes.size(); ++s) {
      const CliqueShape& shape = d.clique_shapes[d.clique_shapes.id_at(s)];
      const bool is_here = plan.group ? shape.role == CliqueRole::kScaled && shape.group == plan.group
                                      : shape.role != CliqueRole::kScaled;
      if (is_here) plan.nodes.push_back({d.clique_shapes.id_at(s), shape.clique, 1, false, shape.starts_after});
    }
    set_stages(plan);
    mark_critical_path(plan);
    std::stable_sort(plan.nodes.begin(), plan.nodes.end(), [](const StartNode& a, const StartNode& b) {
      return std::pair(a.stage, a.clique) < std::pair(b.stage, b.clique);
    });
  }
  return out;
}

}  // namespace grovec::driver

#include "runtime/view/startup.h"

#include <algorithm>

namespace grovec::driver {

using namespace ir;

namespace {

/// Nodes of a plan by clique.
class NodeIndex {
 public:
  explicit NodeIndex(const std::vector<StartNode>& nodes) {
    for (std::size_t n = 0; n < nodes.size(); ++n) {
      const auto c = static_cast<std::size_t>(nodes[n].clique);
      if (c >= of_clique_.size()) of_clique_.resize(c + 1, kNone);
      if (of_clique_[c] == kNone) of_clique_[c] = n;
    }
  }
  /// kNone if the clique is not in the plan.
  std::size_t find(CliqueId id) const {
    const auto c = static_cast<std::size_t>(id);
    return c < of_clique_.size() ? of_clique_[c] : kNone;
  }
  static constexpr std::size_t kNone = SIZE_MAX;

 private:
  std::vector<std::size_t> of_clique_;
};

// A node's stage is one above the highest of those it waits for. Admission has refused cycles; a node of one would keep
// its stage.
void set_stages(StartPlan& plan, const NodeIndex& index) {
  std::vector<std::vector<std::size_t>> waiting(plan.nodes.size());
  std::vector<std::size_t> open(plan.nodes.size(), 0), ready;
  for (std::size_t n = 0; n < plan.nodes.size(); ++n) {
    for (const StartDependency& d : plan.nodes[n].after)
      if (const std::size_t before = index.find(d.clique); before != NodeIndex::kNone) {
        waiting[before].push_back(n);
        ++open[n];
      }
    if (open[n] == 0) ready.push_back(n);
  }
  while (!ready.empty()) {
    const std::size_t at = ready.back();
    ready.pop_back();
    plan.stages = std::max(plan.stages, plan.nodes[at].stage);
    for (const std::size_t n : waiting[at]) {
      plan.nodes[n].stage = std::max(plan.nodes[n].stage, plan.nodes[at].stage + 1);
      if (--open[n] == 0) ready.push_back(n);
    }
  }
}

// From the first node of the last stage back along dependencies of the stage before.
void mark_critical_path(StartPlan& plan, const NodeIndex& index) {
  if (plan.stages < 2) return;
  auto last =
      std::find_if(plan.nodes.begin(), plan.nodes.end(), [&](const StartNode& n) { return n.stage == plan.stages; });
  for (StartNode* at = last == plan.nodes.end() ? nullptr : &*last; at;) {
    at->is_critical = true;
    plan.critical_path.push_back(at->clique);
    StartNode* next = nullptr;
    for (const StartDependency& d : at->after) {
      const std::size_t n = index.find(d.clique);
      if (n != NodeIndex::kNone && plan.nodes[n].stage + 1 == at->stage && !next) next = &plan.nodes[n];
    }
    at = next;
  }
  std::reverse(plan.critical_path.begin(), plan.critical_path.end());
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
    const NodeIndex index(plan.nodes);
    set_stages(plan, index);
    mark_critical_path(plan, index);
    std::stable_sort(plan.nodes.begin(), plan.nodes.end(), [](const StartNode& a, const StartNode& b) {
      return std::pair(a.stage, a.clique) < std::pair(b.stage, b.clique);
    });
  }
  return out;
}

}  // namespace grovec::driver

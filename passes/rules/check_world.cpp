// Rules on the counts in force (reference: expansion 2, 8; admission 3.14).
#include <algorithm>

#include "passes/rules/set/verify_spec.h"
#include "passes/rules/verify_scale.h"

namespace grovec::passes {

using namespace ir;

Scale scale_of(const Population& population) {
  Scale scale = declared_scale(population.set());
  scale.set = std::max<std::int64_t>(scale.set, population.replicas());
  auto raise = [](std::int64_t& to, std::int64_t n) { to = std::max(to, n); };
  for (const auto& [key, n] : population.groups())
    if (std::get<0>(key) < population.replicas()) raise(scale.groups[static_cast<std::size_t>(std::get<1>(key))], n);
  for (const auto& [key, live] : population.cliques()) {
    const auto& [i, j, c] = key;
    if (!population.has_clique(i, j, c)) continue;
    raise(scale.cliques[static_cast<std::size_t>(c)], live.replicas);
    if (live.has_pods && !live.by_index.empty())
      raise(scale.cliques[static_cast<std::size_t>(c)], std::int64_t{live.by_index.back().index} + 1);
  }
  return scale;
}

namespace {

bool is_above(const Scale& scale, const Scale& other) {
  auto any_above = [](const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b) {
    return !std::equal(a.begin(), a.end(), b.begin(), [](std::int64_t x, std::int64_t y) { return x <= y; });
  };
  return scale.set > other.set || any_above(scale.groups, other.groups) || any_above(scale.cliques, other.cliques);
}

/// The longest host names: of the last set replica, of the last replica of each scaled group, and of each PodClique
/// that was scaled or has pods of its own. One finding for each clique.
class HostNames {
 public:
  HostNames(Context& context, const World& world, const Scale& declared)
      : context_(context), world_(world), set_(*world.desired.set), declared_(declared) {}

  void run() {
    for (std::size_t s = 0; s < set_.cliques.size(); ++s) {
      const CliqueId c = set_.cliques.id_at(s);
      if (!of_templates(c)) of_live(c);
    }
  }

 private:
  std::int64_t declared_pods(CliqueId c) const { return declared_.cliques[static_cast<std::size_t>(c)]; }

  bool verify(CliqueId c, std::int64_t i, std::int64_t j, std::int64_t pods) const {
    return verify_pod_names(context_, set_, set_.cliques[c], {i, j, pods});
  }

  bool of_templates(CliqueId c) const {
    const std::optional<GroupId> group = set_.cliques[c].group;
    const std::int64_t groups = group ? declared_.groups[static_cast<std::size_t>(*group)] : 1;
    if (verify(c, std::int64_t{world_.replicas()} - 1, groups - 1, declared_pods(c))) return true;
    if (!group) return false;
    for (const auto& [key, n] : world_.population.groups())
      if (std::get<1>(key) == *group && std::get<0>(key) < world_.replicas() &&
          verify(c, std::get<0>(key), std::int64_t{n} - 1, declared_pods(c)))
        return true;
    return false;
  }

  void of_live(CliqueId wanted) const {
    for (const auto& [key, live] : world_.population.cliques()) {
      const auto& [i, j, c] = key;
      if (c != wanted || !world_.population.has_clique(i, j, c)) continue;
      std::int64_t pods = live.replicas;
      if (live.has_pods && !live.by_index.empty()) pods = std::max(pods, std::int64_t{live.by_index.back().index} + 1);
      if (verify(c, i, j, pods)) return;
    }
  }

  Context& context_;
  const World& world_;
  const PodCliqueSet& set_;
  const Scale& declared_;
};

void verify_size(Context& context, const World& world, std::uint64_t most) {
  const std::uint64_t objects = totals_of(world).objects;
  if (objects <= most) return;
  const PodCliqueSet& set = *world.desired.set;
  const Value* replicas = set.node->find("spec", "replicas");
  context.diags.report(replicas ? replicas->at() : set.node->at(), diag::TooManyObjects, set.name, objects, most)
      .path("spec.replicas");
}

}  // namespace

void check_world(Context& context, const World& world, std::uint64_t max_objects) {
  const PodCliqueSet& set = *world.desired.set;
  const Environment& environment = *world.desired.environment;
  const Scale declared = declared_scale(set), scale = scale_of(world.population);
  if (set.replicas <= 0 && world.replicas() > 0) {
    verify_created(context, set, environment, scale);
  } else if (world.replicas() > 0 && is_above(scale, declared)) {
    HostNames(context, world, declared).run();
    verify_claim_names(context, set, scale);
    verify_same_names(context, set, scale);
    if (environment.config.auto_mnnvl) verify_compute_domain_names(context, set, scale);
  }
  verify_size(context, world, max_objects);
}

}  // namespace grovec::passes

#include "ir/desired/world.h"

#include <algorithm>
#include <set>

namespace grovec::ir {

namespace {

/// The PodClique of `c` that an instance is about.
struct CliquePlace {
  bool exists;      ///< its group replica does
  std::uint32_t j;  ///< 0 for a standalone clique, whatever the instance is about
};
CliquePlace place_of(const World& w, CliqueId c, const Instance& n) {
  const std::optional<GroupId> group = w.desired.set->cliques[c].group;
  if (!group) return {true, 0};
  return {n.group_replica < w.group_replicas(n.set_replica, *group), n.group_replica};
}

}  // namespace

std::uint32_t World::count(const CountHole& hole, const Instance& n) const {
  switch (hole.kind) {
    case CountKind::kFixed:
      return hole.index;
    case CountKind::kGroupReplicas:
      return group_replicas(n.set_replica, static_cast<GroupId>(hole.index));
    case CountKind::kCliqueReplicas: {
      const auto c = static_cast<CliqueId>(hole.index);
      const CliquePlace at = place_of(*this, c, n);
      return at.exists ? population.clique_replicas(n.set_replica, at.j, c) : 0;
    }
  }
  return 0;
}

PodRange World::pods(const CountHole& hole, const Instance& n) const {
  if (hole.kind != CountKind::kCliqueReplicas) return PodRange(count(hole, n));
  const auto c = static_cast<CliqueId>(hole.index);
  const CliquePlace at = place_of(*this, c, n);
  return at.exists ? pod_range(n.set_replica, at.j, c) : PodRange(0);
}

namespace {

struct ReplicaTotals {
  std::uint64_t pod_cliques = 0, scaled_gangs = 0, pods = 0, group_claims = 0, clique_claims = 0;
};

// Claims of an owner with `n` replicas: one for each AllReplicas entry, n for each PerReplica entry.
std::uint64_t claims_of(const std::vector<SharingEntry>& sharing, std::uint64_t n) {
  std::uint64_t total = 0;
  for (const SharingEntry& e : sharing) total += e.scope == SharingScope::kAllReplicas ? 1 : n;
  return total;
}

void add_clique(const World& w, CliqueId c, std::uint64_t cliques, ReplicaTotals& t) {
  const Clique& clique = w.desired.set->cliques[c];
  const auto pods = static_cast<std::uint64_t>(clique.replicas);
  t.pod_cliques += cliques;
  t.pods += cliques * pods;
  t.clique_claims += cliques * claims_of(clique.sharing, pods);
}

ReplicaTotals totals_of_replica(const World& w, std::uint32_t i) {
  ReplicaTotals t;
  const PodCliqueSet& set = *w.desired.set;
  for (std::size_t s = 0; s < set.cliques.size(); ++s) {
    CliqueId c = set.cliques.id_at(s);
    if (!set.cliques[c].group) add_clique(w, c, 1, t);
  }
  for (std::size_t s = 0; s < set.groups.size(); ++s) {
    GroupId g = set.groups.id_at(s);
    std::uint64_t n = w.group_replicas(i, g);
    const std::uint32_t minimum = w.desired.min_available(g);
    t.scaled_gangs += n > minimum ? n - minimum : 0;
    t.group_claims += claims_of(set.groups[g].sharing, n);
    for (CliqueId c : set.groups[g].cliques) add_clique(w, c, n, t);
  }
  for (const auto& [key, live] : w.population.cliques()) {
    const auto& [at, j, c] = key;
    const Clique& clique = set.cliques[c];
    if (at != i || (clique.group && j >= w.group_replicas(i, *clique.group))) continue;
    t.pods += live.pod_count() - static_cast<std::uint64_t>(clique.replicas);
    t.clique_claims += claims_of(clique.sharing, live.replicas) -
                       claims_of(clique.sharing, static_cast<std::uint64_t>(clique.replicas));
  }
  return t;
}

void add(ReplicaTotals& to, const ReplicaTotals& t, std::uint64_t times) {
  to.pod_cliques += t.pod_cliques * times;
  to.scaled_gangs += t.scaled_gangs * times;
  to.pods += t.pods * times;
  to.group_claims += t.group_claims * times;
  to.clique_claims += t.clique_claims * times;
}

}  // namespace

Totals totals_of(const World& w) {
  const PodCliqueSet& set = *w.desired.set;
  std::set<std::uint32_t> special;
  const std::uint32_t replicas = w.replicas();
  for (const auto& [key, n] : w.population.groups())
    if (std::get<0>(key) < replicas) special.insert(std::get<0>(key));
  for (const auto& [key, n] : w.population.cliques())
    if (std::get<0>(key) < replicas) special.insert(std::get<0>(key));
  ReplicaTotals sum;
  // An index that nothing was counted for stands for all such replicas.
  add(sum, totals_of_replica(w, 0xFFFFFFFF), replicas - special.size());
  for (std::uint32_t i : special) add(sum, totals_of_replica(w, i), 1);

  Totals t;
  t.set_replicas = t.base_gangs = replicas;
  t.scaling_groups = std::uint64_t{replicas} * set.groups.size();
  t.pod_cliques = sum.pod_cliques;
  t.scaled_gangs = sum.scaled_gangs;
  t.pods = sum.pods;
  t.claims = claims_of(set.sharing, replicas) + sum.group_claims + sum.clique_claims;
  auto scaled = [](const auto& nodes) {
    return static_cast<std::uint64_t>(
        std::count_if(nodes.begin(), nodes.end(), [](const auto& n) { return n.auto_scaling.has_value(); }));
  };
  t.autoscalers = replicas * (scaled(set.cliques) + scaled(set.groups));
  t.compute_domains = std::uint64_t{replicas} * w.desired.compute_domains.size();
  constexpr std::uint64_t kAlways = 4;  // ServiceAccount, Role, RoleBinding, Secret
  t.objects = kAlways + t.set_replicas + t.scaling_groups + t.pod_cliques + t.base_gangs + t.scaled_gangs + t.pods +
              t.claims + t.autoscalers + t.compute_domains;
  return t;
}

}  // namespace grovec::ir

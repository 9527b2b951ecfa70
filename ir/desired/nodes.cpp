#include "ir/desired/nodes.h"

#include <algorithm>
#include <initializer_list>
#include <set>

#include "ir/base/saturating.h"

namespace grovec::ir {

namespace {
template <class Map, class Key>
std::optional<std::uint32_t> look_up(const Map& map, const Key& key) {
  auto it = map.find(key);
  return it == map.end() ? std::nullopt : std::optional(it->second);
}
}  // namespace

std::optional<std::uint32_t> Counts::group(std::uint32_t i, GroupId g) const {
  return groups_.empty() ? std::nullopt : look_up(groups_, std::tuple(i, g));
}

std::optional<std::uint32_t> Counts::clique(std::uint32_t i, std::uint32_t j, CliqueId c) const {
  return cliques_.empty() ? std::nullopt : look_up(cliques_, std::tuple(i, j, c));
}

std::uint32_t Desired::replicas() const {
  return counts.replicas().value_or(static_cast<std::uint32_t>(set->replicas));
}

std::uint32_t Desired::group_replicas(std::uint32_t i, GroupId g) const {
  return counts.group(i, g).value_or(static_cast<std::uint32_t>(set->groups[g].replicas));
}

std::uint32_t Desired::pods(std::uint32_t i, std::uint32_t j, CliqueId c) const {
  return counts.clique(i, j, c).value_or(static_cast<std::uint32_t>(set->cliques[c].replicas));
}

std::uint32_t Desired::min_available(GroupId g) const {
  return static_cast<std::uint32_t>(set->groups[g].min_available);
}

std::uint32_t Desired::min_available(CliqueId c) const {
  const Clique& clique = set->cliques[c];
  return static_cast<std::uint32_t>(clique.min_available.value_or(clique.replicas));
}

CliqueShapeId Desired::shape_of(CliqueId c, std::uint32_t j) const {
  const std::optional<GroupId> group = set->cliques[c].group;
  CliqueRole role = !group                      ? CliqueRole::kStandalone
                    : j < min_available(*group) ? CliqueRole::kBase
                                                : CliqueRole::kScaled;
  for (std::size_t s = 0; s < clique_shapes.size(); ++s) {
    const CliqueShape& shape = clique_shapes[clique_shapes.id_at(s)];
    if (shape.clique == c && shape.role == role) return clique_shapes.id_at(s);
  }
  GROVEC_CHECK(!"every clique has its shapes");
  return {};
}

std::uint32_t Desired::count(const CountHole& hole, const Instance& n) const {
  switch (hole.kind) {
    case CountKind::kFixed:
      return hole.index;
    case CountKind::kGroupReplicas:
      return group_replicas(n.set_replica, static_cast<GroupId>(hole.index));
    case CountKind::kPodsOfClique: {
      auto c = static_cast<CliqueId>(hole.index);
      const std::optional<GroupId> group = set->cliques[c].group;
      if (group && n.group_replica >= group_replicas(n.set_replica, *group)) return 0;
      return pods(n.set_replica, group ? n.group_replica : 0, c);
    }
  }
  return 0;
}

namespace {

struct ReplicaTotals {
  std::uint64_t pod_cliques = 0, scaled_gangs = 0, pods = 0, group_claims = 0, clique_claims = 0;
};

// Claims of an owner with `n` replicas: one for each AllReplicas entry, n for each PerReplica entry.
std::uint64_t claims_of(const std::vector<SharingEntry>& sharing, std::uint64_t n) {
  std::uint64_t total = 0;
  for (const SharingEntry& e : sharing) total = saturating_sum(total, e.scope == SharingScope::kAllReplicas ? 1 : n);
  return total;
}

void add_clique(const Desired& d, CliqueId c, std::uint64_t cliques, ReplicaTotals& t) {
  const auto pods = static_cast<std::uint64_t>(d.set->cliques[c].replicas);
  t.pod_cliques = saturating_sum(t.pod_cliques, cliques);
  t.pods = saturating_sum(t.pods, saturating_product(cliques, pods));
  t.clique_claims =
      saturating_sum(t.clique_claims, saturating_product(cliques, claims_of(d.set->cliques[c].sharing, pods)));
}

ReplicaTotals totals_of_replica(const Desired& d, std::uint32_t i) {
  ReplicaTotals t;
  for (std::size_t s = 0; s < d.set->cliques.size(); ++s) {
    CliqueId c = d.set->cliques.id_at(s);
    if (!d.set->cliques[c].group) add_clique(d, c, 1, t);
  }
  for (std::size_t s = 0; s < d.set->groups.size(); ++s) {
    GroupId g = d.set->groups.id_at(s);
    std::uint64_t n = d.group_replicas(i, g);
    t.scaled_gangs += n > d.min_available(g) ? n - d.min_available(g) : 0;
    t.group_claims = saturating_sum(t.group_claims, claims_of(d.set->groups[g].sharing, n));
    for (CliqueId c : d.set->groups[g].cliques) add_clique(d, c, n, t);
  }
  for (const auto& [key, n] : d.counts.cliques()) {
    const auto& [at, j, c] = key;
    const Clique& clique = d.set->cliques[c];
    if (at != i || (clique.group && j >= d.group_replicas(i, *clique.group))) continue;
    const auto declared = static_cast<std::uint64_t>(clique.replicas);
    t.pods = saturating_sum(saturating_difference(t.pods, declared), n);
    t.clique_claims = saturating_sum(saturating_difference(t.clique_claims, claims_of(clique.sharing, declared)),
                                     claims_of(clique.sharing, n));
  }
  return t;
}

void add(ReplicaTotals& to, const ReplicaTotals& t, std::uint64_t times) {
  auto add_to = [&](std::uint64_t& sum, std::uint64_t n) { sum = saturating_sum(sum, saturating_product(n, times)); };
  add_to(to.pod_cliques, t.pod_cliques);
  add_to(to.scaled_gangs, t.scaled_gangs);
  add_to(to.pods, t.pods);
  add_to(to.group_claims, t.group_claims);
  add_to(to.clique_claims, t.clique_claims);
}

}  // namespace

Totals totals_of(const Desired& d) {
  std::set<std::uint32_t> special;
  const std::uint32_t replicas = d.replicas();
  for (const auto& [key, n] : d.counts.groups())
    if (std::get<0>(key) < replicas) special.insert(std::get<0>(key));
  for (const auto& [key, n] : d.counts.cliques())
    if (std::get<0>(key) < replicas) special.insert(std::get<0>(key));
  ReplicaTotals sum;
  // An index that nothing was counted for stands for all such replicas.
  add(sum, totals_of_replica(d, 0xFFFFFFFF), replicas - special.size());
  for (std::uint32_t i : special) add(sum, totals_of_replica(d, i), 1);

  Totals t;
  t.set_replicas = t.base_gangs = replicas;
  t.scaling_groups = std::uint64_t{replicas} * d.set->groups.size();
  t.pod_cliques = sum.pod_cliques;
  t.scaled_gangs = sum.scaled_gangs;
  t.pods = sum.pods;
  t.claims = saturating_sum(claims_of(d.set->sharing, replicas), saturating_sum(sum.group_claims, sum.clique_claims));
  auto scaled = [](const auto& nodes) {
    return static_cast<std::uint64_t>(
        std::count_if(nodes.begin(), nodes.end(), [](const auto& n) { return n.auto_scaling.has_value(); }));
  };
  t.autoscalers = replicas * (scaled(d.set->cliques) + scaled(d.set->groups));
  t.compute_domains = std::uint64_t{replicas} * d.compute_domains.size();
  constexpr std::uint64_t kAlways = 4;  // ServiceAccount, Role, RoleBinding, Secret
  t.objects = kAlways;
  for (std::uint64_t n : {t.set_replicas, t.scaling_groups, t.pod_cliques, t.base_gangs, t.scaled_gangs, t.pods,
                          t.claims, t.autoscalers, t.compute_domains})
    t.objects = saturating_sum(t.objects, n);
  return t;
}

}  // namespace grovec::ir

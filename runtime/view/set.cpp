#include "runtime/view/set.h"

#include <fnmatch.h>

#include <algorithm>
#include <set>

#include "ir/base/saturating.h"
#include "ir/names.h"

namespace grovec::driver {

using namespace ir;

bool matches_glob(const std::string& pattern, const std::string& name) {
  return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

Result<Selection> parse_selection(const std::vector<std::string>& texts) {
  Selection out;
  for (const std::string& text : texts) {
    const std::size_t at = text.find('=');
    const std::string kind = text.substr(0, at);
    std::vector<std::string>* list = kind == "set"       ? &out.sets
                                     : kind == "replica" ? &out.replicas
                                     : kind == "group"   ? &out.groups
                                     : kind == "clique"  ? &out.cliques
                                     : kind == "gang"    ? &out.gangs
                                                         : nullptr;
    if (at == std::string::npos || !list || at + 1 == text.size())
      return Error{"`--select " + text + "`: expected KIND=PATTERN, where KIND is set, replica, group, clique or gang",
                   Error::kUsage};
    list->push_back(text.substr(at + 1));
  }
  return out;
}

namespace {

template <class... Names>
bool accepts(const std::vector<std::string>& patterns, const Names&... names) {
  if (patterns.empty()) return true;
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& p) { return (matches_glob(p, names) || ...); });
}

}  // namespace

SetView::SetView(const World& world, const Directory& directory) : world_(world), names_(directory) {
  for (const Clique& c : set().cliques)
    resources_.push_back(driver::pod_resources(c.pod_spec ? *c.pod_spec : Value::null()));
  add_claims();
}

void SetView::add_claims() {
  group_claims_.resize(set().groups.size());
  group_replica_claims_.resize(set().groups.size());
  clique_claims_.resize(set().cliques.size());
  // A pod's own claims, made from templates of the cluster; and claims of the cluster, which all pods share that name
  // them.
  std::set<const ExternalClaimTemplate*> named;
  for (const Clique& c : set().cliques) {
    if (!c.pod_spec) continue;
    for (const Value& claim : (*c.pod_spec)["resourceClaims"].items()) {
      const std::string shared = "claim/" + std::string(claim["resourceClaimName"].as_string());
      for (const ExternalClaimTemplate& t : desired().environment->facts.claim_templates) {
        if (t.namespace_ != set().namespace_) continue;
        if (t.name == claim["resourceClaimTemplateName"].as_string())
          resources_[c.index].add(claim_resources(t.claim_spec));
        if (t.name == shared && named.insert(&t).second) set_claims_.add(claim_resources(t.claim_spec));
      }
    }
  }
  for (const ClaimShape& shape : desired().claims) {
    const bool for_all = shape.scope == SharingScope::kAllReplicas;
    const Resources devices = claim_resources(shape.claim_spec);
    switch (shape.level) {
      case ClaimUse::Level::kSet:
        (for_all ? set_claims_ : replica_claims_).add(devices);
        break;
      case ClaimUse::Level::kGroup:
        (for_all ? group_claims_ : group_replica_claims_)[static_cast<std::size_t>(*shape.group)].add(devices);
        break;
      case ClaimUse::Level::kClique:
        (for_all ? clique_claims_ : resources_)[static_cast<std::size_t>(*shape.clique)].add(devices);
        break;
    }
  }
}

std::string SetView::pod_name(std::uint32_t i, std::uint32_t j, CliqueId c, std::uint32_t k) const {
  return names_.pod_name(i, j, c, world_.pod_range(i, j, c).suffix_of(k).value_or(Instance{}.pod_suffix));
}

std::string SetView::pod_name(std::uint32_t i, std::uint32_t j, CliqueId c, const PodSuffix& suffix) const {
  return names_.pod_name(i, j, c, suffix);
}

std::uint64_t SetView::pods_between(std::uint32_t i, CliqueId c, std::uint32_t first, std::uint32_t count) const {
  std::uint32_t existing = 1;
  if (clique(c).group) existing = world_.group_replicas(i, *clique(c).group);
  const std::uint32_t last = std::min(first + count, existing);
  if (first >= last) return 0;
  const auto each = static_cast<std::uint64_t>(clique(c).replicas);
  std::uint64_t sum = (last - first) * each;
  const auto& special = world_.population.cliques();
  for (auto it = special.lower_bound({i, first, CliqueId{0}}); it != special.end(); ++it) {
    const auto& [at_i, at_j, at_c] = it->first;
    if (at_i != i || at_j >= last) break;
    if (at_c == c) sum += it->second.pod_count() - each;
  }
  return sum;
}

bool SetView::is_selected(const Selection& selection) const { return accepts(selection.sets, std::string(set().name)); }

namespace {

/// Makes the part of one set replica, or of all that nothing was counted for.
class Outliner {
 public:
  Outliner(const SetView& view, const Selection& selection) : v_(view), w_(view.world()), sel_(selection) {
    for (const auto& [key, n] : w_.population.groups()) special_.insert(std::get<0>(key));
    for (const auto& [key, n] : w_.population.cliques()) special_.insert(std::get<0>(key));
  }

  std::vector<ReplicaRun> run() {
    const std::uint32_t replicas = w_.replicas();
    if (sel_.empty()) {
      std::uint32_t at = 0;
      for (std::uint32_t i : special_) {
        if (i >= replicas) break;
        if (i > at) add(at, i - at);
        add(i, 1);
        at = i + 1;
      }
      if (at < replicas) add(at, replicas - at);
    } else if (v_.is_selected(sel_)) {
      for (std::uint32_t i = 0; i < replicas; ++i)
        if (accepts(sel_.replicas, std::to_string(i), v_.replica_name(i))) add(i, 1);
    }
    return std::move(out_);
  }

 private:
  void add(std::uint32_t i, std::uint32_t count) {
    ReplicaRun run{i, count, true, {}, {}};
    const PodCliqueSet& set = v_.set();
    for (std::size_t s = 0; s < set.cliques.size(); ++s) {
      const CliqueId c = set.cliques.id_at(s);
      if (!set.cliques[c].group && has_standalone(i, c)) run.standalone.push_back(c);
    }
    for (std::size_t s = 0; s < set.groups.size(); ++s) {
      GroupPart part{set.groups.id_at(s), member_runs(i, set.groups.id_at(s))};
      if (!part.runs.empty()) run.groups.push_back(std::move(part));
    }
    if (!sel_.empty()) {
      if (run.standalone.empty() && run.groups.empty()) return;
      run.has_base_gang =
          !run.standalone.empty() || std::any_of(run.groups.begin(), run.groups.end(),
                                                 [](const GroupPart& part) { return !part.runs.front().is_scaled; });
    }
    if (!out_.empty() && can_join(out_.back(), run))
      out_.back().count += count;
    else
      out_.push_back(std::move(run));
  }

  bool can_join(const ReplicaRun& a, const ReplicaRun& b) const {
    if (a.first + a.count != b.first || special_.count(a.first) || special_.count(b.first)) return false;
    auto same_run = [](const MemberRun& x, const MemberRun& y) {
      return x.first == y.first && x.count == y.count && x.cliques == y.cliques;
    };
    auto same_group = [&](const GroupPart& x, const GroupPart& y) {
      return x.group == y.group && std::equal(x.runs.begin(), x.runs.end(), y.runs.begin(), y.runs.end(), same_run);
    };
    return a.standalone == b.standalone &&
           std::equal(a.groups.begin(), a.groups.end(), b.groups.begin(), b.groups.end(), same_group);
  }

  bool has_standalone(std::uint32_t i, CliqueId c) const {
    if (sel_.empty()) return true;
    return sel_.groups.empty() && accepts(sel_.cliques, std::string(v_.clique(c).name), v_.clique_name(i, 0, c)) &&
           accepts(sel_.gangs, v_.base_gang_name(i));
  }

  std::vector<CliqueId> members(std::uint32_t i, GroupId g, std::uint32_t j) const {
    if (sel_.cliques.empty()) return v_.group(g).cliques;
    std::vector<CliqueId> out;
    for (CliqueId c : v_.group(g).cliques)
      if (accepts(sel_.cliques, std::string(v_.clique(c).name), v_.clique_name(i, j, c))) out.push_back(c);
    return out;
  }

  std::vector<MemberRun> member_runs(std::uint32_t i, GroupId g) const {
    const std::uint32_t n = w_.group_replicas(i, g), base = std::min(n, w_.desired.min_available(g));
    std::set<std::uint32_t> special;
    const auto& counts = w_.population.cliques();
    for (auto it = counts.lower_bound({i, 0, CliqueId{0}}); it != counts.end() && std::get<0>(it->first) == i; ++it)
      if (v_.clique(std::get<2>(it->first)).group == g && std::get<1>(it->first) < n)
        special.insert(std::get<1>(it->first));
    std::vector<MemberRun> out;
    if (!sel_.empty()) {
      for (std::uint32_t j = 0; j < n; ++j) add_selected(i, g, j, j >= base, special, out);
      return out;
    }
    auto add_range = [&](std::uint32_t first, std::uint32_t last, bool is_scaled) {
      for (std::uint32_t at = first; at < last;) {
        auto next = special.lower_bound(at);
        const std::uint32_t end = next == special.end() || *next >= last ? last : *next == at ? at + 1 : *next;
        out.push_back({at, end - at, is_scaled, v_.group(g).cliques});
        at = end;
      }
    };
    add_range(0, base, false);
    add_range(base, n, true);
    return out;
  }

  void add_selected(std::uint32_t i, GroupId g, std::uint32_t j, bool is_scaled, const std::set<std::uint32_t>& special,
                    std::vector<MemberRun>& out) const {
    const bool wanted =
        accepts(sel_.groups, std::string(v_.group(g).name), v_.group_name(i, g), v_.group_replica_name(i, g, j)) &&
        accepts(sel_.gangs, v_.gang_name(i, g, j));
    if (!wanted) return;
    MemberRun run{j, 1, is_scaled, members(i, g, j)};
    if (run.cliques.empty()) return;
    const bool joins = !out.empty() && out.back().first + out.back().count == j && out.back().is_scaled == is_scaled &&
                       out.back().cliques == run.cliques && !special.count(j) && !special.count(j - 1);
    if (joins)
      ++out.back().count;
    else
      out.push_back(std::move(run));
  }

  const SetView& v_;
  const World& w_;
  const Selection& sel_;
  std::set<std::uint32_t> special_;  // set replicas that something was counted for
  std::vector<ReplicaRun> out_;
};

void add_pods(const SetView& view, CliqueId c, std::uint64_t pods, Sums& s) {
  std::uint64_t& of_clique = s.clique_pods[static_cast<std::size_t>(c)];
  s.pods = saturating_sum(s.pods, pods);
  of_clique = saturating_sum(of_clique, pods);
  s.resources.add(view.pod_resources(c), pods);
}

}  // namespace

std::vector<ReplicaRun> outline(const SetView& view, const Selection& selection) {
  return Outliner(view, selection).run();
}

Sums sums_of(const SetView& view, const ReplicaRun& run) {
  Sums s;
  s.clique_pods.resize(view.set().cliques.size());
  s.base_gangs = run.has_base_gang ? 1 : 0;
  for (CliqueId c : run.standalone) {
    add_pods(view, c, view.pods_between(run.first, c, 0, 1), s);
    s.resources.add(view.clique_claims(c));
  }
  if (run.has_base_gang) s.resources.add(view.replica_claims());
  s.pod_cliques = run.standalone.size();
  for (const GroupPart& part : run.groups) {
    std::uint64_t replicas = 0;
    for (const MemberRun& m : part.runs) replicas += m.count;
    if (replicas == view.world().group_replicas(run.first, part.group)) s.resources.add(view.group_claims(part.group));
    s.resources.add(view.group_replica_claims(part.group), replicas);
    for (const MemberRun& m : part.runs) {
      for (CliqueId c : m.cliques) {
        add_pods(view, c, view.pods_between(run.first, c, m.first, m.count), s);
        s.resources.add(view.clique_claims(c), m.count);
      }
      s.pod_cliques += std::uint64_t{m.count} * m.cliques.size();
      if (m.is_scaled) s.scaled_gangs += m.count;
    }
  }
  return s;
}

Sums sums_of(const SetView& view, const std::vector<ReplicaRun>& runs) {
  Sums total;
  total.clique_pods.resize(view.set().cliques.size());
  if (!runs.empty()) total.resources.add(view.set_claims());
  for (const ReplicaRun& run : runs) {
    const Sums one = sums_of(view, run);
    auto add = [&](std::uint64_t& sum, std::uint64_t n) {
      sum = saturating_sum(sum, saturating_product(n, run.count));
    };
    add(total.pods, one.pods);
    add(total.pod_cliques, one.pod_cliques);
    add(total.base_gangs, one.base_gangs);
    add(total.scaled_gangs, one.scaled_gangs);
    for (std::size_t c = 0; c < total.clique_pods.size(); ++c) add(total.clique_pods[c], one.clique_pods[c]);
    total.resources.add(one.resources, run.count);
  }
  return total;
}

namespace {

void add_claims(const Resources& claims, std::uint64_t times, GangSums& s) {
  s.all.add(claims, times);
  s.least.add(claims, times);
}

void add_part(const SetView& view, CliqueId c, std::uint64_t pods, std::uint64_t cliques, GangSums& s) {
  const std::uint64_t minimum = cliques * view.desired().min_available(c);
  s.pods = saturating_sum(s.pods, pods);
  s.minimum = saturating_sum(s.minimum, minimum);
  s.all.add(view.pod_resources(c), pods);
  s.least.add(view.pod_resources(c), minimum);
  add_claims(view.clique_claims(c), cliques, s);
}

}  // namespace

GangSums base_gang_sums(const SetView& view, std::uint32_t i) {
  GangSums s;
  const PodCliqueSet& set = view.set();
  for (std::size_t at = 0; at < set.cliques.size(); ++at) {
    const CliqueId c = set.cliques.id_at(at);
    const std::uint32_t replicas = set.cliques[c].group ? view.desired().min_available(*set.cliques[c].group) : 1;
    add_part(view, c, view.pods_between(i, c, 0, replicas), replicas, s);
  }
  // Claims that pods of several gangs share count where the group's or the replica's first pods are.
  add_claims(view.replica_claims(), 1, s);
  for (std::size_t at = 0; at < set.groups.size(); ++at) {
    const GroupId g = set.groups.id_at(at);
    add_claims(view.group_claims(g), 1, s);
    add_claims(view.group_replica_claims(g), view.desired().min_available(g), s);
  }
  return s;
}

GangSums scaled_gang_sums(const SetView& view, std::uint32_t i, GroupId g, std::uint32_t j) {
  GangSums s;
  for (CliqueId c : view.group(g).cliques) add_part(view, c, view.pods_between(i, c, j, 1), 1, s);
  add_claims(view.group_replica_claims(g), 1, s);
  return s;
}

}  // namespace grovec::driver

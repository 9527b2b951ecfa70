#include "runtime/view/graph/model.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "runtime/view/startup.h"

namespace grovec::driver {

using namespace ir;

namespace {

std::string number(std::uint64_t n) { return std::to_string(n); }
std::string counted(std::uint64_t n, const std::string& one) { return number(n) + " " + one + (n == 1 ? "" : "s"); }

class Builder {
 public:
  Builder(const SetView& view, const Selection& selection)
      : v_(view), d_(view.desired()), runs_(outline(view, selection)), plans_(start_plans(view.world())) {}

  Graph run() {
    const Sums sums = sums_of(v_, runs_);
    GraphBox& root = graph_.root;
    root.title = root.name = std::string(v_.set().name);
    root.note = counted(v_.world().replicas(), "replica") + " · " + counted(sums.pods, "pod") + gpus(sums.resources);
    root.id = next_id_++;
    for (const ReplicaRun& run : runs_) {
      const std::uint32_t shown = run.count <= kMostReplicasDrawn ? run.count : 1;
      for (std::uint32_t n = 0; n < shown; ++n) root.boxes.push_back(replica(run, run.first + n));
      if (shown < run.count) root.boxes.push_back(rest_of_replicas(run, run.first + shown, run.count - shown));
    }
    add_edges(root);
    return std::move(graph_);
  }

 private:
  static std::string gpus(const Resources& r) { return r.gpu_text().empty() ? "" : " · " + gpus_counted(r); }

  std::string pack_of(CliqueId c) const {
    return d_.clique_packs.empty() ? "" : pack_text(d_, d_.clique_packs[static_cast<std::size_t>(c)]);
  }
  std::string pack_of_gang(std::optional<GroupId> g) const {
    for (const GangShape& gang : d_.gangs)
      if (gang.group == g) return pack_text(d_, gang.pack);
    return {};
  }

  int gang(const std::string& name, bool is_scaled) {
    // The base gang has color 0 everywhere; scaled gangs take turns with the others.
    const int color = is_scaled ? 1 + scaled_++ % (kGangColors - 1) : 0;
    graph_.gangs.push_back({name, color, is_scaled});
    return color;
  }

  GraphBox replica(const ReplicaRun& run, std::uint32_t i) {
    const Sums sums = sums_of(v_, run);
    GraphBox box;
    box.kind = GraphBox::Kind::kReplica;
    box.id = next_id_++;
    box.title = "replica " + number(i);
    box.note = counted(sums.pods, "pod") + gpus(sums.resources);
    box.name = box.gang = v_.replica_name(i);
    box.i = i;
    box.pack = pack_of_gang(std::nullopt);
    box.color = gang(v_.base_gang_name(i), false);
    for (CliqueId c : run.standalone) box.cards.push_back(card(i, 0, c, 0, false));
    for (const GroupPart& part : run.groups) box.boxes.push_back(group(run, i, part));
    return box;
  }

  GraphBox group(const ReplicaRun& run, std::uint32_t i, const GroupPart& part) {
    const Sums sums = sums_of(v_, ReplicaRun{run.first, 1, false, {}, {part}});
    GraphBox box;
    box.kind = GraphBox::Kind::kGroup;
    box.id = next_id_++;
    box.title = std::string(v_.group(part.group).name);
    box.note = counted(v_.world().group_replicas(i, part.group), "replica") + " · " + counted(sums.pods, "pod");
    Resources claims;
    claims.add(v_.group_claims(part.group));
    claims.add(v_.group_replica_claims(part.group), v_.world().group_replicas(i, part.group));
    if (!claims.gpu_text().empty()) box.note += " · shared " + gpus_counted(claims);
    box.name = v_.group_name(i, part.group);
    box.i = i;
    box.group = part.group;
    for (const MemberRun& m : part.runs) {
      const std::uint32_t shown = m.count <= kMostReplicasDrawn ? m.count : 1;
      for (std::uint32_t n = 0; n < shown; ++n) box.boxes.push_back(member(i, part.group, m, m.first + n));
      if (shown < m.count) box.boxes.push_back(rest_of_members(i, part.group, m, m.first + shown, m.count - shown));
    }
    return box;
  }

  GraphBox member(std::uint32_t i, GroupId g, const MemberRun& m, std::uint32_t j) {
    GraphBox box;
    box.kind = GraphBox::Kind::kMember;
    box.id = next_id_++;
    box.title = std::string(v_.group(g).name) + " " + number(j);
    box.name = v_.group_replica_name(i, g, j);
    box.gang = v_.gang_name(i, g, j);
    box.note = m.is_scaled ? "gang " + box.gang : "";
    box.i = i;
    box.j = j;
    box.group = g;
    const int color = m.is_scaled ? gang(box.gang, true) : 0;
    if (m.is_scaled)
      box.color = color, box.pack = pack_of_gang(g);
    else if (!d_.group_packs.empty())
      box.pack = pack_text(d_, d_.group_packs[static_cast<std::size_t>(g)]);
    for (CliqueId c : m.cliques) box.cards.push_back(card(i, j, c, color, m.is_scaled));
    return box;
  }

  GraphCard card(std::uint32_t i, std::uint32_t j, CliqueId c, int color, bool is_scaled) {
    GraphCard out;
    out.id = next_id_++;
    out.title = std::string(v_.clique(c).name);
    out.name = v_.clique_name(i, j, c);
    out.i = i;
    out.j = j;
    out.clique = c;
    out.pods = v_.world().pods(i, j, c);
    out.minimum = std::min(d_.min_available(c), out.pods);
    Resources all;
    all.add(v_.pod_resources(c), out.pods);
    all.add(v_.clique_claims(c));
    out.gpus = gpus_counted(all);
    out.color = color;
    out.pack = pack_of(c);
    out.stage = stage_of(c, is_scaled);
    ids_[{i, j, c}] = out.id;
    return out;
  }

  std::uint32_t stage_of(CliqueId c, bool is_scaled) const {
    for (const StartPlan& plan : plans_)
      if (plan.group == (is_scaled ? v_.clique(c).group : std::nullopt))
        for (const StartNode& n : plan.nodes)
          if (n.clique == c) return n.stage;
    return 1;
  }

  GraphBox rest(std::string title, std::string name, std::uint32_t i) {
    GraphBox box;
    box.kind = GraphBox::Kind::kRest;
    box.id = next_id_++;
    box.title = std::move(title);
    box.name = std::move(name);
    box.i = i;
    return box;
  }

  static std::string range(std::uint32_t first, std::uint32_t count) {
    return count == 1 ? number(first) : "[" + number(first) + "-" + number(first + count - 1) + "]";
  }

  GraphBox rest_of_replicas(const ReplicaRun& run, std::uint32_t first, std::uint32_t count) {
    GraphBox box = rest(number(count) + " more like replica " + number(run.first),
                        v_.names().replica_names(range(first, count)), first);
    box.note = counted(sums_of(v_, run).pods * count, "pod");
    return box;
  }

  GraphBox rest_of_members(std::uint32_t i, GroupId g, const MemberRun& m, std::uint32_t first, std::uint32_t count) {
    GraphBox box = rest(number(count) + " more like " + std::string(v_.group(g).name) + " " + number(m.first),
                        v_.names().group_replica_names(i, g, range(first, count)), i);
    box.j = first;
    box.group = g;
    box.note = m.is_scaled ? "a gang each" : "in the base gang";
    return box;
  }

  void add_edges(const GraphBox& box) {
    for (const GraphCard& c : box.cards)
      for (const StartDependency& dependency : d_.clique_shapes[d_.shape_of(c.clique, c.j)].starts_after)
        add_edges(c, dependency);
    for (const GraphBox& b : box.boxes) add_edges(b);
  }

  void add_edges(const GraphCard& to, const StartDependency& d) {
    std::uint32_t first = 0, last = 1;
    if (d.reach == StartDependency::Reach::kOwnReplica) {
      first = to.j;
      last = to.j + 1;
    } else if (d.reach == StartDependency::Reach::kBaseReplicas) {
      last = d_.min_available(*v_.clique(d.clique).group);
    }
    // Only cards that are drawn: the map, not the replicas, bounds the work.
    for (auto it = ids_.lower_bound({to.i, first, CliqueId{0}}); it != ids_.end(); ++it) {
      const auto& [i, j, c] = it->first;
      if (i != to.i || j >= last) break;
      if (c == d.clique) graph_.edges.push_back({it->second, to.id, d_.min_available(d.clique)});
    }
  }

  const SetView& v_;
  const Desired& d_;
  std::vector<ReplicaRun> runs_;
  std::vector<StartPlan> plans_;
  Graph graph_;
  std::map<std::tuple<std::uint32_t, std::uint32_t, CliqueId>, std::size_t> ids_;
  std::size_t next_id_ = 0;
  int scaled_ = 0;
};

}  // namespace

Graph make_graph(const SetView& view, const Selection& selection) { return Builder(view, selection).run(); }

std::string pack_text(const Desired& desired, const PackConstraint& pack) {
  auto domain = [&](std::string_view key) {
    if (desired.binding)
      for (const TopologyBinding::Level& level : desired.binding->levels)
        if (level.key == key) return level.domain;
    return std::string(key);
  };
  std::string out;
  if (!pack.required.empty()) out = domain(pack.required) + " (required)";
  if (!pack.preferred.empty()) out += (out.empty() ? "" : ", ") + domain(pack.preferred) + " (preferred)";
  return out;
}

}  // namespace grovec::driver

#include "runtime/decide/live_view.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "ir/labels.h"

namespace grovec::decide {

using ir::Instance;
namespace keys = ir::keys;

bool CliqueCell::is_current() const { return is_there() && own_hash == compiled_hash; }

namespace {

struct Place {
  ir::CliqueId clique{};
  std::uint32_t i = 0, j = 0;
};

std::optional<Place> place_of_clique(const World& world, std::string_view name) {
  for (const CliqueLayout& c : world.cliques())
    if (const auto n = ir::match_name(c.name, name)) return Place{c.id, n->set_replica, n->group_replica};
  return std::nullopt;
}

std::optional<std::pair<ir::GroupId, std::uint32_t>> place_of_group(const World& world, std::string_view name) {
  for (const GroupLayout& g : world.groups())
    if (const auto n = ir::match_name(g.name, name)) return std::pair(g.id, n->set_replica);
  return std::nullopt;
}

struct GangPlace {
  std::optional<ir::GroupId> group;
  std::uint32_t i = 0, scaled = 0;
};

std::optional<GangPlace> place_of_gang(const World& world, std::string_view name) {
  const auto& descriptions = world.plan().descriptions;
  if (const auto n = ir::match_name(descriptions[world.base_gang()].name, name))
    return GangPlace{std::nullopt, n->set_replica, 0};
  for (const GroupLayout& g : world.groups())
    if (const auto n = ir::match_name(descriptions[g.gang].name, name))
      return GangPlace{g.id, n->set_replica, n->scaled_gang};
  return std::nullopt;
}

bool by_index(const LivePod* a, const LivePod* b) {
  if (a->index != b->index) return a->index < b->index;
  if (a->created != b->created) return a->created < b->created;
  return a->name < b->name;
}

std::string_view host_of(const LivePod& pod) {
  return pod.hostname_clique ? std::string_view(*pod.hostname_clique) : std::string_view();
}

bool by_host(const LivePod* a, const LivePod* b) {
  if (host_of(*a) != host_of(*b)) return host_of(*a) < host_of(*b);
  return by_index(a, b);
}

// Pods come by index.
void count(const LivePod& pod, std::string_view target_hash, std::int32_t& last_index, PodCounts& n) {
  const bool is_updated = pod.template_hash && *pod.template_hash == target_hash;
  n.ready_all += pod.ready;
  n.scheduled_all += pod.scheduled;
  n.gated_all += pod.waits_at_gate;
  n.updated_all += is_updated;
  if (!pod.ready && (pod.has_failed_once || pod.is_finished()))
    ++n.failing_all;
  else if (!pod.ready && pod.started_not_ready)
    ++n.unready_started_all;
  if (pod.is_marked()) return;
  ++n.live;
  n.has_gate |= pod.gated;
  n.wanted_slots_live += !pod.is_finished();
  n.ready += pod.ready;
  n.scheduled += pod.scheduled;
  n.old_live += !is_updated;
  n.in_order &= pod.index > last_index;
  last_index = pod.index;
  n.complete &= pod.owner_is_complete && (pod.index < 0 || pod.index_label == pod.index);
  n.alike &= !n.any || pod.labels == n.any->labels;
  n.any = &pod;
}

}  // namespace

/// Fills a LiveView: places first, then cells, then pods.
class ViewBuilder {
 public:
  explicit ViewBuilder(LiveView& view) : v_(view), world_(*view.world_), observed_(*view.observed_) {}

  void build() {
    place_groups();
    place_cliques();
    place_gangs();
    make_cells();
    spread_pods();
  }

 private:
  using GroupKey = std::pair<std::uint32_t, ir::GroupId>;
  using GangKey = std::tuple<std::uint32_t, std::optional<ir::GroupId>, std::uint32_t>;  // i, g, scaled; base: no g
  using RowKey = std::tuple<std::uint32_t, ir::GroupId, std::uint32_t>;                  // i, g, j
  using CliqueKey = std::tuple<std::uint32_t, ir::CliqueId, std::uint32_t>;              // i, c, j

  bool is_set(const OwnerReference& o) const { return observed_.set && o.uid == observed_.set->meta.uid; }
  bool is_set_marked() const { return observed_.set && observed_.set->meta.deleted; }

  void place_groups() {
    for (const LiveGroup* g : observed_.groups) {
      const auto place = place_of_group(world_, g->meta.name);
      const OwnerReference* owner = g->meta.controller();
      const bool is_ours = place && (!owner || is_set(*owner));
      v_.replicas_of_.groups.push_back(is_ours ? place->second : LiveView::kNoReplica);
      if (is_ours) {
        groups_.push_back({{place->second, place->first}, g});
        if (!g->meta.deleted) group_uids_[g->meta.uid] = g;
        continue;
      }
      v_.stray_groups_.push_back(g);
      if (place) taken_.insert(g->meta.name);
    }
    sort(groups_);
  }

  bool is_ours(const LiveClique& c, const Place& place) const {
    const OwnerReference* owner = c.meta.controller();
    if (!owner) return true;
    if (!world_.layout(place.clique).group) return is_set(*owner);
    return group_uids_.contains(owner->uid);
  }

  void place_cliques() {
    for (const LiveClique* c : observed_.cliques) {
      const auto place = place_of_clique(world_, c->meta.name);
      const bool is_here = place && is_ours(*c, *place);
      v_.replicas_of_.cliques.push_back(is_here ? place->i : LiveView::kNoReplica);
      if (is_here) {
        cliques_.push_back({{place->i, place->clique, place->j}, c});
        if (const auto g = world_.layout(place->clique).group) rows_.push_back({place->i, *g, place->j});
        continue;
      }
      v_.stray_cliques_.push_back(c);
      if (place) taken_.insert(c->meta.name);
    }
    sort(cliques_);
    std::sort(rows_.begin(), rows_.end());
    rows_.erase(std::unique(rows_.begin(), rows_.end()), rows_.end());
  }

  template <class Key, class Live>
  using Index = std::vector<std::pair<Key, const Live*>>;  // sorted by key
  template <class Key, class Live>
  static void sort(Index<Key, Live>& index) {
    std::sort(index.begin(), index.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  }
  template <class Key, class Live>
  static auto lower_bound(const Index<Key, Live>& index, const Key& key) {
    return std::lower_bound(index.begin(), index.end(), key,
                            [](const auto& entry, const Key& k) { return entry.first < k; });
  }
  template <class Key, class Live>
  static const Live* find(const Index<Key, Live>& index, const Key& key) {
    const auto at = lower_bound(index, key);
    return at != index.end() && at->first == key ? at->second : nullptr;
  }

  void place_gangs() {
    for (const LiveGang* g : observed_.gangs) {
      const auto place = place_of_gang(world_, g->meta.name);
      const OwnerReference* owner = g->meta.controller();
      const bool is_ours = place && (!owner || is_set(*owner));
      v_.replicas_of_.gangs.push_back(is_ours ? place->i : LiveView::kNoReplica);
      if (is_ours) {
        gangs_.push_back({{place->i, place->group, place->scaled}, g});
        continue;
      }
      v_.stray_gangs_.push_back(g);
      if (place) taken_.insert(g->meta.name);
    }
    sort(gangs_);
  }

  // Set replicas that are wanted or have something.
  std::set<std::uint32_t> replica_indices() const {
    std::set<std::uint32_t> extra;
    auto add = [&](std::uint32_t i) {
      if (i >= v_.wanted_replicas_) extra.insert(i);
    };
    for (const auto& [key, g] : groups_) add(key.first);
    for (const auto& [key, c] : cliques_) add(std::get<0>(key));
    for (const auto& [key, g] : gangs_) add(std::get<0>(key));
    return extra;
  }

  void make_cells() {
    const std::set<std::uint32_t> extra = replica_indices();
    if (v_.only_) {
      for (const std::uint32_t i : *v_.only_) make_replica(i, true);
    } else {
      v_.replicas_.reserve(v_.wanted_replicas_ + extra.size());
      for (std::uint32_t i = 0; i < v_.wanted_replicas_; ++i) make_replica(i, true);
    }
    for (std::uint32_t i : extra) make_replica(i, false);
  }

  void make_replica(std::uint32_t i, bool wanted) {
    ReplicaCell r;
    r.i = i;
    r.wanted = wanted;
    r.first_clique = r.last_standalone = size(v_.cliques_);
    r.first_group = size(v_.groups_);
    r.first_gang = size(v_.gangs_);
    for (ir::CliqueId c : world_.standalone()) make_clique(c, std::nullopt, i, 0, wanted);
    r.last_standalone = size(v_.cliques_);
    GangCell base;
    base.i = i;
    base.wanted = wanted;
    base.live = find(gangs_, GangKey{i, std::nullopt, 0});
    add_gang(base);
    for (const GroupLayout& g : world_.groups()) make_group(g, i, wanted);
    r.last_clique = size(v_.cliques_);
    r.last_group = size(v_.groups_);
    r.last_gang = size(v_.gangs_);
    v_.replicas_.push_back(r);
  }

  std::uint32_t wanted_of(const GroupLayout& layout, const GroupCell& g) const {
    if (!g.wanted) return 0;
    if (g.live) return static_cast<std::uint32_t>(std::max(0, g.live->replicas));
    auto remembered = v_.facts_.sizes.find(v_.name(g));
    return remembered != v_.facts_.sizes.end() ? remembered->second : layout.template_replicas;
  }

  void make_group(const GroupLayout& layout, std::uint32_t i, bool wanted) {
    GroupCell g;
    g.group = layout.id;
    g.replica = size(v_.replicas_);
    g.i = i;
    g.wanted = wanted;
    g.live = find(groups_, GroupKey{i, layout.id});
    if (!g.live && !taken_.empty()) g.occupied = taken_.contains(v_.name(g));
    g.min_available = layout.min_available;
    g.wanted_replicas = wanted_of(layout, g);
    g.members = static_cast<std::uint32_t>(layout.cliques.size());
    g.first = size(v_.cliques_);
    g.first_gang = size(v_.gangs_);
    const std::uint32_t index = size(v_.groups_);
    v_.groups_.push_back(g);
    for (std::uint32_t j = 0; j < g.wanted_replicas; ++j)
      for (ir::CliqueId c : layout.cliques) make_clique(c, index, i, j, true);
    auto row = std::lower_bound(rows_.begin(), rows_.end(), RowKey{i, layout.id, g.wanted_replicas});
    for (; row != rows_.end() && std::get<0>(*row) == i && std::get<1>(*row) == layout.id; ++row)
      for (ir::CliqueId c : layout.cliques) make_clique(c, index, i, std::get<2>(*row), false);
    v_.groups_[index].last = size(v_.cliques_);
    make_scaled_gangs(layout, index);
  }

  void make_scaled_gangs(const GroupLayout& layout, std::uint32_t index) {
    const GroupCell g = v_.groups_[index];
    auto at = lower_bound(gangs_, GangKey{g.i, layout.id, 0});
    const auto is_of_group = [&] {
      return at != gangs_.end() && std::get<0>(at->first) == g.i && std::get<1>(at->first) == layout.id;
    };
    const auto add = [&](std::uint32_t scaled, bool wanted) {
      GangCell gang;
      gang.i = g.i;
      gang.group = index;
      gang.j = scaled + g.min_available;
      gang.wanted = wanted;
      if (is_of_group() && std::get<2>(at->first) == scaled) gang.live = (at++)->second;
      add_gang(gang);
    };
    for (std::uint32_t wanted = 0; wanted + g.min_available < g.wanted_replicas; ++wanted) add(wanted, true);
    while (is_of_group()) add(std::get<2>(at->first), false);
  }

  void add_gang(GangCell gang) {
    gang.replica = size(v_.replicas_);
    v_.gangs_.push_back(gang);
    GangCell& added = v_.gangs_.back();
    if (!added.live && !taken_.empty()) added.occupied = taken_.contains(v_.name(added));
  }

  void make_clique(ir::CliqueId id, std::optional<std::uint32_t> group, std::uint32_t i, std::uint32_t j, bool wanted) {
    const CliqueLayout& layout = world_.layout(id);
    CliqueCell c;
    c.clique = id;
    c.group = group;
    c.replica = size(v_.replicas_);
    c.i = i;
    c.j = j;
    c.wanted = wanted;
    c.live = find(cliques_, CliqueKey{i, id, j});
    c.min_available = layout.min_available;
    c.wanted_pods = layout.template_pods;
    c.compiled_hash = v_.facts_.stored(world_.template_hash(id));
    c.target_hash = c.compiled_hash;
    if (c.live) c.own_hash = c.live->meta.label(keys::kPodTemplateHash);
    if (c.is_there()) {
      c.wanted_pods = static_cast<std::uint32_t>(std::max(0, c.live->replicas));
      if (group && world_.strategy() == Strategy::kRollingRecreate) c.target_hash = c.own_hash;
    }
    v_.cliques_.push_back(c);
    CliqueCell& added = v_.cliques_.back();
    if (!added.live && !taken_.empty()) added.occupied = taken_.contains(v_.name(added));
  }

  // Pods behind each other, cell by cell (a counting sort), strays apart.
  void spread_pods() {
    std::unordered_map<std::string_view, std::uint32_t> cell_of;
    cell_of.reserve(observed_.cliques.size());
    for (std::uint32_t n = 0; n < size(v_.cliques_); ++n)
      if (v_.cliques_[n].live) cell_of.emplace(v_.cliques_[n].live->meta.uid, n);
    constexpr std::uint32_t kNone = UINT32_MAX;
    std::vector<std::uint32_t> cells(observed_.pods.size(), kNone), begin(v_.cliques_.size() + 1, 0);
    v_.replicas_of_.pods.reserve(observed_.pods.size());
    const std::string* last_uid = nullptr;  // pods of one PodClique are neighbours and share the text
    std::uint32_t last_cell = kNone;
    for (std::size_t n = 0; n < observed_.pods.size(); ++n) {
      const std::string* uid = observed_.pods[n]->owner_uid.get();
      if (!uid || uid != last_uid) {
        const auto at = uid ? cell_of.find(*uid) : cell_of.end();
        last_cell = at == cell_of.end() ? kNone : at->second;
        last_uid = uid;
      }
      cells[n] = last_cell;
      v_.replicas_of_.pods.push_back(last_cell == kNone ? LiveView::kNoReplica : v_.cliques_[last_cell].i);
      if (last_cell == kNone)
        v_.stray_pods_.push_back(observed_.pods[n]);
      else
        ++begin[last_cell + 1];
    }
    for (std::size_t n = 1; n < begin.size(); ++n) begin[n] += begin[n - 1];
    v_.pods_.resize(begin.back());
    std::vector<std::uint32_t> next(begin.begin(), begin.end() - 1);
    for (std::size_t n = 0; n < observed_.pods.size(); ++n)
      if (cells[n] != kNone) v_.pods_[next[cells[n]]++] = observed_.pods[n];
    v_.pods_by_name_ = v_.pods_;
    std::sort(v_.stray_pods_.begin(), v_.stray_pods_.end(), by_host);
    for (std::uint32_t n = 0; n < size(v_.cliques_); ++n) finish(v_.cliques_[n], begin[n], begin[n + 1]);
  }

  void finish(CliqueCell& c, std::uint32_t first, std::uint32_t last) {
    const auto begin = v_.pods_.begin() + first, end = v_.pods_.begin() + last;
    if (!std::is_sorted(begin, end, by_index)) std::sort(begin, end, by_index);
    c.pods = std::span(v_.pods_).subspan(first, last - first);
    c.pods_by_name = std::span(v_.pods_by_name_).subspan(first, last - first);
    std::int32_t last_index = -1;
    for (const LivePod* pod : c.pods) count(*pod, c.target_hash, last_index, c.counts);
  }

  template <class T>
  static std::uint32_t size(const std::vector<T>& v) {
    return static_cast<std::uint32_t>(v.size());
  }

  LiveView& v_;
  const World& world_;
  const Observed& observed_;
  Index<GroupKey, LiveGroup> groups_;
  Index<CliqueKey, LiveClique> cliques_;
  Index<GangKey, LiveGang> gangs_;
  std::vector<RowKey> rows_;                                           // sorted
  std::unordered_map<std::string_view, const LiveGroup*> group_uids_;  // that are not marked
  std::set<std::string, std::less<>> taken_;                           // names of ours that others have
};

LiveView::LiveView(const World& world, const Observed& observed)
    : LiveView(world, observed, read_facts(observed.set->meta.annotations)) {}

LiveView::LiveView(const World& world, const Observed& observed, Facts facts)
    : world_(&world), observed_(&observed), whole_(&observed), facts_(std::move(facts)) {
  build();
}

LiveView::LiveView(const World& world, const Observed& part, const Observed& whole, Facts facts,
                   std::span<const std::uint32_t> replicas)
    : world_(&world), observed_(&part), whole_(&whole), facts_(std::move(facts)), only_(replicas) {
  build();
  only_.reset();
}

void LiveView::build() {
  wanted_replicas_ = static_cast<std::uint32_t>(std::max(0, observed_->set->replicas));
  set_hash_ = facts_.stored(world_->generation_hash());
  ViewBuilder(*this).build();
}

const ReplicaCell* LiveView::replica(std::uint32_t i) const {
  const auto at = std::lower_bound(replicas_.begin(), replicas_.end(), i,
                                   [](const ReplicaCell& r, std::uint32_t index) { return r.i < index; });
  return at != replicas_.end() && at->i == i ? &*at : nullptr;
}

std::span<const CliqueCell> LiveView::members_of(const GroupCell& g, std::uint32_t j) const {
  if (j < g.wanted_replicas) return row_of(g, j);
  for (std::uint32_t row = g.wanted_replicas; row < g.rows(); ++row)
    if (row_of(g, row)[0].j == j) return row_of(g, row);
  return {};
}

const GangCell* LiveView::gang_of(const CliqueCell& c) const {
  const ReplicaCell& r = replicas_[c.replica];
  if (!is_scaled(c)) return &gangs_[r.first_gang];
  const GroupCell& g = groups_[*c.group];
  if (c.j < g.wanted_replicas) return &gangs_[g.first_gang + c.j - g.min_available];
  for (std::uint32_t n = g.first_gang; n < r.last_gang && gangs_[n].group == c.group; ++n)
    if (gangs_[n].j == c.j) return &gangs_[n];
  return nullptr;
}

Instance LiveView::instance(const CliqueCell& c) const {
  Instance n;
  n.set_replica = c.i;
  n.group_replica = c.j;
  if (is_scaled(c)) n.scaled_gang = c.j - groups_[*c.group].min_available;
  return n;
}

Instance LiveView::instance(const GroupCell& g) const {
  Instance n;
  n.set_replica = g.i;
  return n;
}

Instance LiveView::instance(const GangCell& g) const {
  Instance n;
  n.set_replica = g.i;
  if (!g.group) return n;
  n.group_replica = g.j;
  n.scaled_gang = g.j - groups_[*g.group].min_available;
  return n;
}

std::string LiveView::name(const CliqueCell& c) const {
  return c.live ? c.live->meta.name : ir::name_text(world_->layout(c.clique).name, instance(c));
}

std::string LiveView::name(const GroupCell& g) const {
  return g.live ? g.live->meta.name : ir::name_text(world_->layout(g.group).name, instance(g));
}

std::string LiveView::name(const GangCell& g) const {
  if (g.live) return g.live->meta.name;
  const ir::DescriptionId id = g.group ? world_->layout(groups_[*g.group].group).gang : world_->base_gang();
  return ir::name_text(world_->plan().descriptions[id].name, instance(g));
}

std::span<const LivePod* const> LiveView::strays_at(std::string_view clique_name, std::int32_t index) const {
  auto less = [](const LivePod* pod, const std::pair<std::string_view, std::int32_t>& key) {
    return host_of(*pod) != key.first ? host_of(*pod) < key.first : pod->index < key.second;
  };
  const auto first = std::lower_bound(stray_pods_.begin(), stray_pods_.end(), std::pair(clique_name, index), less);
  const auto last = std::lower_bound(first, stray_pods_.end(), std::pair(clique_name, index + 1), less);
  return {first, last};
}

bool LiveView::has_pod_named(std::string_view name) const {
  const auto& pods = whole_->pods;
  const auto at = std::lower_bound(pods.begin(), pods.end(), name,
                                   [](const LivePod* pod, std::string_view n) { return pod->name < n; });
  return at != pods.end() && (*at)->name == name;
}

}  // namespace grovec::decide

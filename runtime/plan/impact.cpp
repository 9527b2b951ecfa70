#include "runtime/plan/impact.h"

#include <algorithm>
#include <set>
#include <unordered_set>

#include "ir/labels.h"
#include "runtime/decide/facts.h"

namespace grovec::plan {

using namespace decide;
using ir::ObjectKind;
using ir::ObjectPlace;

namespace {

using Tallies = std::map<std::string, Tally>;

constexpr std::string_view kReplicaKind = "PodCliqueSetReplica", kGroupReplicaKind = "PodCliqueScalingGroupReplica";

Tallies tally(const Play& play, const ir::Directory& names) {
  Tallies out;
  std::unordered_set<std::string_view> before, after;
  for (const LivePod* p : play.start.observed.pods) before.insert(p->uid);
  for (const LivePod* p : play.end.observed.pods) after.insert(p->uid);
  std::map<std::string_view, std::string_view> hashes;
  for (const LiveClique* c : play.end.observed.cliques)
    hashes[c->meta.name] = c->meta.label(ir::keys::kPodTemplateHash);
  struct Flow {
    std::uint32_t gone = 0, born = 0;
  };
  std::map<std::string, Flow> flows;
  for (const LivePod* p : play.start.observed.pods) {
    if (!p->owner_name) continue;
    ++out[*p->owner_name].start;
    if (!after.contains(p->uid)) ++flows[*p->owner_name].gone;
  }
  for (const LivePod* p : play.end.observed.pods) {
    if (!p->owner_name) continue;
    Tally& t = out[*p->owner_name];
    ++t.end;
    if (!before.contains(p->uid)) ++flows[*p->owner_name].born;
    const auto hash = hashes.find(*p->owner_name);
    t.stale += hash != hashes.end() && p->template_hash && *p->template_hash != hash->second;
  }
  for (auto& [name, t] : out) {
    const Flow& f = flows[name];
    t.restarted = std::min(f.gone, f.born);
    t.added = f.born - t.restarted;
    t.removed = f.gone - t.restarted;
    if (auto places = names.match(ObjectKind::kPodClique, name); !places.empty()) t.place = places.front();
  }
  for (auto e = play.events.rbegin(); e != play.events.rend(); ++e)
    if (auto at = out.find(e->clique); at != out.end()) {
      at->second.round = e->round;
      at->second.whole |= e->whole && !e->is_create;
    }
  return out;
}

class Reader {
 public:
  Reader(const Play& play, const Frame& frame, SetPlan& out)
      : play_(play), frame_(frame), out_(out), tallies_(tally(play, *frame.set->directory)) {}

  bool run() {
    read_pods();
    read_down();
    read_steps();
    read_objects();
    out_.came_to_rest = play_.came_to_rest;
    return is_clear_;
  }

 private:
  std::uint64_t gpus(const Tally& t, bool after) const {
    const std::vector<std::uint64_t>& each = after ? frame_.gpus_after : frame_.gpus_before;
    if (!t.place || !t.place->part.clique) return 0;
    const auto at = static_cast<std::size_t>(*t.place->part.clique);
    return at < each.size() ? each[at] : 0;
  }

  // Real pods of a PodClique of which `n` of `of` are concerned.
  std::uint64_t real(const Tally& t, std::uint32_t n, std::uint32_t of) {
    const std::uint32_t pods = t.place && t.place->part.clique ? frame_.scale->real_pods(*t.place->part.clique) : 0;
    if (pods == 0 || n == 0) return n;
    if (n != of) is_clear_ = false;
    return pods;
  }

  struct Named {
    std::string name;
    ObjectPlace place;
  };
  std::vector<Named> real_names(const std::string& name, const std::optional<ObjectPlace>& place) const {
    if (!place || frame_.scale->is_identity()) return {{name, place.value_or(ObjectPlace{})}};
    std::vector<Named> out;
    for (const ObjectPlace& p : frame_.scale->real_places(*place))
      if (const std::optional<ir::ObjectKey> key = frame_.set->directory->key_of(p)) out.push_back({key->name, p});
    return out;
  }

  void read_pods() {
    struct Row {
      std::uint32_t i, c, j;
      CliquePods pods;
    };
    std::vector<Row> rows;
    for (const auto& [name, t] : tallies_) {
      const std::vector<Named> names = real_names(name, t.place);
      const std::uint64_t restarted = real(t, t.restarted, t.start), times = names.size();
      out_.restarts.add(restarted * times, gpus(t, false));
      out_.added.add(real(t, t.added, t.end) * times, gpus(t, true));
      out_.removed.add(real(t, t.removed, t.start) * times, gpus(t, false));
      out_.pending.add(real(t, t.stale, t.end) * times, gpus(t, false));
      if (restarted == 0) continue;
      for (const Named& n : names)
        rows.push_back({n.place.instance.set_replica,
                        n.place.part.clique ? static_cast<std::uint32_t>(*n.place.part.clique) : 0,
                        n.place.instance.group_replica,
                        {n.name, restarted}});
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [](const Row& a, const Row& b) { return std::tie(a.i, a.c, a.j) < std::tie(b.i, b.c, b.j); });
    for (Row& row : rows) out_.podcliques.push_back(std::move(row.pods));
  }

  void read_down() {
    std::set<PodPlace> stays;
    for (const LivePod* p : play_.end.observed.pods)
      if (p->owner_name) stays.insert({*p->owner_name, p->index});
    std::set<std::string_view> gangs;
    for (const LiveGang* g : play_.end.observed.gangs) gangs.insert(g->meta.name);
    for (const Moment& m : play_.moments) {
      std::map<std::string_view, std::uint32_t> down;
      for (const PodPlace& p : m.not_ready)
        if (stays.contains(p)) ++down[p.clique];
      Amount now;
      for (const auto& [clique, n] : down) {
        const Tally& t = tallies_.at(std::string(clique));
        now.add(real_down(t, n), gpus(t, false));
      }
      out_.down_at_once.pods = std::max(out_.down_at_once.pods, now.pods);
      out_.down_at_once.gpus = std::max(out_.down_at_once.gpus, now.gpus);
      const auto n = std::count_if(m.gangs.begin(), m.gangs.end(), [&](const auto& g) { return gangs.contains(g); });
      out_.gangs_down = std::max(out_.gangs_down, static_cast<std::uint64_t>(n));
    }
  }

  // One of several pods that are played is one pod; all of them are all.
  std::uint64_t real_down(const Tally& t, std::uint32_t n) {
    const std::uint32_t pods = t.place && t.place->part.clique ? frame_.scale->real_pods(*t.place->part.clique) : 0;
    if (pods == 0) return n;
    if (n == t.start) return pods;
    if (n != 1) is_clear_ = false;
    return n;
  }

  struct Stretch {
    std::uint32_t i = 0, round = 0, g = 0, j = 0;
    RollStep step;
  };

  // The PodCliques of a group replica go together, pods of a standalone one one after the other.
  void read_steps() {
    std::map<std::pair<std::string, Action>, Stretch> stretches;
    for (const auto& [name, t] : tallies_) {
      const std::vector<Named> names = real_names(name, t.place);
      for (const Named& n : names) {
        add_stretch(stretches, n.name, n.place, t, Action::kRoll, real(t, t.restarted, t.start), gpus(t, false));
        add_stretch(stretches, n.name, n.place, t, Action::kDelete, real(t, t.removed, t.start), gpus(t, false));
        add_stretch(stretches, n.name, n.place, t, Action::kScale, real(t, t.added, t.end), gpus(t, true));
      }
    }
    std::vector<Stretch> sorted;
    for (auto& [key, s] : stretches) sorted.push_back(std::move(s));
    const bool by_replica = !frame_.scale->is_identity();
    auto rank = [&](const Stretch& s) {
      const bool first = s.step.action != Action::kRoll;
      return std::tuple(!first, by_replica && !first ? s.i : 0,
                        first        ? 0
                        : by_replica ? s.j
                                     : s.round,
                        s.i, s.g, s.j, s.step.name);
    };
    std::sort(sorted.begin(), sorted.end(), [&](const Stretch& a, const Stretch& b) { return rank(a) < rank(b); });
    std::uint32_t number = 0;
    for (std::size_t k = 0; k < sorted.size(); ++k) {
      const bool together = k > 0 && std::get<0>(rank(sorted[k])) == std::get<0>(rank(sorted[k - 1])) &&
                            std::get<1>(rank(sorted[k])) == std::get<1>(rank(sorted[k - 1])) &&
                            std::get<2>(rank(sorted[k])) == std::get<2>(rank(sorted[k - 1]));
      if (!together) ++number;
      sorted[k].step.number = number;
      out_.steps.push_back(std::move(sorted[k].step));
    }
  }

  void add_stretch(std::map<std::pair<std::string, Action>, Stretch>& stretches, const std::string& name,
                   const ObjectPlace& place, const Tally& t, Action action, std::uint64_t pods,
                   std::uint64_t gpus_each) {
    if (pods == 0) return;
    const bool member = t.place && place.part.group && t.place->part.clique;
    const std::uint32_t i = place.instance.set_replica, j = place.instance.group_replica;
    const std::string unit = member ? frame_.set->directory->group_replica_name(i, *place.part.group, j) : name;
    auto [at, is_new] = stretches.try_emplace({unit, action});
    Stretch& s = at->second;
    s.i = i;
    s.round = is_new ? t.round : std::min(s.round, t.round);
    s.g = member ? static_cast<std::uint32_t>(*place.part.group) + 1 : 0;
    s.j = member ? j : 0;
    s.step.action = action;
    s.step.kind = member ? kGroupReplicaKind : "PodClique";
    s.step.name = unit;
    s.step.amount.add(pods, gpus_each);
    s.step.waits = action == Action::kScale;
    s.step.at_once = member || action != Action::kRoll || t.whole ? s.step.amount.pods : 1;
    s.step.reason = action == Action::kScale    ? "new pods; they wait until there is room for them"
                    : action == Action::kDelete ? "not asked for any more"
                    : member                    ? "a group replica is replaced as a whole"
                    : t.whole                   ? "the PodClique is replaced as a whole"
                                                : "one pod after the other, each when the one before is Ready";
  }

  // --- objects ---

  void add_object(std::string_view kind, const std::string& name, Action action, std::string reason) {
    if (action != Action::kNoop) objects_.push_back({std::string(kind), name, action, std::move(reason)});
  }

  void read_objects() {
    read_cliques();
    read_groups();
    read_gangs();
    read_others();
    // The parts that are no objects of their own are what happens to their PodCliques.
    for (auto& [key, action] : parts_) add_object(key.first, key.second, action, std::string(reason_of(action)));
    std::stable_sort(objects_.begin(), objects_.end(),
                     [](const ObjectChange& a, const ObjectChange& b) { return order_of(a.kind) < order_of(b.kind); });
    out_.objects = std::move(objects_);
  }

  static int order_of(std::string_view kind) {
    constexpr std::string_view kOrder[] = {kReplicaKind, "PodCliqueScalingGroup", kGroupReplicaKind, "PodClique",
                                           "PodGang"};
    const auto* at = std::find(std::begin(kOrder), std::end(kOrder), kind);
    return static_cast<int>(at - std::begin(kOrder));
  }

  static std::string_view reason_of(Action action) {
    switch (action) {
      case Action::kRoll:
        return "pods of it are replaced";
      case Action::kPending:
        return "OnDelete: old pods stay until somebody deletes them";
      case Action::kScale:
        return "the number of its replicas changes";
      case Action::kCreate:
        return "asked for by NEW only";
      case Action::kDelete:
        return "asked for by OLD only";
      case Action::kInPlace:
        return "changed in place, no pod restarts";
      case Action::kNoop:
      case Action::kForbidden:
        return "";
    }
    return "";
  }

  template <class Live>
  static std::map<std::string_view, const Live*> by_name(const std::vector<const Live*>& list) {
    std::map<std::string_view, const Live*> out;
    for (const Live* live : list) out.emplace(live->meta.name, live);
    return out;
  }

  template <class Live>
  static bool is_equal(const Live& a, const Live& b) {
    return ir::equal(a.spec, b.spec) && ir::equal(a.meta.labels, b.meta.labels) &&
           same_annotations(a.meta.annotations, b.meta.annotations);
  }
  // Our own facts are no news.
  static bool same_annotations(const ir::Value& a, const ir::Value& b) {
    auto covers = [](const ir::Value& x, const ir::Value& y) {
      return std::all_of(x.members().begin(), x.members().end(), [&](const ir::Member& m) {
        if (m.key.starts_with(decide::kFactPrefix)) return true;
        const ir::Value* other = y.find(m.key);
        return other && ir::equal(*other, m.value);
      });
    };
    return covers(a, b) && covers(b, a);
  }

  void read_cliques() {
    const auto before = by_name(play_.start.observed.cliques), after = by_name(play_.end.observed.cliques);
    std::set<std::string_view> names;
    for (const auto& [name, c] : before) names.insert(name);
    for (const auto& [name, c] : after) names.insert(name);
    for (const std::string_view name : names) {
      const auto old = before.find(name), now = after.find(name);
      const auto at = tallies_.find(std::string(name));
      Tally t = at != tallies_.end() ? at->second : Tally{};
      if (at == tallies_.end())
        if (auto places = frame_.set->directory->match(ObjectKind::kPodClique, name); !places.empty())
          t.place = places.front();
      Action action = Action::kNoop;
      if (old == before.end())
        action = Action::kCreate;
      else if (now == after.end())
        action = Action::kDelete;
      else if (t.restarted > 0)
        action = Action::kRoll;
      else if (t.stale > 0)
        action = Action::kPending;
      else if (old->second->replicas != now->second->replicas || t.added + t.removed > 0)
        action = Action::kScale;
      else if (!is_equal(*old->second, *now->second))
        action = Action::kInPlace;
      for (const Named& n : real_names(std::string(name), t.place)) {
        add_object("PodClique", n.name, action, std::string(reason_of(action)));
        if (t.place) add_parts(n.place, action);
      }
    }
  }

  // The set replica and the group replica around a PodClique.
  void add_parts(const ObjectPlace& place, Action action) {
    if (action == Action::kNoop) return;
    const ir::Directory& names = *frame_.set->directory;
    const std::uint32_t i = place.instance.set_replica;
    auto raise = [&](std::string_view kind, const std::string& name, bool comes_or_goes) {
      Action& now = parts_[{std::string(kind), name}];
      const bool only_part = (action == Action::kCreate || action == Action::kDelete) && !comes_or_goes;
      now = std::max(now, only_part ? Action::kScale : action);
    };
    raise(kReplicaKind, names.base_gang_name(i), is_replica_new_or_gone(i));
    if (place.part.group)
      raise(kGroupReplicaKind, names.group_replica_name(i, *place.part.group, place.instance.group_replica), true);
  }

  bool is_replica_new_or_gone(std::uint32_t i) const {
    auto replicas = [](const Settled& s) {
      return s.observed.set ? static_cast<std::uint32_t>(s.observed.set->replicas) : 0;
    };
    if (play_.start.observed.cliques.empty() || play_.end.observed.cliques.empty()) return true;
    std::uint32_t before = replicas(play_.start), after = replicas(play_.end);
    if (!frame_.scale->sets.empty()) {  // in real replicas
      auto real_count = [&](std::uint32_t n) {
        return n == 0 ? 0 : frame_.scale->set_range(n - 1).first + frame_.scale->set_range(n - 1).count;
      };
      before = real_count(before);
      after = real_count(after);
    }
    return (i >= before) != (i >= after);
  }

  void read_groups() {
    const auto before = by_name(play_.start.observed.groups), after = by_name(play_.end.observed.groups);
    std::set<std::string_view> names;
    for (const auto& [name, g] : before) names.insert(name);
    for (const auto& [name, g] : after) names.insert(name);
    for (const std::string_view name : names) {
      const auto old = before.find(name), now = after.find(name);
      auto places = frame_.set->directory->match(ObjectKind::kPodCliqueScalingGroup, name);
      const std::optional<ObjectPlace> place = places.empty() ? std::nullopt : std::optional(places.front());
      Action action = Action::kNoop;
      if (old == before.end())
        action = Action::kCreate;
      else if (now == after.end())
        action = Action::kDelete;
      else if (place)
        action = worst_member(*place);
      if (action == Action::kNoop && old != before.end() && now != after.end() && !is_equal(*old->second, *now->second))
        action = old->second->replicas != now->second->replicas ? Action::kScale : Action::kInPlace;
      for (const Named& n : real_names(std::string(name), place))
        add_object("PodCliqueScalingGroup", n.name, action, std::string(reason_of(action)));
    }
  }

  Action worst_member(const ObjectPlace& group) const {
    Action out = Action::kNoop;
    for (const auto& [name, t] : tallies_) {
      if (!t.place || t.place->part.group != group.part.group ||
          t.place->instance.set_replica != group.instance.set_replica)
        continue;
      out = std::max(out, t.restarted > 0           ? Action::kRoll
                          : t.stale > 0             ? Action::kPending
                          : t.added + t.removed > 0 ? Action::kScale
                                                    : Action::kNoop);
    }
    return out;
  }

  // Which pods a gang refers to follows its pods and is no news.
  void read_gangs() {
    const auto before = by_name(play_.start.observed.gangs), after = by_name(play_.end.observed.gangs);
    auto add = [&](std::string_view name, Action action) {
      auto places = frame_.set->directory->match(ObjectKind::kPodGang, name);
      const std::optional<ObjectPlace> place = places.empty() ? std::nullopt : std::optional(places.front());
      for (const Named& n : real_names(std::string(name), place))
        add_object("PodGang", n.name, action, std::string(reason_of(action)));
    };
    for (const auto& [name, g] : before)
      if (!after.contains(name)) add(name, Action::kDelete);
    for (const auto& [name, g] : after) {
      const auto old = before.find(name);
      if (old == before.end())
        add(name, Action::kCreate);
      else if (!ir::equal(old->second->meta.labels, g->meta.labels) ||
               !same_annotations(old->second->meta.annotations, g->meta.annotations))
        add(name, Action::kInPlace);
    }
  }

  void read_others() {
    using Name = std::pair<Kind, std::string_view>;
    std::map<Name, const LiveObject*> before, after;
    for (const LiveObject* o : play_.start.observed.objects) before.emplace(Name(o->kind, o->meta.name), o);
    for (const LiveObject* o : play_.end.observed.objects) after.emplace(Name(o->kind, o->meta.name), o);
    auto add = [&](const LiveObject& o, Action action) {
      auto places = frame_.set->directory->match(o.kind, o.meta.name);
      const std::optional<ObjectPlace> place = places.empty() ? std::nullopt : std::optional(places.front());
      for (const Named& n : real_names(o.meta.name, place))
        add_object(ir::info_of(o.kind).kind, n.name, action, std::string(reason_of(action)));
    };
    for (const auto& [key, o] : before) {
      const auto now = after.find(key);
      if (now == after.end())
        add(*o, Action::kDelete);
      else if (now->second->meta.resource_version != o->meta.resource_version || now->second->meta.uid != o->meta.uid)
        add(*o, Action::kInPlace);
    }
    for (const auto& [key, o] : after)
      if (!before.contains(key)) add(*o, Action::kCreate);
  }

  const Play& play_;
  const Frame& frame_;
  SetPlan& out_;
  Tallies tallies_;
  std::vector<ObjectChange> objects_;
  std::map<std::pair<std::string, std::string>, Action> parts_;
  bool is_clear_ = true;
};

}  // namespace

bool read_impact(const Play& play, const Frame& frame, SetPlan& out) { return Reader(play, frame, out).run(); }

}  // namespace grovec::plan

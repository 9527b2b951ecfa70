#include "runtime/plan/play.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "runtime/decide/settle_world.h"

namespace grovec::plan {

using namespace decide;
using ir::Value;

namespace {

constexpr std::int64_t kTick = kSecond / 10;

// As for `settle`: far above what any world needs.
std::size_t most_rounds(const Observed& from, const World& world) {
  constexpr std::size_t kFloor = 2'000, kPerPod = 40;
  return kFloor + kPerPod * (from.pods.size() + from.cliques.size() + world.cliques().size());
}

// What the user wrote; null if there is none.
Value written(const Value* map) { return map ? *map : Value::null(); }

Value merged(Arena& arena, const Value& live, const Value& old, const Value& next) {
  ir::MappingBuilder out(arena, live);
  for (const ir::Member& m : old.members())
    if (!next.find(m.key)) out.remove(m.key);
  for (const ir::Member& m : next.members()) out.set(m.key, m.value);
  return out.build();
}

/// Who is Ready, by PodClique.
std::map<std::string_view, std::uint32_t> ready_pods(const Observed& o) {
  std::map<std::string_view, std::uint32_t> out;
  for (const LivePod* p : o.pods)
    if (p->ready && !p->is_marked() && p->owner_name) ++out[*p->owner_name];
  return out;
}

bool is_below(const LiveGang& gang, const std::map<std::string_view, std::uint32_t>& ready) {
  return std::any_of(gang.members.begin(), gang.members.end(), [&](const GangMember& m) {
    const auto at = ready.find(m.name);
    return (at == ready.end() ? 0 : static_cast<std::int64_t>(at->second)) < m.min_replicas;
  });
}

class Player {
 public:
  Player(const World& world, Settled start, std::shared_ptr<const LiveSet> set)
      : world_(world), live_(with_set(start.observed, *set), kBeginning.plus(kSecond * 3600), "planned-") {
    out_.start = std::move(start);
    keep_.push_back(std::move(set));
    const auto ready = ready_pods(out_.start.observed);
    for (const LivePod* p : out_.start.observed.pods)
      if (p->ready && !p->is_marked() && p->owner_name) well_.push_back({*p->owner_name, p->index});
    std::sort(well_.begin(), well_.end());
    for (const LiveGang* g : out_.start.observed.gangs)
      if (!is_below(*g, ready)) gangs_.push_back(g);
  }

  Play run() {
    const std::size_t most = most_rounds(out_.start.observed, world_);
    std::size_t n = 0;
    for (; n < most && turn(); ++n) {
    }
    out_.came_to_rest = n < most;
    out_.end = {live_.observe(), live_.memory()};
    out_.end.memory.insert(out_.end.memory.end(), keep_.begin(), keep_.end());
    return std::move(out_);
  }

 private:
  static Observed with_set(Observed o, const LiveSet& set) {
    o.set = &set;
    return o;
  }

  // False at rest.
  bool turn() {
    live_.clear_away();
    const Observed now = live_.observe();
    const Decision d = decide::decide(world_, now, live_.now());
    if (!d.steps.empty()) {
      note(now, d);
      live_.carry(world_, d);
      live_.wait_until(live_.now().plus(kTick));
      return true;
    }
    measure(now);
    if (live_.make_ready()) {
      ++round_;
      live_.wait_until(live_.now().plus(kTick));
      return true;
    }
    if (!d.next_look) return false;
    live_.wait_until(*d.next_look > live_.now() ? *d.next_look : live_.now().plus(kTick));
    return true;
  }

  void note(const Observed& now, const Decision& d) {
    std::map<std::string_view, const LivePod*> pods;
    for (const decide::Step& step : d.steps)
      for (const Action& a : step) {
        if (a.verb != Verb::kCreate && a.verb != Verb::kDelete) continue;
        const bool is_create = a.verb == Verb::kCreate;
        if (a.key.kind == Kind::kPodClique) add(a.key.name, is_create, pods_of(now, a.key.name), a.why.reason, true);
        if (a.key.kind != Kind::kPod) continue;
        if (is_create) {
          add(a.source.clique.name, true, 1, a.why.reason, false);
          continue;
        }
        if (pods.empty())
          for (const LivePod* p : now.pods) pods.emplace(p->name, p);
        const auto at = pods.find(a.key.name);
        if (at != pods.end() && at->second->owner_name) add(*at->second->owner_name, false, 1, a.why.reason, false);
      }
  }

  static std::uint32_t pods_of(const Observed& now, const std::string& clique) {
    return static_cast<std::uint32_t>(std::count_if(
        now.pods.begin(), now.pods.end(), [&](const LivePod* p) { return p->owner_name && *p->owner_name == clique; }));
  }

  void add(const std::string& clique, bool is_create, std::uint32_t pods, Reason reason, bool whole) {
    if (!out_.events.empty()) {
      Event& last = out_.events.back();
      if (last.round == round_ && last.clique == clique && last.is_create == is_create && last.whole == whole) {
        last.pods += pods;
        return;
      }
    }
    out_.events.push_back({round_, is_create, clique, pods, reason, whole});
  }

  void measure(const Observed& now) {
    std::vector<PodPlace> ready;
    for (const LivePod* p : now.pods)
      if (p->ready && !p->is_marked() && p->owner_name) ready.push_back({*p->owner_name, p->index});
    std::sort(ready.begin(), ready.end());
    Moment moment;
    std::set_difference(well_.begin(), well_.end(), ready.begin(), ready.end(), std::back_inserter(moment.not_ready));
    if (moment.not_ready.empty()) return;
    const auto counts = ready_pods(now);
    for (const LiveGang* g : gangs_)
      if (is_below(*g, counts)) moment.gangs.push_back(g->meta.name);
    out_.moments.push_back(std::move(moment));
  }

  const World& world_;
  SettleWorld live_;
  Play out_;
  std::vector<std::shared_ptr<const void>> keep_;
  std::vector<PodPlace> well_;
  std::vector<const LiveGang*> gangs_;
  std::uint32_t round_ = 0;
};

}  // namespace

std::shared_ptr<const LiveSet> newborn_set(const World& world) {
  auto set = std::make_shared<LiveSet>();
  auto arena = std::make_shared<Arena>();
  set->meta.name = world.name();
  set->meta.uid = "planned-set";
  set->meta.generation = 1;
  set->meta.resource_version = 1;
  set->meta.created = kBeginning;
  set->meta.labels = written(world.set().labels);
  set->meta.annotations = written(world.set().annotations);
  set->replicas = static_cast<std::int32_t>(world.set().replicas);
  set->memory = arena;
  return set;
}

std::shared_ptr<const LiveSet> applied(const LiveSet& live, const World* old, const World& world) {
  auto set = std::make_shared<LiveSet>(live);
  struct Memory {
    Arena arena;
    std::shared_ptr<const void> live;
  };
  auto memory = std::make_shared<Memory>();
  memory->live = live.memory;
  set->meta.labels =
      merged(memory->arena, live.meta.labels, written(old ? old->set().labels : nullptr), written(world.set().labels));
  set->meta.annotations = merged(memory->arena, live.meta.annotations, written(old ? old->set().annotations : nullptr),
                                 written(world.set().annotations));
  set->meta.generation += 1;
  set->meta.resource_version += 1;
  set->replicas = static_cast<std::int32_t>(world.set().replicas);
  set->memory = memory;
  return set;
}

Settled settled(const World& world) {
  const std::shared_ptr<const LiveSet> set = newborn_set(world);
  Observed empty;
  empty.name = world.name();
  empty.namespace_ = world.namespace_();
  empty.set = set.get();
  Settled out = settle(world, empty, kBeginning);
  out.memory.push_back(set);
  return out;
}

Play play(const World& world, Settled start, std::shared_ptr<const LiveSet> set) {
  return Player(world, std::move(start), std::move(set)).run();
}

}  // namespace grovec::plan

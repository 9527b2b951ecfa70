#include "runtime/decide/parts.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "runtime/decide/draft.h"
#include "runtime/decide/remove.h"

namespace grovec::decide {

namespace {

constexpr std::uint32_t kNoReplica = LiveView::kNoReplica;

// What parts read of the set. Everything else of it is the set's own business.
struct SetInputs {
  std::uint32_t world = 0;
  std::string uid, current_hash;
  std::int32_t replicas = 0;
  bool is_running = false;
  std::optional<std::int32_t> current;
  std::map<std::string, std::string, std::less<>> hashes;
  bool operator==(const SetInputs&) const = default;
};

SetInputs inputs_of(const World& world, const LiveSet& set, const Facts& facts) {
  const std::optional<SetUpdate>& update = set.status.update;
  SetInputs in{.world = world.number(),
               .uid = set.meta.uid,
               .current_hash = set.status.current_hash,
               .replicas = set.replicas,
               .is_running = update && !update->ended,
               .current = {},
               .hashes = facts.hashes};
  if (in.is_running && update->current && !update->current->ended) in.current = update->current->index;
  return in;
}

// The lists of what was observed, and the set replica of each.
template <class Live>
struct List {
  std::vector<const Live*> objects;
  std::vector<std::uint32_t> replicas;
};

bool is_same(const LiveMeta& a, const LiveMeta& b) { return a.name == b.name && a.uid == b.uid; }
template <class Live>
bool is_same(const Live& a, const Live& b) {
  return is_same(a.meta, b.meta);
}
bool is_same(const LiveObject& a, const LiveObject& b) { return a.kind == b.kind && is_same(a.meta, b.meta); }

}  // namespace

struct Parts::Memory {
  SetInputs set;
  std::vector<PartNote> notes;  // by set replica; all are wanted
  List<LiveGroup> groups;
  List<LiveClique> cliques;
  List<LiveGang> gangs;
  List<LiveObject> objects;
  List<LivePod> pods;
  std::shared_ptr<const void> owner;

  std::vector<bool> is_due;  // by set replica: to be decided on
  std::vector<std::uint32_t> due;

  bool fits(const World& world, const Observed& o, const Facts& facts) const;
  bool find_changes(const Observed& o, Instant now);
  Observed part_of(const Observed& o) const;
  std::optional<Decision> decide(const World& world, const Observed& o, Instant now, const Facts& facts);
  void note(const Draft& d);
  bool learn(const World& world, const Observed& o, const Draft& d, const Facts& stored);

 private:
  void mark(std::uint32_t replica) {
    if (replica == kNoReplica || is_due[replica]) return;
    is_due[replica] = true;
    due.push_back(replica);
  }
  template <class Live>
  bool find_changes(List<Live>& list, const std::vector<const Live*>& now);
  bool find_pods(const std::vector<const LivePod*>& now);
  bool merge_pods(const std::vector<const LivePod*>& now);
  std::uint32_t replica_of(const LivePod& pod) const;
};

bool Parts::Memory::fits(const World& world, const Observed& o, const Facts& facts) const {
  return o.failed.empty() && facts.sizes.empty() && set == inputs_of(world, *o.set, facts) &&
         facts.stored(world.generation_hash()) == o.set->status.current_hash;
}

// False if something has come, gone or been made anew: then a name may mean something else than it did.
template <class Live>
bool Parts::Memory::find_changes(List<Live>& list, const std::vector<const Live*>& now) {
  if (list.objects.size() != now.size()) return false;
  for (std::size_t n = 0; n < now.size(); ++n) {
    if (list.objects[n] == now[n]) continue;
    if (!is_same(*list.objects[n], *now[n])) return false;
    mark(list.replicas[n]);
    list.objects[n] = now[n];
  }
  return true;
}

// Of the PodClique that controls it; none if that is not there.
std::uint32_t Parts::Memory::replica_of(const LivePod& pod) const {
  if (!pod.owner_uid || !pod.owner_name) return kNoReplica;
  const auto at = std::lower_bound(cliques.objects.begin(), cliques.objects.end(), *pod.owner_name,
                                   [](const LiveClique* c, const std::string& name) { return c->meta.name < name; });
  if (at == cliques.objects.end() || (*at)->meta.uid != *pod.owner_uid) return kNoReplica;
  return cliques.replicas[static_cast<std::size_t>(at - cliques.objects.begin())];
}

// False if one belongs nowhere. Most often the names are those of the last time.
bool Parts::Memory::find_pods(const std::vector<const LivePod*>& now) {
  if (pods.objects.size() != now.size()) return merge_pods(now);
  for (std::size_t n = 0; n < now.size(); ++n) {
    const LivePod*& then = pods.objects[n];
    if (then == now[n]) continue;
    if (then->name != now[n]->name) return merge_pods(now);
    mark(pods.replicas[n]);
    pods.replicas[n] = replica_of(*now[n]);
    if (pods.replicas[n] == kNoReplica) return false;
    mark(pods.replicas[n]);
    then = now[n];
  }
  return true;
}

// Pods come and go; both lists are sorted by name.
bool Parts::Memory::merge_pods(const std::vector<const LivePod*>& now) {
  std::vector<std::uint32_t> replicas;
  replicas.reserve(now.size());
  std::size_t old = 0;
  for (const LivePod* pod : now) {
    while (old < pods.objects.size() && pods.objects[old] != pod && pods.objects[old]->name <= pod->name)
      mark(pods.replicas[old++]);
    if (old < pods.objects.size() && pods.objects[old] == pod) {
      replicas.push_back(pods.replicas[old++]);
      continue;
    }
    replicas.push_back(replica_of(*pod));
    if (replicas.back() == kNoReplica) return false;
    mark(replicas.back());
  }
  while (old < pods.objects.size()) mark(pods.replicas[old++]);
  pods.objects = now;
  pods.replicas = std::move(replicas);
  return true;
}

bool Parts::Memory::find_changes(const Observed& o, Instant now) {
  is_due.assign(notes.size(), false);
  due.clear();
  if (!find_changes(cliques, o.cliques) || !find_changes(groups, o.groups) || !find_changes(gangs, o.gangs) ||
      !find_changes(objects, o.objects) || !find_pods(o.pods))
    return false;
  for (std::uint32_t i = 0; i < notes.size(); ++i)
    if (notes[i].is_busy || (notes[i].next_look && *notes[i].next_look <= now)) mark(i);
  std::sort(due.begin(), due.end());
  return true;
}

// What is theirs and the set's.
Observed Parts::Memory::part_of(const Observed& o) const {
  Observed part;
  part.name = o.name;
  part.namespace_ = o.namespace_;
  part.set = o.set;
  auto take = [&](const auto& list, auto& out) {
    for (std::size_t n = 0; n < list.objects.size(); ++n)
      if (list.replicas[n] == kNoReplica || is_due[list.replicas[n]]) out.push_back(list.objects[n]);
  };
  if (due.empty()) {
    take(objects, part.objects);
    return part;
  }
  take(groups, part.groups);
  take(cliques, part.cliques);
  take(gangs, part.gangs);
  take(objects, part.objects);
  take(pods, part.pods);
  return part;
}

// Nothing if it turns out that more has to be looked at.
std::optional<Decision> Parts::Memory::decide(const World& world, const Observed& o, Instant now, const Facts& facts) {
  const Observed part = part_of(o);
  const LiveView view(world, part, o, facts, due);
  if (view.has_strays()) return std::nullopt;
  Draft d(view, now);
  for (std::uint32_t i = 0; i < notes.size(); ++i) {
    if (is_due[i]) continue;
    d.elsewhere.add(notes[i].numbers);
    if (notes[i].next_look) d.look(*notes[i].next_look);
  }
  decide_all(d, facts);
  if (d.updates.set.changes || d.unclaimed > 0) return std::nullopt;
  note(d);
  return d.finish();
}

// A cell that is not there waits, whatever for.
void Parts::Memory::note(const Draft& d) {
  for (const ReplicaCell& r : d.view.replicas()) {
    notes[r.i] = d.notes[d.view.index_of(r)];
    const auto is_there = [](const auto& cell) { return cell.is_there(); };
    const auto cliques = d.view.cliques_of(r);
    const auto groups = d.view.groups_of(r);
    const auto gangs = d.view.gangs_of(r);
    if (!std::all_of(cliques.begin(), cliques.end(), is_there) ||
        !std::all_of(groups.begin(), groups.end(), is_there) || !std::all_of(gangs.begin(), gangs.end(), is_there))
      notes[r.i].is_busy = true;
  }
}

// From a decision on everything. False if the next one cannot go by parts.
bool Parts::Memory::learn(const World& world, const Observed& o, const Draft& d, const Facts& stored) {
  const auto replicas = d.view.replicas();
  if (!o.failed.empty() || !stored.sizes.empty() || d.view.has_strays() || d.unclaimed > 0 || d.updates.set.changes ||
      stored.hashes != d.view.facts().hashes || (!replicas.empty() && !replicas.back().wanted))
    return false;
  set = inputs_of(world, *o.set, stored);
  notes.assign(replicas.size(), {});
  note(d);
  const LiveView::Replicas& of = d.view.replicas_of();
  groups = {o.groups, of.groups};
  cliques = {o.cliques, of.cliques};
  gangs = {o.gangs, of.gangs};
  objects = {o.objects, d.objects_of};
  pods = {o.pods, of.pods};
  return true;
}

Parts::Parts() = default;
Parts::Parts(const Parts&) {}
Parts& Parts::operator=(const Parts& other) {
  if (this != &other) forget();
  return *this;
}
Parts::~Parts() = default;

void Parts::forget() { memory_.reset(); }

Decision Parts::decide(const World& world, const Observed& observed, Instant now, std::shared_ptr<const void> owner) {
  decided_ = all_ = 0;
  if (!observed.set || observed.set->meta.deleted) {
    forget();
    return decide_removal(observed, now);
  }
  all_ = static_cast<std::size_t>(std::max(0, observed.set->replicas));
  if (memory_) {
    const Facts facts = read_facts(observed.set->meta.annotations);
    if (memory_->fits(world, observed, facts) && memory_->find_changes(observed, now)) {
      if (std::optional<Decision> decision = memory_->decide(world, observed, now, facts)) {
        decided_ = memory_->due.size();
        memory_->owner = std::move(owner);
        return std::move(*decision);
      }
    }
    forget();
  }
  Facts stored;
  const LiveView view = view_of(world, observed, stored);
  Draft d(view, now);
  decide_all(d, stored);
  decided_ = all_;
  auto memory = std::make_unique<Memory>();
  if (memory->learn(world, observed, d, stored)) memory_ = std::move(memory);
  if (memory_) memory_->owner = std::move(owner);
  return d.finish();
}

}  // namespace grovec::decide

// When statuses are written: at most once a second for each object, at once where somebody waits for it, and always in
// the end (reference: runtime 3, 14).
#include "runtime/decide/patch.h"
#include "runtime/decide/statuses.h"

namespace grovec::decide {

using ir::Value;

namespace {

template <class Status>
bool is_new(const Status& s) {
  return !s.observed_generation;
}
bool is_new(const GangStatus& s) { return s.phase.empty(); }

bool conditions_turn(const Conditions& from, const Conditions& to) {
  for (const Condition& c : to.items) {
    const Condition* old = from.find(c.type);
    if (!old || old->status != c.status) return true;
  }
  for (const Condition& c : from.items)
    if (!to.find(c.type)) return true;
  return false;
}

// A condition of a settled object has turned.
template <class Status>
bool is_urgent(const Status& from, const Status& to) {
  return from.observed_generation && conditions_turn(from.conditions, to.conditions);
}
bool is_urgent(const GangStatus& from, const GangStatus& to) {
  return !from.phase.empty() && conditions_turn(from.conditions, to.conditions);
}

template <class Status>
void add(Draft& d, Stage stage, Kind kind, const LiveMeta& meta, const Status& from, const Status& to) {
  Arena& a = d.arena();
  // The first status is written whole, zeros included.
  const Value change = change_patch(a, is_new(from) ? Value::mapping({}) : to_value(from, a), to_value(to, a));
  if (change.is_null()) return;
  Action act = action(Verb::kPatchStatus, {kind, meta.name},
                      {stage == Stage::kFacts ? Reason::kFact : Reason::kStatus, {}, "status"}, meta.uid);
  act.change = nest(a, {"status"}, change);
  if (d.may(act.verb, act.key)) d.add(stage, std::move(act));
}

// True if it is written now.
template <class Live, class Status>
bool write(Draft& d, Kind kind, const Live& live, const Status& to, bool is_fact) {
  const Status& from = live.status;
  if (from == to) return false;
  if (is_fact || is_urgent(from, to)) {
    add(d, is_fact ? Stage::kFacts : Stage::kStatus, kind, live.meta, from, to);
    return true;
  }
  const Instant due = (is_new(from) ? live.meta.created : live.status_written).plus(kSecond);
  if (d.now < due) {
    d.wait();
    d.look(due);
    return false;
  }
  add(d, Stage::kStatus, kind, live.meta, from, to);
  return true;
}

// Nobody asked for it: not a scale to nothing, an update or a recycle, nor the one pod that somebody deletes.
bool is_loss(std::int32_t before, std::int32_t after, bool is_open, bool is_wanted) {
  return before > 1 && after == 0 && is_wanted && !is_open;
}

void say_lost(Draft& d, ObjectKey on, std::string_view what, std::int32_t before, std::string_view kind) {
  d.say({std::move(on), true, "AllScheduledReplicasLost",
         "All scheduled " + std::string(what) + " lost (was " + std::to_string(before) +
             "). Gang termination will fire after TerminationDelay if the " + std::string(kind) +
             " stays below MinAvailable; investigate node availability"});
}

bool is_recycled(const Draft& d, std::uint32_t i) {
  for (const Recycle& r : d.termination.recycles)
    if (r.i == i) return true;
  return false;
}

void write_clique(Draft& d, const CliqueCell& c, const CliqueStatus& s) {
  const CliqueUpdatePlan& plan = d.updates.cliques[d.view.index_of(c)];
  const std::int32_t before = c.live->status.scheduled;
  const bool is_member_open = c.group && d.updates.groups[*c.group].is_open;
  if (!write(d, Kind::kPodClique, *c.live, s, plan.is_fact)) return;
  if (is_loss(before, s.scheduled, plan.is_open || is_member_open || is_recycled(d, c.i), c.wanted_pods > 0))
    say_lost(d, {Kind::kPodClique, c.live->meta.name}, "pods", before, "PodClique");
}

void write_group(Draft& d, const GroupCell& g, const GroupStatus& s) {
  const std::uint32_t n = d.view.index_of(g);
  const std::int32_t before = g.live->status.scheduled;
  const bool recycles =
      d.termination.in_progress[n] && !g.live->status.conditions.is("GangTerminationInProgress", Truth::kTrue);
  const bool is_fact = d.updates.groups[n].is_fact || recycles;
  if (!write(d, Kind::kPodCliqueScalingGroup, *g.live, s, is_fact)) return;
  if (is_loss(before, s.scheduled, d.updates.groups[n].is_open || d.termination.in_progress[n], g.wanted_replicas > 0))
    say_lost(d, {Kind::kPodCliqueScalingGroup, g.live->meta.name}, "replicas", before, "PCSG");
}

}  // namespace

void decide_status(Draft& d) {
  const LiveView& v = d.view;
  Statuses s;
  s.cliques.resize(v.cliques().size());
  s.groups.resize(v.groups().size());
  const std::string_view set_hash =
      d.updates.set.changes ? d.updates.set.current_hash : std::string_view(v.set().status.current_hash);
  for (const CliqueCell& c : v.cliques()) {
    if (!c.is_there() || !c.wanted) continue;
    const std::uint32_t n = v.index_of(c);
    d.turn_to(c.replica);
    s.cliques[n] = &c.live->status;
    if (says_all(d, c)) continue;
    s.changed.push_back(clique_status(d, c));
    s.cliques[n] = &s.changed.back();
    if (!d.cells[n].keeps_status) write_clique(d, c, *s.cliques[n]);
  }
  for (const GroupCell& g : v.groups()) {
    if (!g.is_there() || !g.wanted) continue;
    d.turn_to(g.replica);
    s.groups[v.index_of(g)] = &g.live->status;
    std::optional<GroupStatus> next = group_status(d, g, s.cliques, set_hash);
    if (!next) continue;
    s.changed_groups.push_back(std::move(*next));
    s.groups[v.index_of(g)] = &s.changed_groups.back();
    write_group(d, g, s.changed_groups.back());
  }
  d.turn_to_set();
  s.set = set_status(d, s);
  write(d, Kind::kPodCliqueSet, v.set(), s.set, d.updates.set.is_fact);
  for (const GangCell& g : v.gangs()) {
    if (!g.wanted || !g.is_there()) continue;
    d.turn_to(g.replica);
    if (const std::optional<GangStatus> next = gang_status(d, g)) write(d, Kind::kPodGang, *g.live, *next, false);
  }
}

}  // namespace grovec::decide

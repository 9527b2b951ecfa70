// Which PodCliques are recycled because a minimum has been missing for longer than the termination delay.
#include <algorithm>

#include "runtime/decide/draft.h"
#include "runtime/decide/termination.h"
#include "runtime/decide/update_rules.h"

namespace grovec::decide {
namespace {

constexpr std::string_view kGangTerminationInProgress = "GangTerminationInProgress";

/// Everything that the rules below ask.
struct Inputs {
  const LiveView& view;
  const UpdatePlan& updates;
  const std::vector<CliqueState>& states;
  Instant now;

  const CliqueState& state(const CliqueCell& cell) const { return states[view.index_of(cell)]; }
  Instant expiry(Instant since) const { return since.plus(view.world().termination_delay_ns()); }
};

/// Since when the clique has missed a minimum that it had once. Scaled below it on purpose: never.
std::optional<Instant> breached_since(const Inputs& in, const CliqueCell& cell) {
  const CliqueState& state = in.state(cell);
  if (!cell.is_there() || !state.scheduled_once || state.below_own_minimum) return std::nullopt;
  if (state.breached.status != Truth::kTrue) return std::nullopt;
  return state.breached.since;
}

std::optional<Instant> earlier(std::optional<Instant> a, std::optional<Instant> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

// ---- groups ---------------------------------------------------------------------------------------------------------

/// One wanted replica of a group.
struct GroupReplica {
  std::optional<Instant> breached;     ///< the earliest breach among its members: what it may be recycled for
  std::optional<Instant> unavailable;  ///< the same; a member that was never scheduled misses since its birth
  bool was_scheduled = false;          ///< all members are there, and each was scheduled once
};

GroupReplica look_at(const Inputs& in, const GroupCell& group, std::uint32_t j) {
  GroupReplica replica;
  const auto members = in.view.members_of(group, j);
  replica.was_scheduled = !members.empty();
  for (const CliqueCell& cell : members) {
    if (!cell.is_there()) {  // on its way: the replica is not available, but nothing has been missing for long
      replica.unavailable = earlier(replica.unavailable, in.now);
      replica.was_scheduled = false;
      continue;
    }
    replica.breached = earlier(replica.breached, breached_since(in, cell));
    if (in.state(cell).scheduled_once) continue;
    replica.was_scheduled = false;
    replica.unavailable = earlier(replica.unavailable, cell.live->meta.created);
  }
  replica.unavailable = earlier(replica.unavailable, replica.breached);
  return replica;
}

/// A group as gang termination sees it.
struct GroupLook {
  std::vector<GroupReplica> replicas;
  bool takes_part = false;   ///< not in an update of its own, and not scaled below its minimum
  bool was_healthy = false;  ///< its minimum of replicas was scheduled once
  std::uint32_t unavailable = 0;
  std::optional<Instant> breached;  ///< since when fewer than minAvailable are available
};

GroupLook look_at(const Inputs& in, const GroupCell& group) {
  GroupLook look;
  look.takes_part = group.is_there() && group.wanted && !in.updates.groups[in.view.index_of(group)].is_open &&
                    group.wanted_replicas >= group.min_available;
  if (!look.takes_part) return look;
  std::vector<Instant> sinces;
  std::uint32_t were_scheduled = 0;
  for (std::uint32_t j = 0; j < group.wanted_replicas; ++j) {
    look.replicas.push_back(look_at(in, group, j));
    were_scheduled += look.replicas.back().was_scheduled;
    if (look.replicas.back().unavailable) sinces.push_back(*look.replicas.back().unavailable);
  }
  look.was_healthy = were_scheduled >= group.min_available;
  look.unavailable = static_cast<std::uint32_t>(sinces.size());
  const std::uint32_t spare = group.wanted_replicas - group.min_available;
  if (look.unavailable <= spare) return look;
  // It began with the loss that used up the spare ones; what was lost later starts nothing anew.
  std::nth_element(sinces.begin(), sinces.begin() + spare, sinces.end());
  look.breached = sinces[spare];
  return look;
}

// ---- what goes
// --------------------------------------------------------------------------------------------------------

/// Divides what goes into causes and the rest. What was born after the delay was over and was never scheduled stays: it
/// makes up for a recycle that was cut off.
void add_cells(const Inputs& in, std::span<const CliqueCell> cells, Instant expired, Recycle& out) {
  for (const CliqueCell& cell : cells) {
    if (!cell.is_there() || (cell.live->meta.created >= expired && !in.state(cell).scheduled_once)) continue;
    const bool is_cause = breached_since(in, cell).has_value();
    (is_cause ? out.causes : out.cliques).push_back(in.view.index_of(cell));
  }
}

Why why(const Inputs& in, Instant since, std::string what) {
  return {.reason = Reason::kGangTerminated,
          .n = {(in.now.ns - since.ns) / kSecond, in.view.world().termination_delay_ns() / kSecond},
          .text = std::move(what)};
}

void say(TerminationPlan& plan, ObjectKey on, std::string_view reason, std::string message) {
  plan.events.push_back(
      {.on = std::move(on), .is_warning = false, .reason = std::string(reason), .message = std::move(message)});
}

void wait_until(TerminationPlan& plan, std::uint32_t replica, Instant at) {
  std::optional<Instant>& own = plan.looks[replica];
  if (!own || at < *own) own = at;
  if (!plan.next_look || at < *plan.next_look) plan.next_look = at;
}

/// The whole set replica, once the first of its breaches has lasted too long.
bool recycle_set_replica(const Inputs& in, const ReplicaCell& replica, const std::vector<GroupLook>& looks,
                         TerminationPlan& plan) {
  std::optional<Instant> since;
  std::string what;
  auto consider = [&](std::optional<Instant> breached, std::string name) {
    if (!breached || (since && *since <= *breached)) return;
    since = breached;
    what = std::move(name);
  };
  for (const CliqueCell& cell : in.view.standalone_of(replica)) {
    if (cell.wanted) consider(breached_since(in, cell), in.view.name(cell));
  }
  for (std::uint32_t g = 0; g < looks.size(); ++g) {
    if (looks[g].takes_part && looks[g].was_healthy)
      consider(looks[g].breached, in.view.name(in.view.groups_of(replica)[g]));
  }
  if (!since) return false;
  if (in.expiry(*since) > in.now) {
    wait_until(plan, in.view.index_of(replica), in.expiry(*since));
    return false;
  }
  Recycle recycle;
  recycle.i = replica.i;
  recycle.why = why(in, *since, std::move(what));
  add_cells(in, in.view.cliques_of(replica), in.expiry(*since), recycle);
  if (recycle.cliques.empty() && recycle.causes.empty()) return false;
  for (const GroupCell& group : in.view.groups_of(replica))
    plan.in_progress[in.view.index_of(group)] = group.is_there();
  say(plan, {Kind::kPodCliqueSet, in.view.observed().name}, "PodCliqueSetReplicaDeleteSuccessful",
      "replica " + std::to_string(replica.i) + " is recycled: " + recycle.why.text +
          " has been below its minimum for " + std::to_string(recycle.why.n[0]) + " s");
  plan.recycles.push_back(std::move(recycle));
  return true;
}

/// Single replicas of a group that has its minimum without them.
void recycle_group_replicas(const Inputs& in, const GroupCell& group, const GroupLook& look, TerminationPlan& plan) {
  if (!look.takes_part || group.wanted_replicas - look.unavailable < group.min_available) return;
  for (std::uint32_t j = 0; j < look.replicas.size(); ++j) {
    const std::optional<Instant> since = look.replicas[j].breached;
    if (!since) continue;
    if (in.expiry(*since) > in.now) {
      wait_until(plan, group.replica, in.expiry(*since));
      continue;
    }
    Recycle recycle;
    recycle.i = group.i;
    recycle.group = in.view.index_of(group);
    recycle.j = j;
    recycle.why = why(in, *since, in.view.name(group));
    add_cells(in, in.view.members_of(group, j), in.expiry(*since), recycle);
    say(plan, {Kind::kPodCliqueScalingGroup, recycle.why.text}, "PodCliqueScalingGroupReplicaDeleteSuccessful",
        "replica " + std::to_string(j) + " is recycled: below its minimum for " + std::to_string(recycle.why.n[0]) +
            " s");
    plan.recycles.push_back(std::move(recycle));
  }
}

/// GangTerminationInProgress stays until the group has its minimum again.
bool is_still_in_progress(const Inputs& in, const GroupCell& group) {
  if (!group.is_there() || !group.live->status.conditions.is(kGangTerminationInProgress, Truth::kTrue)) return false;
  if (in.updates.groups[in.view.index_of(group)].is_open) return true;
  std::uint32_t well = 0;
  for (std::uint32_t j = 0; j < group.wanted_replicas; ++j) {
    const auto members = in.view.members_of(group, j);
    well += !members.empty() && std::all_of(members.begin(), members.end(), [&](const CliqueCell& c) {
      return c.is_there() && in.state(c).breached.status != Truth::kTrue;
    });
  }
  return well < group.min_available;
}

/// Nothing is recycled without one: a group that was healthy once has its minimum as long as nobody in it has one.
bool has_breach(const Inputs& in, const ReplicaCell& replica) {
  const auto cells = in.view.cliques_of(replica);
  return std::any_of(cells.begin(), cells.end(),
                     [&](const CliqueCell& c) { return breached_since(in, c).has_value(); });
}

}  // namespace

TerminationPlan plan_termination(const LiveView& view, const UpdatePlan& updates,
                                 const std::vector<CliqueState>& states, Instant now) {
  const Inputs in{view, updates, states, now};
  TerminationPlan plan;
  plan.in_progress.resize(view.groups().size());
  for (const GroupCell& group : view.groups()) plan.in_progress[view.index_of(group)] = is_still_in_progress(in, group);
  plan.looks.resize(view.replicas().size());
  for (const ReplicaCell& replica : view.replicas()) {
    if (!replica.wanted || updates.set.suppressed == replica.i || !has_breach(in, replica)) continue;
    std::vector<GroupLook> looks;
    for (const GroupCell& group : view.groups_of(replica)) looks.push_back(look_at(in, group));
    if (recycle_set_replica(in, replica, looks, plan)) continue;  // the outer level wins
    for (std::uint32_t g = 0; g < looks.size(); ++g)
      recycle_group_replicas(in, view.groups_of(replica)[g], looks[g], plan);
  }
  return plan;
}

void announce_termination(Draft& d) {
  for (std::uint32_t r = 0; r < d.termination.looks.size(); ++r) {
    d.turn_to(r);
    if (d.termination.looks[r]) d.look(*d.termination.looks[r]);
  }
  d.turn_to_set();
  for (const Event& e : d.termination.events) d.say(e);
}

}  // namespace grovec::decide

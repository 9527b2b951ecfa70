// Set replicas, one after the other: whose turn it is, when it passes on, when the update of the set is over.
#include <algorithm>

#include "runtime/decide/update_rules.h"

namespace grovec::decide {
namespace {

// ---- how far a set replica is -------------------------------------------------------------------------------------

/// Nothing of the update is left to be done in it, Ready or not.
bool has_ended(const LiveView& view, const CliqueCell& cell, const CliqueUpdatePlan& plan) {
  if (!cell.is_there() || !cell.is_current()) return false;
  const std::optional<CliqueUpdate>& progress = progress_after(cell, plan);
  if (progress && !progress->ended) return false;
  return (progress && progress->set_hash == view.set_hash()) || cell.counts.old_live == 0;
}

bool has_ended(const LiveView& view, const GroupCell& group, const GroupUpdatePlan& plan) {
  if (!group.is_there()) return false;
  const std::optional<GroupUpdate>& progress = progress_after(group, plan);
  if (progress && !progress->ended) return false;
  return (progress && progress->set_hash == view.set_hash()) || !has_old_replica(view, group);
}

bool has_ended(const LiveView& view, const ReplicaCell& replica, const UpdatePlan& plan) {
  for (const CliqueCell& cell : view.standalone_of(replica)) {
    if (cell.wanted && !has_ended(view, cell, plan.cliques[view.index_of(cell)])) return false;
  }
  for (const GroupCell& group : view.groups_of(replica)) {
    if (group.wanted && !has_ended(view, group, plan.groups[view.index_of(group)])) return false;
  }
  return true;
}

/// As many ready as placement asks for, or as are wanted.
bool is_ready(const LiveView& view, const GroupCell& group) {
  std::uint32_t ready = 0;
  for (std::uint32_t j = 0; j < group.wanted_replicas; ++j) ready += is_replica_ready(view, group, j);
  return ready >= std::min(group.min_available, group.wanted_replicas);
}

bool is_ready(const LiveView& view, const ReplicaCell& replica) {
  const auto cliques = view.standalone_of(replica);
  const auto groups = view.groups_of(replica);
  return std::all_of(cliques.begin(), cliques.end(),
                     [](const CliqueCell& c) { return !c.wanted || decide::is_ready(c); }) &&
         std::all_of(groups.begin(), groups.end(), [&](const GroupCell& g) { return !g.wanted || is_ready(view, g); });
}

// ---- whose turn is next -------------------------------------------------------------------------------------------

/// Its minimum was scheduled at some time and is not there now.
bool is_breached(const CliqueCell& cell) {
  if (!cell.is_there()) return false;
  const PodCounts& n = cell.counts;
  const auto minimum = static_cast<std::int32_t>(cell.min_available);
  if (n.scheduled_all - n.failing_all - n.unready_started_all >= minimum) return false;
  return cell.live->status.conditions.is("PodCliqueScheduled", Truth::kTrue) ||
         !cell.live->meta.annotation(kScheduledOnceFact).empty();
}

bool is_breached(const LiveView& view, const GroupCell& group) {
  std::uint32_t breached = 0;
  for (std::uint32_t j = 0; j < group.wanted_replicas; ++j) {
    const auto members = view.members_of(group, j);
    breached += std::any_of(members.begin(), members.end(), [](const CliqueCell& c) { return is_breached(c); });
  }
  return breached > 0 && group.wanted_replicas - breached < group.min_available;
}

/// Nothing runs (0) before something is missing (1) before all is well (2).
int rank(const LiveView& view, const ReplicaCell& replica) {
  const auto cells = view.cliques_of(replica);
  if (std::none_of(cells.begin(), cells.end(), [](const CliqueCell& c) { return c.counts.scheduled > 0; })) return 0;
  const auto standalone = view.standalone_of(replica);
  const auto groups = view.groups_of(replica);
  const bool is_missing =
      std::any_of(standalone.begin(), standalone.end(), [](const CliqueCell& c) { return is_breached(c); }) ||
      std::any_of(groups.begin(), groups.end(), [&](const GroupCell& g) { return is_breached(view, g); });
  return is_missing ? 1 : 2;
}

std::optional<std::uint32_t> next_replica(const LiveView& view, const UpdatePlan& plan) {
  std::optional<std::uint32_t> best;
  int best_rank = 0;
  for (const ReplicaCell& replica : view.replicas()) {
    if (!replica.wanted || (has_ended(view, replica, plan) && is_ready(view, replica))) continue;
    const int its_rank = rank(view, replica);
    if (best && its_rank >= best_rank) continue;
    best = replica.i;
    best_rank = its_rank;
  }
  return best;
}

/// The turn passes to the next, or the update ends.
void pass_on(const Turn& turn, const UpdatePlan& plan, SetUpdate& next) {
  const std::optional<std::uint32_t> i = next_replica(turn.view, plan);
  if (i) {
    next.current = ReplicaUpdate{.index = static_cast<std::int32_t>(*i), .started = turn.now, .ended = std::nullopt};
  } else {
    next.current.reset();
    next.ended = turn.now;
  }
}

// ---- the set ------------------------------------------------------------------------------------------------------

void begin(const Turn& turn, UpdatePlan& plan) {
  SetUpdatePlan& set = plan.set;
  set.changes = set.is_fact = set.starts = true;
  set.current_hash = turn.view.set_hash();
  set.next = SetUpdate{.started = turn.now, .ended = std::nullopt, .current = std::nullopt};
  if (turn.is_rolling) {
    pass_on(turn, plan, *set.next);
  } else {
    set.next->ended = turn.now;
  }
}

/// An update that has ended for a target that its groups do not have (another operator loses a change that is taken
/// back in mid-update). What OnDelete left old has ended in the group, too, and is left alone.
bool has_lost_group(const Turn& turn, const GroupCell& group) {
  if (!group.wanted || !group.is_there()) return false;
  const std::optional<GroupUpdate>& progress = group.live->status.update;
  const bool has_ended_here = progress && progress->ended && progress->set_hash == turn.view.set_hash();
  return !has_ended_here && has_old_replica(turn.view, group);
}

void go_on(const Turn& turn, UpdatePlan& plan) {
  const SetStatus& status = turn.view.set().status;
  SetUpdatePlan& set = plan.set;
  if (!turn.is_rolling) {  // switched in mid-update: OnDelete has no open update
    set.next = status.update;
    set.next->current.reset();
    set.next->ended = turn.now;
    set.changes = set.is_fact = true;
    return;
  }
  if (turn.current && *turn.current < turn.view.wanted_replicas()) {
    const ReplicaCell* replica = turn.view.replica(*turn.current);
    if (!replica) return;  // not in the view: nothing has changed there since it was looked at
    const bool ended = has_ended(turn.view, *replica, plan);
    if (!ended) set.suppressed = turn.current;
    if (!ended || !is_ready(turn.view, *replica)) return;
  }
  set.next = status.update;
  pass_on(turn, plan, *set.next);
  set.changes = set.is_fact = true;
}

}  // namespace

Turn::Turn(const LiveView& the_view, Instant at)
    : view(the_view), now(at.whole()), is_rolling(view.world().strategy() == Strategy::kRollingRecreate) {
  const SetStatus& status = view.set().status;
  knows_target = status.current_hash == view.set_hash();
  is_running = is_rolling && status.update && !status.update->ended;
  if (is_running && status.update->current && !status.update->current->ended && status.update->current->index >= 0)
    current = static_cast<std::uint32_t>(status.update->current->index);
}

void plan_set(const Turn& turn, UpdatePlan& plan) {
  const SetStatus& status = turn.view.set().status;
  SetUpdatePlan& set = plan.set;
  set.current_hash = status.current_hash;
  if (status.current_hash.empty()) {  // the first look at this set: nothing to update
    set.current_hash = turn.view.set_hash();
    set.changes = set.is_fact = true;
  } else if (!turn.knows_target) {
    begin(turn, plan);
  } else if (status.update && !status.update->ended) {
    go_on(turn, plan);
  } else if (turn.is_rolling) {
    const auto groups = turn.view.groups();
    if (std::any_of(groups.begin(), groups.end(), [&](const GroupCell& g) { return has_lost_group(turn, g); }))
      begin(turn, plan);
  }
  const std::optional<SetUpdate>& progress = progress_after(turn.view.set(), set);
  set.is_open = turn.is_rolling && progress && !progress->ended;
  if (set.is_open && progress->current && !progress->current->ended) set.current = progress->current->index;
}

UpdatePlan plan_updates(const LiveView& view, Instant now) {
  const Turn turn(view, now);
  UpdatePlan plan;
  plan.cliques.reserve(view.cliques().size());
  for (const CliqueCell& cell : view.cliques())
    plan.cliques.push_back(turn.is_rolling ? plan_clique(turn, cell) : plan_clique_on_delete(turn, cell));
  plan.groups.reserve(view.groups().size());
  for (const GroupCell& group : view.groups())
    plan.groups.push_back(turn.is_rolling ? plan_group(turn, group) : plan_group_on_delete(turn, group));
  plan_set(turn, plan);
  return plan;
}

const std::optional<SetUpdate>& progress_after(const LiveSet& set, const SetUpdatePlan& plan) {
  return plan.changes && plan.next ? plan.next : set.status.update;
}

}  // namespace grovec::decide

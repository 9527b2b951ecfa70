// Replicas of a scaling group, one after the other: all PodCliques of a replica are deleted and made anew.
#include <algorithm>

#include "ir/labels.h"
#include "runtime/decide/update_rules.h"

namespace grovec::decide {
namespace {

/// One wanted replica.
struct ReplicaState {
  bool is_old = false;          ///< a member that is there has another template
  bool has_old_object = false;  ///< the same, or one is on its way out: its name is not free yet
  bool is_ready = false;
  bool is_coming = false;  ///< pods of it will be Ready, if nothing happens
};

/// Whether pods are missing that are neither refused by the scheduler nor failing.
bool is_coming(const CliqueCell& cell) {
  if (!cell.is_there() || cell.counts.live < static_cast<std::int32_t>(cell.wanted_pods)) return true;
  return std::any_of(cell.pods.begin(), cell.pods.end(), [](const LivePod* pod) {
    return !pod->is_marked() && !pod->ready && !pod->no_room && !pod->has_failed_once;
  });
}

ReplicaState state_of(const LiveView& view, const GroupCell& group, std::uint32_t j) {
  ReplicaState state;
  for (const CliqueCell& cell : view.members_of(group, j)) {
    state.is_coming = state.is_coming || is_coming(cell);
    if (!cell.live || cell.own_hash == cell.compiled_hash) continue;
    state.has_old_object = true;
    state.is_old = state.is_old || cell.is_there();
  }
  state.is_ready = is_replica_ready(view, group, j);
  return state;
}

std::vector<ReplicaState> states_of(const LiveView& view, const GroupCell& group) {
  std::vector<ReplicaState> states(group.wanted_replicas);
  for (std::uint32_t j = 0; j < group.wanted_replicas; ++j) states[j] = state_of(view, group, j);
  return states;
}

/// What was ready when it was taken holds the next until it is ready again or not wanted any more. More than its
/// minimum is waited for only as long as it is on its way: it may have had no room for the rest before, either.
bool holds(const std::vector<ReplicaState>& states, std::optional<std::int32_t> selected) {
  if (!selected || *selected < 0 || static_cast<std::size_t>(*selected) >= states.size()) return false;
  const ReplicaState& state = states[static_cast<std::size_t>(*selected)];
  return state.has_old_object || !state.is_ready || state.is_coming;
}

/// A new target. What was taken and is not made up for goes on holding.
GroupUpdate begun(const Turn& turn, const GroupCell& group, const std::vector<ReplicaState>& states) {
  GroupUpdate next{.started = turn.now,
                   .ended = std::nullopt,
                   .set_hash = std::string(turn.view.set_hash()),
                   .selected = std::nullopt,
                   .completed = {}};
  const std::optional<GroupUpdate>& before = group.live->status.update;
  if (!before || before->ended || !holds(states, before->selected)) return next;
  const ReplicaState& state = states[static_cast<std::size_t>(*before->selected)];
  if (!state.is_ready || state.is_coming) next.selected = before->selected;
  return next;
}

void select(GroupUpdate& next, std::uint32_t j) {
  if (next.selected) next.completed.push_back(*next.selected);
  if (next.completed.size() > kCompletedKept) next.completed.erase(next.completed.begin());
  next.selected = static_cast<std::int32_t>(j);
}

void end(GroupUpdate& next, Instant now) {
  next.ended = now;
  next.selected.reset();
  next.completed.clear();
}

/// One look at an open update: replicas that go, the next one taken, or the end.
void go_on(const Turn& turn, const GroupCell& group, const GroupUpdate& progress,
           const std::vector<ReplicaState>& states, GroupUpdatePlan& plan) {
  const auto ready = static_cast<std::uint32_t>(
      std::count_if(states.begin(), states.end(), [](const ReplicaState& s) { return s.is_ready; }));
  const bool can_spare_one = may_go(ready, group.wanted_replicas, group.min_available);
  std::optional<std::uint32_t> next_ready;
  bool is_end = true;
  for (std::uint32_t j = 0; j < states.size(); ++j) {
    is_end = is_end && !states[j].has_old_object;
    if (!states[j].is_old) continue;
    const bool is_selected = progress.selected == static_cast<std::int32_t>(j);
    if (states[j].is_ready && !is_selected && !next_ready) next_ready = j;
    if (states[j].is_ready && (!is_selected || !can_spare_one)) continue;
    plan.exits.push_back({j,
                          {.reason = is_selected ? Reason::kUpdateReplica : Reason::kUpdateNotReady,
                           .n = {j, ready, group.min_available},
                           .text = {}}});
  }
  if (holds(states, progress.selected)) return;
  if (!is_end && (!next_ready || !can_spare_one)) return;
  if (!plan.changes) plan.next = progress;
  plan.changes = plan.is_fact = true;
  if (next_ready) {
    select(*plan.next, *next_ready);
  } else {
    end(*plan.next, turn.now);
  }
}

/// Open, though the update of the set is over and nothing is old: another operator forgot to end it.
void close(const Turn& turn, const GroupCell& group, GroupUpdatePlan& plan) {
  plan.next = group.live->status.update;
  plan.next->set_hash = turn.view.set_hash();
  end(*plan.next, turn.now);
  plan.changes = plan.is_fact = true;
}

}  // namespace

GroupUpdatePlan plan_group(const Turn& turn, const GroupCell& group) {
  GroupUpdatePlan plan;
  if (!group.is_there() || !group.wanted) return plan;
  const std::optional<GroupUpdate>& before = group.live->status.update;
  plan.is_open = before && !before->ended;
  if (!turn.knows_target) return plan;
  if (!turn.is_running) {
    if (plan.is_open && !has_old_replica(turn.view, group)) close(turn, group, plan);
    plan.is_open = plan.is_open && !plan.changes;
    return plan;
  }
  if (!turn.has_turn(group.i)) return plan;
  const bool has_begun = before && before->set_hash == turn.view.set_hash();
  if (has_begun && before->ended) return plan;
  const std::vector<ReplicaState> states = states_of(turn.view, group);
  if (!has_begun) {
    plan.next = begun(turn, group, states);
    plan.changes = plan.is_fact = true;
  }
  go_on(turn, group, has_begun ? *before : GroupUpdate(*plan.next), states, plan);
  plan.is_open = !progress_after(group, plan)->ended;
  return plan;
}

bool has_old_replica(const LiveView& view, const GroupCell& group) {
  for (std::uint32_t j = 0; j < group.wanted_replicas; ++j) {
    for (const CliqueCell& cell : view.members_of(group, j)) {
      if (cell.live && cell.own_hash != cell.compiled_hash) return true;
    }
  }
  return false;
}

bool is_replica_ready(const LiveView& view, const GroupCell& group, std::uint32_t j) {
  const std::span<const CliqueCell> members = view.members_of(group, j);
  return !members.empty() && std::all_of(members.begin(), members.end(), is_ready);
}

const std::optional<GroupUpdate>& progress_after(const GroupCell& group, const GroupUpdatePlan& plan) {
  static const std::optional<GroupUpdate> kNone;
  if (plan.changes) return plan.next;
  return group.live ? group.live->status.update : kNone;
}

}  // namespace grovec::decide

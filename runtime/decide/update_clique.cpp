// Pods of a standalone PodClique, one after the other.
#include <algorithm>
#include <array>
#include <utility>

#include "ir/names.h"
#include "runtime/decide/update_rules.h"

namespace grovec::decide {
namespace {

bool is_old(const LivePod& pod, const CliqueCell& cell) {
  return !pod.template_hash || *pod.template_hash != cell.target_hash;
}

/// Whether `name` is one that we would give to a pod of this clique with this index.
bool names_index(std::string_view name, std::string_view clique, std::uint32_t index) {
  constexpr std::uint32_t kAttempts = 27;
  constexpr std::size_t kSuffix = 5;
  if (name.size() != clique.size() + 1 + kSuffix || !name.starts_with(clique)) return false;
  const std::string_view suffix = name.substr(clique.size() + 1);
  for (std::uint32_t attempt = 0; attempt < kAttempts; ++attempt) {
    const std::array<char, kSuffix> ours = ir::pod_suffix(attempt, index);
    if (suffix == std::string_view(ours.data(), ours.size())) return true;
  }
  return false;
}

/// What became of the pod that was ready when it was taken.
struct Taken {
  const LivePod* still_here = nullptr;  ///< it lives, old and not marked: its deletion is still to come
  bool holds = false;                   ///< it is not made up for: the next one waits
};

/// The successor of the pod that had `index`: holds until it is Ready or the index is not wanted any more.
bool slot_holds(const CliqueCell& cell, std::int32_t index) {
  bool is_filled = false;
  for (const LivePod* pod : cell.pods) {
    if (pod->is_marked() || pod->index != index) continue;
    if (pod->ready) return false;
    is_filled = true;
  }
  return is_filled || cell.counts.live < static_cast<std::int32_t>(cell.wanted_pods);
}

/// As `slot_holds`, of a pod that is gone with its index; its name may tell. A name that is none of ours (a pod of
/// another operator) waits for every new pod.
bool vanished_holds(const CliqueCell& cell, std::string_view name) {
  if (cell.counts.live < static_cast<std::int32_t>(cell.wanted_pods)) return true;
  const std::string_view clique = cell.live->meta.name;
  bool any_new_unready = false;
  for (const LivePod* pod : cell.pods) {
    if (pod->is_marked() || pod->ready || pod->index < 0) continue;
    if (names_index(name, clique, static_cast<std::uint32_t>(pod->index))) return true;
    any_new_unready = any_new_unready || !is_old(*pod, cell);
  }
  if (!any_new_unready) return false;
  const auto bound = cell.wanted_pods + static_cast<std::uint32_t>(cell.pods.size());
  for (std::uint32_t index = 0; index < bound; ++index) {
    if (names_index(name, clique, index)) return false;  // its slot is not among those that wait
  }
  return true;
}

Taken find_taken(const CliqueCell& cell, std::string_view name) {
  if (name.empty()) return {};
  for (const LivePod* pod : cell.pods) {
    if (pod->name != name) continue;
    if (pod->is_marked()) return {.holds = slot_holds(cell, pod->index)};
    if (is_old(*pod, cell)) return {.still_here = pod, .holds = true};
    return {.holds = !pod->ready};  // its successor was born when the name was free again
  }
  return {.holds = vanished_holds(cell, name)};
}

/// The oldest by whole seconds, then the lowest index.
const LivePod* next_ready_old_pod(const CliqueCell& cell) {
  const LivePod* best = nullptr;
  for (const LivePod* pod : cell.pods) {
    if (pod->is_marked() || !pod->ready || !is_old(*pod, cell)) continue;
    if (best && std::pair(best->created.seconds(), best->index) <= std::pair(pod->created.seconds(), pod->index))
      continue;
    best = pod;
  }
  return best;
}

bool any_old_pod(const CliqueCell& cell) {
  return std::any_of(cell.pods.begin(), cell.pods.end(),
                     [&](const LivePod* pod) { return !pod->is_marked() && is_old(*pod, cell); });
}

Why exit_why(Reason reason, const CliqueCell& cell) {
  return {.reason = reason,
          .n = {cell.counts.ready, static_cast<std::int64_t>(cell.wanted_pods), cell.min_available},
          .text = {}};
}

/// While there are more pods than wanted, some of those that are ready go by themselves.
bool can_spare_one(const CliqueCell& cell) {
  return cell.counts.live <= static_cast<std::int32_t>(cell.wanted_pods) &&
         may_go(static_cast<std::uint32_t>(cell.counts.ready), cell.wanted_pods, cell.min_available);
}

/// A new target. What was taken and is not made up for goes on holding.
CliqueUpdate begun(const Turn& turn, const CliqueCell& cell) {
  CliqueUpdate next{.started = turn.now,
                    .ended = std::nullopt,
                    .set_hash = std::string(turn.view.set_hash()),
                    .template_hash = std::string(cell.compiled_hash),
                    .selected = {},
                    .completed = {}};
  const std::optional<CliqueUpdate>& before = cell.live->status.update;
  if (!before || before->ended) return next;
  const Taken taken = find_taken(cell, before->selected);
  if (taken.holds && !(taken.still_here && taken.still_here->ready)) next.selected = before->selected;
  return next;
}

void select(CliqueUpdate& next, const LivePod& pod) {
  if (!next.selected.empty()) next.completed.push_back(std::move(next.selected));
  if (next.completed.size() > kCompletedKept) next.completed.erase(next.completed.begin());
  next.selected = pod.name;
}

/// One look at an open update: pods that go, the next one taken, or the end.
void go_on(const Turn& turn, const CliqueCell& cell, const CliqueUpdate& progress, CliqueUpdatePlan& plan) {
  if (!cell.is_current()) return;  // its template is on its way; a pod that goes now would come back as it was
  for (const LivePod* pod : cell.pods) {
    if (pod->is_marked() || pod->ready || !is_old(*pod, cell)) continue;
    plan.exits.push_back({pod, exit_why(Reason::kUpdateNotReady, cell)});
  }
  const Taken taken = find_taken(cell, progress.selected);
  if (taken.still_here && taken.still_here->ready && can_spare_one(cell))
    plan.exits.push_back({taken.still_here, exit_why(Reason::kUpdateSelected, cell)});
  if (taken.holds) return;
  const LivePod* next_pod = next_ready_old_pod(cell);
  const bool is_end = !any_old_pod(cell);
  if (!is_end && (!next_pod || !can_spare_one(cell))) return;
  if (!plan.changes) plan.next = progress;
  plan.changes = plan.is_fact = true;
  if (next_pod) {
    select(*plan.next, *next_pod);
    return;
  }
  plan.next->ended = turn.now;
  plan.next->selected.clear();
  plan.next->completed.clear();
}

/// A member has no update of its own: what OnDelete left behind goes once it speaks of an earlier target.
CliqueUpdatePlan plan_member(const Turn& turn, const CliqueCell& cell) {
  const std::optional<CliqueUpdate>& before = cell.live->status.update;
  CliqueUpdatePlan plan;
  plan.changes = before && turn.knows_target && before->set_hash != turn.view.set_hash();
  return plan;
}

}  // namespace

CliqueUpdatePlan plan_clique(const Turn& turn, const CliqueCell& cell) {
  CliqueUpdatePlan plan;
  if (!cell.is_there() || !cell.wanted) return plan;
  if (!cell.is_standalone()) return plan_member(turn, cell);
  const std::optional<CliqueUpdate>& before = cell.live->status.update;
  plan.is_open = before && !before->ended;
  if (!turn.knows_target || !turn.has_turn(cell.i)) return plan;
  if (before && before->set_hash == turn.view.set_hash()) {
    if (before->ended) return plan;
    go_on(turn, cell, *before, plan);
  } else {
    // Born with the target: nothing to do, and nothing to say about it.
    if (!before && cell.live->status.current_set_hash == turn.view.set_hash()) return plan;
    plan.next = begun(turn, cell);
    plan.changes = plan.is_fact = true;
    go_on(turn, cell, CliqueUpdate(*plan.next), plan);
  }
  plan.is_open = !progress_after(cell, plan)->ended;
  return plan;
}

bool is_of_old_template(const CliqueCell& cell) { return cell.is_there() && !cell.is_current(); }

bool is_ready(const CliqueCell& cell) {
  return cell.is_there() &&
         cell.counts.ready >= static_cast<std::int32_t>(std::min(cell.min_available, cell.wanted_pods));
}

const std::optional<CliqueUpdate>& progress_after(const CliqueCell& cell, const CliqueUpdatePlan& plan) {
  static const std::optional<CliqueUpdate> kNone;
  if (plan.changes) return plan.next;
  return cell.live ? cell.live->status.update : kNone;
}

}  // namespace grovec::decide

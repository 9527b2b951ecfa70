// OnDelete: templates change in place and nothing is deleted for it; an update has ended when it begins.
#include "runtime/decide/update_rules.h"

namespace grovec::decide {
namespace {

/// Nothing to write: this target is known and ended, or the object was born with it and has said so.
template <class Update>
bool is_settled(const Turn& turn, const std::optional<Update>& before, const std::string& current_set_hash) {
  if (!before) return current_set_hash == turn.view.set_hash();
  return before->set_hash == turn.view.set_hash() && before->ended;
}

}  // namespace

CliqueUpdatePlan plan_clique_on_delete(const Turn& turn, const CliqueCell& cell) {
  CliqueUpdatePlan plan;
  if (!cell.is_there() || !cell.wanted || !turn.knows_target) return plan;
  const CliqueStatus& status = cell.live->status;
  if (is_settled(turn, status.update, status.current_set_hash)) return plan;
  const bool is_cut_off = status.update && status.update->set_hash == turn.view.set_hash();
  plan.changes = plan.is_fact = true;
  plan.next = CliqueUpdate{.started = is_cut_off ? status.update->started : turn.now,
                           .ended = turn.now,
                           .set_hash = std::string(turn.view.set_hash()),
                           .template_hash = std::string(cell.compiled_hash),
                           .selected = {},
                           .completed = {}};
  return plan;
}

GroupUpdatePlan plan_group_on_delete(const Turn& turn, const GroupCell& group) {
  GroupUpdatePlan plan;
  if (!group.is_there() || !group.wanted || !turn.knows_target) return plan;
  const GroupStatus& status = group.live->status;
  if (is_settled(turn, status.update, status.current_set_hash)) return plan;
  const bool is_cut_off = status.update && status.update->set_hash == turn.view.set_hash();
  plan.changes = plan.is_fact = true;
  plan.next = GroupUpdate{.started = is_cut_off ? status.update->started : turn.now,
                          .ended = turn.now,
                          .set_hash = std::string(turn.view.set_hash()),
                          .selected = std::nullopt,
                          .completed = {}};
  return plan;
}

}  // namespace grovec::decide

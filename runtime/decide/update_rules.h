/// \file What the three levels of an update share. Only for update_set, update_group, update_clique and on_delete.
///
/// Every rule reads the world as observed. A selection and the deletion that relies on it are two decisions, as are the
/// turn of a set replica and what begins in it, so a crash between any two writes repeats nothing and loses nothing.
#pragma once

#include <cstdint>
#include <optional>

#include "runtime/decide/updates.h"

namespace grovec::decide {

/// How far the set is, as observed.
struct Turn {
  Turn(const LiveView& view, Instant now);

  const LiveView& view;
  Instant now;                ///< whole seconds
  bool is_rolling;            ///< RollingRecreate
  bool knows_target = false;  ///< status.currentGenerationHash is what is compiled: groups and cliques may go on
  bool is_running = false;    ///< an update of the set is open
  std::optional<std::uint32_t> current;  ///< whose turn it is; only if `is_running`

  /// Objects of set replica i may begin and go on.
  bool has_turn(std::uint32_t i) const { return !is_running || current == i; }
};

/// Whether a unit (pod, group replica) that is ready may go. Delete-first: with a minimum of all, all have to be ready.
constexpr bool may_go(std::uint32_t ready, std::uint32_t wanted, std::uint32_t min_available) {
  if (ready > min_available) return true;
  return min_available >= wanted && ready >= wanted;
}

/// How much of `completed` is kept: a status does not grow with the number of pods.
inline constexpr std::size_t kCompletedKept = 100;

CliqueUpdatePlan plan_clique(const Turn& turn, const CliqueCell& cell);
GroupUpdatePlan plan_group(const Turn& turn, const GroupCell& group);
/// `plan` has its groups and cliques; fills in the set.
void plan_set(const Turn& turn, UpdatePlan& plan);

/// OnDelete: an update has ended when it begins.
CliqueUpdatePlan plan_clique_on_delete(const Turn& turn, const CliqueCell& cell);
GroupUpdatePlan plan_group_on_delete(const Turn& turn, const GroupCell& group);

/// There, and made from another template than the set's. Of a group: whether any wanted replica has such a member.
bool is_of_old_template(const CliqueCell& cell);
bool has_old_replica(const LiveView& view, const GroupCell& group);
/// Every member is there and has its minimum (or all it is to have) Ready.
bool is_ready(const CliqueCell& cell);
bool is_replica_ready(const LiveView& view, const GroupCell& group, std::uint32_t j);

}  // namespace grovec::decide

// Status of a PodGang (reference: runtime 7.3, 14.4): Initialized, and a phase where there is none. Everything else is
// the scheduler's.
#include "runtime/decide/statuses.h"

namespace grovec::decide {

namespace {

bool is_complete(const CliqueCell& c) {
  return c.is_there() && c.counts.live >= static_cast<std::int32_t>(c.wanted_pods);
}

bool is_complete(const Draft& d, const GangCell& gang) {
  if (gang.group) {
    for (const CliqueCell& c : d.view.members_of(d.view.groups()[*gang.group], gang.j))
      if (!is_complete(c)) return false;
    return true;
  }
  const ReplicaCell& r = d.view.replica_of(gang);
  for (const CliqueCell& c : d.view.standalone_of(r))
    if (!is_complete(c)) return false;
  for (const GroupCell& g : d.view.groups_of(r)) {
    if (g.wanted_replicas < g.min_available) return false;
    for (std::uint32_t j = 0; j < g.min_available; ++j)
      for (const CliqueCell& c : d.view.row_of(g, j))
        if (!is_complete(c)) return false;
  }
  return true;
}

}  // namespace

std::optional<GangStatus> gang_status(const Draft& d, const GangCell& g) {
  const GangStatus& live = g.live->status;
  if (!live.phase.empty() && live.conditions.is("Initialized", Truth::kTrue)) return std::nullopt;
  GangStatus s = g.live->status;
  if (s.phase.empty()) s.phase = "Pending";
  if (s.conditions.is("Initialized", Truth::kTrue)) return s;  // it never returns to False
  if (is_complete(d, g))
    s.conditions.set("Initialized", Truth::kTrue, "PodGangPodsCreated", "PodGang is fully initialized", d.now);
  else
    s.conditions.set("Initialized", Truth::kFalse, "PodGangPodsCreationPending",
                     "Not all constituent pods have been created yet", d.now);
  return s;
}

}  // namespace grovec::decide

// Status of a scaling group (reference: runtime 14.2).
#include "ir/labels.h"
#include "runtime/decide/statuses.h"

namespace grovec::decide {

namespace keys = ir::keys;

namespace {

struct GroupNumbers {
  std::int32_t scheduled = 0, available = 0, updated = 0, converged = 0, not_breached = 0;
  bool all_current = true;  ///< every expected member is there and says the set's hashes
};

bool is_true(const ConditionNow& c) { return c.status == Truth::kTrue; }

void count_row(const Draft& d, std::span<const CliqueCell> row, const std::vector<const CliqueStatus*>& cliques,
               std::string_view set_hash, GroupNumbers& n) {
  bool complete = true, scheduled = true, ready = true, converged = true, breached = false;
  for (const CliqueCell& c : row) {
    if (!c.is_there()) {
      complete = n.all_current = false;
      continue;
    }
    const std::uint32_t index = d.view.index_of(c);
    const CliqueStatus& s = *cliques[index];
    const bool is_member_converged = is_converged(c, s, set_hash);
    scheduled = scheduled && is_true(d.states[index].scheduled);
    breached = breached || is_true(d.states[index].breached);
    ready = ready && s.ready >= static_cast<std::int32_t>(c.min_available);
    converged = converged && is_member_converged;
    n.converged += is_member_converged;
    n.all_current =
        n.all_current && c.is_current() && s.current_template_hash == c.compiled_hash && s.current_set_hash == set_hash;
  }
  n.scheduled += complete && scheduled;
  n.available += complete && scheduled && ready;
  n.updated += complete && scheduled && ready && converged;
  n.not_breached += complete && !breached;
}

ConditionNow breached_now(const GroupCell& g, const GroupNumbers& n, bool is_open) {
  ConditionNow c;
  c.type = "MinAvailableBreached";
  if (is_open) {
    c.reason = "UpdateInProgress";
    c.before = "Update is in progress";
    return c;
  }
  const bool is_scaled_below = g.wanted_replicas < g.min_available;
  const bool is_short = n.not_breached < static_cast<std::int32_t>(g.min_available);
  c.status = is_scaled_below || is_short ? Truth::kTrue : Truth::kFalse;
  c.reason = is_scaled_below ? "ScaledBelowMinAvailable"
             : is_short      ? "InsufficientAvailablePodCliqueScalingGroupReplicas"
                             : "SufficientAvailablePodCliqueScalingGroupReplicas";
  c.before = is_scaled_below ? "Scaled to " : "PCSG replicas not in breach (";
  c.first = is_scaled_below ? g.wanted_replicas : n.not_breached;
  c.between = is_scaled_below ? ", below MinAvailable ("
              : is_short      ? ") below MinAvailable ("
                              : ") meets MinAvailable (";
  c.second = g.min_available;
  c.after = ")";
  return c;
}

std::string selector_of(const GroupCell& g, std::string_view set) {
  std::string out;
  out.append(keys::kManagedBy).append("=").append(keys::kOperator).append(",");
  out.append(keys::kPartOf).append("=").append(set).append(",");
  return out.append(keys::kScalingGroup).append("=").append(g.live->meta.name);
}

bool is_selector(std::string_view text, const GroupCell& g, std::string_view set) {
  for (std::string_view part : {keys::kManagedBy, std::string_view("="), keys::kOperator, std::string_view(","),
                                keys::kPartOf, std::string_view("="), set, std::string_view(","), keys::kScalingGroup,
                                std::string_view("="), std::string_view(g.live->meta.name)}) {
    if (!text.starts_with(part)) return false;
    text.remove_prefix(part.size());
  }
  return text.empty();
}

// Everything that the status depends on is what it says already; nothing is built to find that out.
bool says_all(const Draft& d, const GroupCell& g, const GroupNumbers& n, std::string_view set_hash) {
  const std::uint32_t index = d.view.index_of(g);
  const GroupUpdatePlan& plan = d.updates.groups[index];
  const GroupStatus& s = g.live->status;
  const auto replicas = static_cast<std::int32_t>(g.wanted_replicas), members = static_cast<std::int32_t>(g.members);
  if (plan.changes || plan.is_open || !d.view.observed().failed.empty() || !s.last_errors.empty()) return false;
  if (s.observed_generation != g.live->meta.generation || s.replicas != replicas || s.scheduled != n.scheduled ||
      s.available != n.available || s.updated != n.updated)
    return false;
  if (s.update && (s.update->updated_cliques != n.converged || s.update->total_cliques != replicas * members))
    return false;
  if (n.all_current && s.current_set_hash != set_hash) return false;
  if (d.termination.in_progress[index] || s.conditions.find("GangTerminationInProgress")) return false;
  return is_selector(s.selector, g, d.view.world().name()) && breached_now(g, n, false).is_said_by(s.conditions);
}

}  // namespace

std::optional<GroupStatus> group_status(const Draft& d, const GroupCell& g,
                                        const std::vector<const CliqueStatus*>& cliques, std::string_view set_hash) {
  const std::uint32_t index = d.view.index_of(g);
  const GroupUpdatePlan& plan = d.updates.groups[index];
  GroupNumbers n;
  for (std::uint32_t j = 0; j < g.wanted_replicas; ++j) count_row(d, d.view.row_of(g, j), cliques, set_hash, n);
  if (says_all(d, g, n, set_hash)) return std::nullopt;
  GroupStatus s = g.live->status;
  s.observed_generation = g.live->meta.generation;
  s.replicas = static_cast<std::int32_t>(g.wanted_replicas);
  s.scheduled = n.scheduled;
  s.available = n.available;
  s.updated = n.updated;
  s.selector = selector_of(g, d.view.world().name());
  s.update = progress_after(g, plan);
  if (s.update) {
    s.update->updated_cliques = n.converged;
    s.update->total_cliques = static_cast<std::int32_t>(g.wanted_replicas * g.members);
  }
  if (n.all_current && !plan.is_open && !set_hash.empty()) s.current_set_hash = set_hash;
  const ConditionNow breached = breached_now(g, n, plan.is_open);
  s.conditions.set(breached.type, breached.status, breached.reason, breached.message(), d.now);
  if (d.termination.in_progress[index])
    s.conditions.set("GangTerminationInProgress", Truth::kTrue, "GangTerminationActive",
                     "Gang termination fired at PCS-replica scope for PCS replica " + std::to_string(g.i) +
                         "; this PCSG's PodCliques were deleted as part of the recycle",
                     d.now);
  else
    s.conditions.remove("GangTerminationInProgress");
  s.last_errors = errors_of(d, {Kind::kPodCliqueScalingGroup, g.live->meta.name});
  return s;
}

}  // namespace grovec::decide

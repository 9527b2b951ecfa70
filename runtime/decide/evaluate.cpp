#include "runtime/decide/evaluate.h"

#include <algorithm>

namespace grovec::decide {

namespace {

constexpr std::string_view kScaledBelow = "ScaledBelowMinAvailable";

// status, reason and message, with the transition kept while the status stays. A clique that is scaled to its minimum
// again misses it only from then on: the time below it counts for nothing.
Condition condition(const LiveClique& live, std::string_view type, Truth status, std::string_view reason,
                    std::string message, Instant now) {
  const Condition* old = live.status.conditions.find(type);
  const bool counts_anew = old && old->reason == kScaledBelow && reason != kScaledBelow;
  const Instant since = old && old->status == status && !counts_anew ? old->since : now.whole();
  return {std::string(type),  status, std::string(reason),
          std::move(message), since,  old ? old->observed_generation : 0};
}

std::string counts_text(std::string_view before, std::int64_t a, std::string_view between, std::int64_t b,
                        std::string_view after = {}) {
  std::string out(before);
  return out.append(std::to_string(a)).append(between).append(std::to_string(b)).append(after);
}

Condition scheduled_condition(const CliqueCell& c, Instant now) {
  const std::int64_t min = c.min_available, n = c.counts.scheduled_all;
  if (n < min)
    return condition(*c.live, "PodCliqueScheduled", Truth::kFalse, "InsufficientScheduledPods",
                     counts_text("Insufficient scheduled pods. expected at least: ", min, ", found: ", n), now);
  return condition(*c.live, "PodCliqueScheduled", Truth::kTrue, "SufficientScheduledPods",
                   counts_text("Sufficient scheduled pods found. expected at least: ", min, ", found: ", n), now);
}

Condition breached_condition(const CliqueCell& c, bool is_open, bool below_own_minimum, Instant now) {
  constexpr std::string_view kType = "MinAvailableBreached";
  const std::int64_t min = c.min_available, n = c.counts.scheduled_all;
  if (is_open) return condition(*c.live, kType, Truth::kUnknown, "UpdateInProgress", "Update is in progress", now);
  if (below_own_minimum)
    return condition(*c.live, kType, Truth::kTrue, kScaledBelow,
                     counts_text("Scaled to ", c.wanted_pods, ", below MinAvailable (", min, ")"), now);
  if (n < min)
    return condition(*c.live, kType, Truth::kTrue, "ScheduledReplicasBelowMinAvailable",
                     counts_text("Scheduled replicas (", n, ") below MinAvailable (", min, ")"), now);
  const std::int64_t usable = n - c.counts.failing_all - c.counts.unready_started_all;
  if (usable < min)
    return condition(*c.live, kType, Truth::kTrue, "InsufficientReadyPods",
                     counts_text("Insufficient ready or starting pods. expected at least: ", min, ", found: ", usable),
                     now);
  return condition(
      *c.live, kType, Truth::kFalse, "SufficientReadyPods",
      counts_text("Either sufficient ready or starting pods found. expected at least: ", min, ", found: ", usable),
      now);
}

}  // namespace

std::vector<CliqueState> evaluate_cliques(const LiveView& view, const UpdatePlan& updates, Instant now) {
  std::vector<CliqueState> out(view.cliques().size());
  for (std::size_t n = 0; n < out.size(); ++n) {
    const CliqueCell& c = view.cliques()[n];
    if (!c.live) continue;
    CliqueState& s = out[n];
    const bool is_open = updates.cliques[n].is_open;
    s.below_own_minimum = c.wanted_pods < c.min_available;
    s.scheduled = scheduled_condition(c, now);
    s.breached = breached_condition(c, is_open, s.below_own_minimum, now);
    s.scheduled_once = s.scheduled.status == Truth::kTrue ||
                       c.live->status.conditions.is("PodCliqueScheduled", Truth::kTrue) ||
                       c.live->meta.annotation(kScheduledOnceFact) == "true";
  }
  return out;
}

}  // namespace grovec::decide

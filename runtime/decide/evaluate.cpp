#include "runtime/decide/evaluate.h"

#include <algorithm>
#include <charconv>

namespace grovec::decide {

namespace {

// Appends to a buffer that is large enough for every message.
struct Line {
  char text[256];
  std::size_t size = 0;
  void add(std::string_view s) {
    s = s.substr(0, sizeof text - size);
    s.copy(text + size, s.size());
    size += s.size();
  }
  void add(std::int64_t n) {
    if (n >= 0) size = static_cast<std::size_t>(std::to_chars(text + size, text + sizeof text, n).ptr - text);
  }
};

Line line_of(const ConditionNow& c) {
  Line line;
  line.add(c.before);
  line.add(c.first);
  line.add(c.between);
  line.add(c.second);
  line.add(c.after);
  return line;
}

constexpr std::string_view kScaledBelow = "ScaledBelowMinAvailable";

// The transition is kept while the status stays; but what was scaled below its minimum on purpose begins anew.
ConditionNow with_since(ConditionNow c, const LiveClique& live, Instant now) {
  const Condition* old = live.status.conditions.find(c.type);
  const bool goes_on = old && old->status == c.status && (old->reason == kScaledBelow) == (c.reason == kScaledBelow);
  c.since = goes_on ? old->since : now.whole();
  return c;
}

ConditionNow scheduled_condition(const CliqueCell& c) {
  const std::int64_t min = c.min_available, n = c.counts.scheduled_all;
  const bool is_short = n < min;
  return {.type = "PodCliqueScheduled",
          .status = is_short ? Truth::kFalse : Truth::kTrue,
          .reason = is_short ? "InsufficientScheduledPods" : "SufficientScheduledPods",
          .before = is_short ? "Insufficient scheduled pods. expected at least: "
                             : "Sufficient scheduled pods found. expected at least: ",
          .between = ", found: ",
          .after = {},
          .first = min,
          .second = n,
          .since = {}};
}

ConditionNow breached_condition(const CliqueCell& c, bool is_open, bool below_own_minimum) {
  const std::int64_t min = c.min_available, n = c.counts.scheduled_all;
  auto say = [&](Truth status, std::string_view reason, std::string_view before, std::int64_t a,
                 std::string_view between, std::int64_t b, std::string_view after) {
    return ConditionNow{.type = "MinAvailableBreached",
                        .status = status,
                        .reason = reason,
                        .before = before,
                        .between = between,
                        .after = after,
                        .first = a,
                        .second = b,
                        .since = {}};
  };
  if (is_open) return say(Truth::kUnknown, "UpdateInProgress", "Update is in progress", -1, {}, -1, {});
  if (below_own_minimum)
    return say(Truth::kTrue, kScaledBelow, "Scaled to ", c.wanted_pods, ", below MinAvailable (", min, ")");
  if (n < min)
    return say(Truth::kTrue, "ScheduledReplicasBelowMinAvailable", "Scheduled replicas (", n, ") below MinAvailable (",
               min, ")");
  const std::int64_t usable = n - c.counts.failing_all - c.counts.unready_started_all;
  if (usable < min)
    return say(Truth::kTrue, "InsufficientReadyPods", "Insufficient ready or starting pods. expected at least: ", min,
               ", found: ", std::max<std::int64_t>(0, usable), {});
  return say(Truth::kFalse, "SufficientReadyPods",
             "Either sufficient ready or starting pods found. expected at least: ", min, ", found: ", usable, {});
}

}  // namespace

std::string ConditionNow::message() const {
  const Line line = line_of(*this);
  return std::string(line.text, line.size);
}

bool ConditionNow::is_said_by(const Conditions& conditions) const {
  const Condition* c = conditions.find(type);
  if (!c || c->status != status || c->reason != reason) return false;
  const Line line = line_of(*this);
  return c->message == std::string_view(line.text, line.size);
}

void ConditionNow::put_into(Conditions& conditions) const {
  conditions.set(type, status, reason, message(), since);
  for (Condition& c : conditions.items)
    if (c.type == type) c.since = since;
}

std::vector<CliqueState> evaluate_cliques(const LiveView& view, const UpdatePlan& updates, Instant now) {
  std::vector<CliqueState> out(view.cliques().size());
  for (std::size_t n = 0; n < out.size(); ++n) {
    const CliqueCell& c = view.cliques()[n];
    if (!c.live) continue;
    CliqueState& s = out[n];
    s.below_own_minimum = c.wanted_pods < c.min_available;
    s.scheduled = with_since(scheduled_condition(c), *c.live, now);
    s.breached = with_since(breached_condition(c, updates.cliques[n].is_open, s.below_own_minimum), *c.live, now);
    s.scheduled_once = s.scheduled.status == Truth::kTrue ||
                       c.live->status.conditions.is("PodCliqueScheduled", Truth::kTrue) ||
                       c.live->meta.annotation(kScheduledOnceFact) == "true";
  }
  return out;
}

}  // namespace grovec::decide

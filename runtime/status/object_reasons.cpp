// PodCliques, groups and sets: what their conditions, errors and progress say.
#include <algorithm>

#include "ir/duration.h"
#include "ir/labels.h"
#include "runtime/decide/facts.h"
#include "runtime/status/reasons.h"

namespace grovec::status {

using decide::Instant;
using decide::LiveClique;
using decide::Truth;
namespace keys = ir::keys;

namespace {

constexpr std::string_view kBreached = "MinAvailableBreached";

bool is_quota(std::string_view text) { return text.find("exceeded quota") != std::string_view::npos; }

void add_errors(const std::vector<decide::LastError>& errors, std::vector<Reason>& out) {
  for (const decide::LastError& e : errors) {
    const std::string text = one_line(e.description);
    if (is_quota(text))
      out.push_back({Cause::kQuota, "the API server refuses: " + text});
    else
      out.push_back({Cause::kError, "the operator reports " + e.code + (text.empty() ? "" : ": " + text)});
  }
}

// Whether the minimum was scheduled at some time. Upstream's condition turns False only at the birth of the object.
bool was_scheduled(const LiveClique& clique) {
  if (clique.meta.annotation(decide::kScheduledOnceFact) == "true") return true;
  const decide::Condition* c = clique.status.conditions.find("PodCliqueScheduled");
  if (!c) return false;
  return c->status == Truth::kTrue ||
         (clique.meta.created.known() && c->since > clique.meta.created.plus(5 * decide::kSecond));
}

std::string missing_pods(const Counts& counts) {
  const std::int32_t n = counts.wanted - counts.pods;
  return std::to_string(n) + " of " + std::to_string(counts.wanted) + (n == 1 ? " pods is" : " pods are") +
         " not created yet";
}

}  // namespace

const LiveClique* Scope::clique(std::string_view name_of_clique) const {
  auto it = set.cliques.find(name_of_clique);
  return it == set.cliques.end() ? nullptr : it->second.get();
}

std::int32_t Scope::scheduled_of(std::string_view name_of_clique) const {
  const LiveClique* c = clique(name_of_clique);
  if (!world.has_read(Read::kPods)) return c ? c->status.scheduled : 0;
  auto it = set.pods.find(name_of_clique);
  if (it == set.pods.end()) return 0;
  return static_cast<std::int32_t>(
      std::count_if(it->second.begin(), it->second.end(), [](const PodFacts& p) { return p.live->scheduled; }));
}

std::int32_t Scope::ready_of(std::string_view name_of_clique) const {
  const LiveClique* c = clique(name_of_clique);
  if (!world.has_read(Read::kPods)) return c ? c->status.ready : 0;
  auto it = set.pods.find(name_of_clique);
  if (it == set.pods.end()) return 0;
  return static_cast<std::int32_t>(
      std::count_if(it->second.begin(), it->second.end(), [](const PodFacts& p) { return p.live->ready; }));
}

std::optional<Instant> termination_at(const Scope& scope, const LiveClique& clique) {
  if (!scope.set.set || clique.meta.deleted || !was_scheduled(clique)) return std::nullopt;
  if (clique.replicas < clique.min_available.value_or(0)) return std::nullopt;  // scaled so: nothing is terminated
  const decide::Condition* c = clique.status.conditions.find(kBreached);
  if (!c || c->status != Truth::kTrue || !c->since.known()) return std::nullopt;
  const std::optional<std::int64_t> delay =
      ir::parse_duration(scope.set.set->spec["template"]["terminationDelay"].as_string());
  if (!delay || *delay <= 0) return std::nullopt;
  return c->since.plus(*delay);
}

std::vector<Reason> clique_reasons(const Scope& scope, const LiveClique& clique, const Counts& counts) {
  std::vector<Reason> out;
  if (clique.meta.deleted) {
    out.push_back({Cause::kDeletion, "is being deleted"});
    return out;
  }
  const bool is_short = counts.pods < counts.wanted;
  if (is_short || counts.ready < counts.wanted) add_errors(clique.status.last_errors, out);
  if (is_short && out.empty()) {
    auto it = scope.space.warnings.find("PodClique/" + clique.meta.name);
    if (it != scope.space.warnings.end())
      for (const Warning& w : it->second)
        if (w.reason == "PodCreateFailed")
          out.push_back({is_quota(w.message) ? Cause::kQuota : Cause::kError, "pods cannot be created: " + w.message});
  }
  const bool set_goes = scope.set.set && scope.set.set->live->meta.deleted;
  if (is_short && !set_goes && scope.world.has_read(Read::kPods))
    out.push_back({Cause::kMissing, missing_pods(counts)});
  if (clique.min_available && clique.replicas < *clique.min_available)
    out.push_back({Cause::kScale, "is scaled to " + std::to_string(clique.replicas) + ", below its minimum of " +
                                      std::to_string(*clique.min_available)});
  return out;
}

std::vector<Reason> group_reasons(const decide::LiveGroup& group) {
  std::vector<Reason> out;
  if (group.meta.deleted) out.push_back({Cause::kDeletion, "is being deleted"});
  if (group.status.available < group.replicas) add_errors(group.status.last_errors, out);
  if (group.status.conditions.is("GangTerminationInProgress", Truth::kTrue))
    out.push_back({Cause::kTermination, "is being recycled by gang termination"});
  return out;
}

std::vector<Reason> set_reasons(const Scope& scope) {
  std::vector<Reason> out;
  if (!scope.set.set) return out;
  const decide::LiveSet& live = *scope.set.set->live;
  if (live.meta.deleted) {
    std::string finalizers;
    for (const std::string& f : live.meta.finalizers) finalizers.append(finalizers.empty() ? "" : ", ").append(f);
    out.push_back({Cause::kDeletion, "is being deleted since " + decide::time_text(*live.meta.deleted) +
                                         (finalizers.empty() ? "" : "; finalizers hold it: " + finalizers)});
  }
  if (live.status.available < live.replicas || (live.status.update && !live.status.update->ended) ||
      (live.status.observed_generation && *live.status.observed_generation < live.meta.generation))
    add_errors(live.status.last_errors, out);
  if (const decide::Condition* c = live.status.conditions.find("TopologyLevelsUnavailable");
      c && c->status != Truth::kFalse)
    out.push_back({Cause::kTopology, "topology constraints are not in force: " + c->reason +
                                         (c->message.empty() ? "" : ": " + one_line(c->message))});
  return out;
}

std::vector<Reason> operator_reasons(const Scope& scope) {
  std::vector<Reason> out;
  const OperatorFacts& o = scope.world.operator_facts();
  const Instant runs_out = o.renewed.plus(o.lease_seconds * decide::kSecond);
  if (!o.deployment.empty() && o.available == 0)
    out.push_back({Cause::kOperator, "the operator is not running: Deployment `" + o.deployment + "` has 0 of " +
                                         std::to_string(o.replicas) + " pods"});
  else if (!o.lease.empty() && o.holder.empty())
    out.push_back({Cause::kOperator, "the operator is not running: nobody holds its Lease `" + o.lease + "`"});
  else if (!o.lease.empty() && o.renewed.known() && scope.now > runs_out)
    out.push_back({Cause::kOperator, "the operator is not running: its Lease `" + o.lease + "` was renewed last at " +
                                         decide::time_text(o.renewed)});
  if (!scope.set.set) return out;
  const decide::LiveSet& live = *scope.set.set->live;
  if (live.meta.deleted || live.meta.generation == 0) return out;
  const std::optional<std::int64_t>& seen = live.status.observed_generation;
  if (!seen && !live.meta.has_finalizer(keys::kSetFinalizer))
    out.push_back({Cause::kOperator, "no operator has looked at the set: it has no finalizer and no status"});
  else if (live.status.last_errors.empty() && seen.value_or(0) < live.meta.generation)
    out.push_back({Cause::kOperator, "the operator has not looked at generation " +
                                         std::to_string(live.meta.generation) + " of the set yet; it knows " +
                                         (seen ? std::to_string(*seen) : "none")});
  return out;
}

}  // namespace grovec::status

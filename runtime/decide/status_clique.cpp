// Status of a PodClique (reference: runtime 14.1).
#include "ir/labels.h"
#include "runtime/decide/statuses.h"

namespace grovec::decide {

namespace keys = ir::keys;

namespace {

std::int32_t pods_with_hash(const CliqueCell& c, std::string_view hash) {
  if (hash == c.target_hash) return c.counts.updated_all;
  std::int32_t n = 0;
  for (const LivePod* pod : c.pods) n += pod->template_hash && *pod->template_hash == hash;
  return n;
}

std::string selector_of(const CliqueCell& c, std::string_view set) {
  std::string out;
  out.append(keys::kManagedBy).append("=").append(keys::kOperator).append(",");
  out.append(keys::kPartOf).append("=").append(set).append(",");
  return out.append(keys::kPodClique).append("=").append(c.live->meta.name);
}

}  // namespace

bool is_converged(const CliqueCell& c, const CliqueStatus& s, std::string_view set_hash) {
  const auto minimum = static_cast<std::int32_t>(c.min_available);
  return c.is_current() && s.current_template_hash == c.compiled_hash && s.current_set_hash == set_hash &&
         s.ready >= minimum && s.updated >= minimum;
}

// Everything that the status depends on is what it says already; nothing is built to find that out.
bool says_all(const Draft& d, const CliqueCell& c) {
  const std::uint32_t n = d.view.index_of(c);
  const CliqueUpdatePlan& plan = d.updates.cliques[n];
  const CliqueStatus& s = c.live->status;
  if (plan.changes || plan.is_open || !d.view.observed().failed.empty() || !s.last_errors.empty()) return false;
  if (s.observed_generation != c.live->meta.generation || s.selector.empty() == c.is_standalone()) return false;
  if (s.replicas != c.counts.live || s.ready != c.counts.ready_all || s.scheduled != c.counts.scheduled_all ||
      s.gated != c.counts.gated_all || s.updated != c.counts.updated_all)
    return false;
  // At rest: label, pods, status and progress all carry the set's hashes.
  if (!c.is_current() || c.target_hash != c.compiled_hash || s.current_template_hash != c.compiled_hash ||
      s.current_set_hash != d.updates.set.current_hash)
    return false;
  if (s.update && (s.update->template_hash != c.compiled_hash || s.update->set_hash != s.current_set_hash))
    return false;
  return d.states[n].scheduled.is_said_by(s.conditions) && d.states[n].breached.is_said_by(s.conditions);
}

CliqueStatus clique_status(const Draft& d, const CliqueCell& c) {
  const std::uint32_t n = d.view.index_of(c);
  const CliqueUpdatePlan& plan = d.updates.cliques[n];
  CliqueStatus s = c.live->status;
  s.observed_generation = c.live->meta.generation;
  s.update = progress_after(c, plan);
  s.replicas = c.counts.live;
  s.ready = c.counts.ready_all;
  s.scheduled = c.counts.scheduled_all;
  s.gated = c.counts.gated_all;
  const std::string_view label = c.own_hash;
  const std::string_view hash = s.update ? s.update->template_hash : !label.empty() ? label : s.current_template_hash;
  if (!hash.empty()) s.updated = pods_with_hash(c, hash);
  if (!plan.is_open && s.updated == s.replicas) {
    if (s.update && s.update->ended) {
      s.current_template_hash = s.update->template_hash;
      s.current_set_hash = s.update->set_hash;
    } else if (!s.update && label == c.compiled_hash) {
      s.current_template_hash = c.compiled_hash;
      s.current_set_hash = d.updates.set.current_hash;
    }
  }
  s.selector = c.is_standalone() ? selector_of(c, d.view.world().name()) : std::string();
  d.states[n].scheduled.put_into(s.conditions);
  d.states[n].breached.put_into(s.conditions);
  s.last_errors = errors_of(d, {Kind::kPodClique, c.live->meta.name});
  return s;
}

}  // namespace grovec::decide

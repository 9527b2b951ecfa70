// Status of the set (reference: runtime 14.3).
#include <algorithm>

#include "ir/labels.h"
#include "runtime/decide/statuses.h"

namespace grovec::decide {

namespace keys = ir::keys;

namespace {

SetNumbers count_replica(const Draft& d, const ReplicaCell& r, const Statuses& below, std::string_view hash) {
  SetNumbers n;
  bool available = true, updated = true;
  for (const CliqueCell& c : d.view.standalone_of(r)) {
    const CliqueStatus* s = below.cliques[d.view.index_of(c)];
    const bool converged = s && is_converged(c, *s, hash);
    available = available && s && s->ready >= static_cast<std::int32_t>(c.min_available);
    updated = updated && converged;
    ++n.cliques;
    n.converged_cliques += converged;
  }
  for (const GroupCell& g : d.view.groups_of(r)) {
    const GroupStatus* s = below.groups[d.view.index_of(g)];
    // A change that was taken back left the hash where it was: an open update is none that has been done.
    const bool is_open = d.updates.groups[d.view.index_of(g)].is_open;
    const bool current = s && s->current_set_hash == hash && !is_open;
    available = available && s && s->available >= static_cast<std::int32_t>(g.min_available);
    updated = updated && current;
    ++n.groups;
    n.current_groups += current;
  }
  n.available += available;
  n.updated += available && updated;
  return n;
}

}  // namespace

SetStatus set_status(Draft& d, const Statuses& below) {
  const LiveSet& set = d.view.set();
  SetStatus s = set.status;
  if (d.updates.set.changes) s.current_hash = d.updates.set.current_hash;
  SetNumbers n = d.elsewhere;
  for (const ReplicaCell& r : d.view.replicas()) {
    if (!r.wanted) continue;
    SetNumbers& own = d.notes[d.view.index_of(r)].numbers;
    own = count_replica(d, r, below, s.current_hash);
    n.add(own);
  }
  s.observed_generation = set.meta.generation;
  s.replicas = static_cast<std::int32_t>(d.view.wanted_replicas());
  s.available = n.available;
  s.updated = d.updates.set.starts ? 0 : n.updated;
  s.update = progress_after(set, d.updates.set);
  if (s.update) {
    s.update->updated_cliques = n.converged_cliques;
    s.update->total_cliques = n.cliques;
    s.update->updated_groups = n.current_groups;
    s.update->total_groups = n.groups;
  }
  s.selector.clear();
  s.selector.append(keys::kManagedBy).append("=").append(keys::kOperator).append(",");
  s.selector.append(keys::kPartOf).append("=").append(d.view.world().name());
  set_topology_condition(d, s.conditions);
  s.last_errors = errors_of(d, {Kind::kPodCliqueSet, set.meta.name});
  return s;
}

}  // namespace grovec::decide

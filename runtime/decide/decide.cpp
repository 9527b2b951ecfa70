// The order of the rules. Each subject has its own file; this one only calls them.
#include "runtime/decide/decide.h"

#include "runtime/decide/draft.h"
#include "runtime/decide/remove.h"

namespace grovec::decide {

Decision decide(const World& world, const Observed& observed, Instant now) {
  if (!observed.set || observed.set->meta.deleted) return decide_removal(observed, now);
  Facts stored;
  const LiveView view = view_of(world, observed, stored);
  Draft d(view, now);
  decide_all(d, stored);
  return d.finish();
}

// With hashes that are taken over, everything else is judged by them at once.
LiveView view_of(const World& world, const Observed& observed, Facts& stored) {
  LiveView seen(world, observed);
  stored = seen.facts();
  Facts facts = adopt_hashes(seen);
  if (facts.hashes == stored.hashes) return seen;
  return LiveView(world, observed, std::move(facts));
}

void decide_all(Draft& d, const Facts& stored) {
  d.updates = plan_updates(d.view, d.now);
  d.states = evaluate_cliques(d.view, d.updates, d.now);
  d.termination = plan_termination(d.view, d.updates, d.states, d.now);
  announce_termination(d);
  write_facts(d, stored);
  decide_objects(d);
  decide_groups(d);
  decide_cliques(d);  // before pods: who will be there
  decide_pods(d);     // before gangs: which pods are born
  decide_gangs(d);
  decide_gates(d);
  decide_strays(d);
  decide_status(d);
}

Decision decide_leftovers(const Observed& observed, Instant now) { return decide_removal(observed, now); }

}  // namespace grovec::decide

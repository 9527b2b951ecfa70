// The order of the rules. Each subject has its own file; this one only calls them.
#include "runtime/decide/decide.h"

#include "runtime/decide/draft.h"
#include "runtime/decide/remove.h"

namespace grovec::decide {

Decision decide(const World& world, const Observed& observed, Instant now) {
  if (!observed.set || observed.set->meta.deleted) return decide_removal(observed, now);
  const LiveView seen(world, observed);
  const Facts stored = seen.facts();
  // With hashes that are taken over, everything else is judged by them at once.
  Facts facts = adopt_hashes(seen);
  const bool adopts = facts.hashes != stored.hashes;
  const LiveView adopted = adopts ? LiveView(world, observed, std::move(facts)) : seen;
  Draft d(adopted, now);
  d.updates = plan_updates(d.view, now);
  d.states = evaluate_cliques(d.view, d.updates, now);
  d.termination = plan_termination(d.view, d.updates, d.states, now);
  if (d.termination.next_look) d.look(*d.termination.next_look);
  for (const Event& e : d.termination.events) d.say(e);
  write_facts(d, stored);
  decide_objects(d);
  decide_groups(d);
  decide_cliques(d);  // before pods: who will be there
  decide_pods(d);     // before gangs: which pods are born
  decide_gangs(d);
  decide_gates(d);
  decide_strays(d);
  decide_status(d);
  return d.finish();
}

Decision decide_leftovers(const Observed& observed, Instant now) { return decide_removal(observed, now); }

}  // namespace grovec::decide

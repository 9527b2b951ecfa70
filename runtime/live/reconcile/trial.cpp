#include "runtime/live/reconcile/trial.h"

#include "runtime/decide/settle_world.h"

namespace grovec::live {

namespace {

decide::Instant wall_now(const Operator& op) {
  const auto wall = op.shared().client.loop().surroundings().wall_time().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::nanoseconds>(wall).count()};
}

// Far above what any world needs.
std::size_t most_rounds(const decide::Observed& from) {
  return 1000 + 40 * (from.pods.size() + from.cliques.size());
}

decide::Decision decide_on(const WorldPtr& world, const decide::SettleWorld& live) {
  const decide::Observed observed = live.observe();
  return world ? decide::decide(*world, observed, live.now()) : decide::decide_leftovers(observed, live.now());
}

}  // namespace

Result<Done> print_trial(Operator& op, const AppliedSet& set, bool is_waiting,
                         const std::function<void(const std::string&)>& print) {
  View view = op.store().view(set.key);
  if (set.trial)
    if (const auto* manifest = std::get_if<std::shared_ptr<const LiveManifest>>(&set.trial->typed)) {
      view.manifest = *manifest;
      view.observed.set = &view.manifest->live;
    }
  view.observed.name = set.key.name;
  view.observed.namespace_ = set.key.namespace_;
  WorldPtr world;
  if (view.manifest) {
    Compiler::Outcome compiled = op.compiler().world_of(set.key, *view.manifest);
    if (!compiled.world)
      return Error{"PodCliqueSet " + set.key.namespace_ + "/" + set.key.name + " is left alone: " + compiled.problem,
                   Error::kContent};
    world = compiled.world;
  }
  decide::SettleWorld live(view.observed, wall_now(op), "trial-");
  for (std::size_t round = 0; round < most_rounds(view.observed); ++round) {
    const decide::Decision decision = decide_on(world, live);
    bool acts = false;
    for (const decide::Step& step : decision.steps)
      for (const decide::Action& action : step) {
        acts = true;
        if (action.verb != decide::Verb::kPatchStatus) print(line_of(set.key, action));
      }
    if (!acts && !(is_waiting && decision.next_look)) return Done{};
    if (world)
      live.carry(*world, decision);
    else
      live.carry_leftovers(decision);
    live.clear_away();
    if (is_waiting) live.make_ready();
    constexpr std::int64_t kTick = decide::kSecond / 10;
    live.wait_until(!acts && *decision.next_look > live.now() ? *decision.next_look : live.now().plus(kTick));
  }
  return Error{"PodCliqueSet " + set.key.namespace_ + "/" + set.key.name + " does not come to rest", Error::kContent};
}

}  // namespace grovec::live

#include "runtime/live/reconcile/trial.h"

#include "runtime/decide/settle_world.h"

namespace grovec::live {

namespace {

constexpr std::int64_t kTick = decide::kSecond / 10;

decide::Instant wall_now(const Operator& op) {
  const auto wall = op.shared().client.loop().surroundings().wall_time().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::nanoseconds>(wall).count()};
}

// Far above what any world needs.
std::size_t most_rounds(const decide::Observed& from) { return 1000 + 40 * (from.pods.size() + from.cliques.size()); }

using Print = std::function<void(const std::string&)>;

// Whether there are any.
bool print_steps(const SetKey& key, const decide::Decision& decision, const Print& print) {
  bool any = false;
  for (const decide::Step& step : decision.steps)
    for (const decide::Action& action : step) {
      any = true;
      if (action.verb != decide::Verb::kPatchStatus) print(line_of(key, action));
    }
  return any;
}

// What a set leaves behind goes by us or by the garbage collector, whoever is faster: here by us, so that it is named.
bool print_leftovers(const SetKey& key, const decide::Observed& left, decide::Instant now, const Print& print) {
  decide::SettleWorld live(left, now, "left-");
  for (std::size_t round = 0; round < most_rounds(left); ++round) {
    const decide::Decision decision = decide::decide_leftovers(live.observe(), live.now());
    if (!print_steps(key, decision, print)) return true;
    live.carry_leftovers(decision);
    live.wait_until(live.now().plus(kTick));
  }
  return false;
}

bool is_gone(const decide::LiveSet* set) { return !set || (set->meta.deleted && set->meta.finalizers.empty()); }

// In a copy of the world. False: it does not come to rest.
bool print_rounds(const SetKey& key, const decide::World& world, const decide::Observed& from, decide::Instant now,
                  bool is_waiting, const Print& print) {
  decide::SettleWorld live(from, now, "trial-");
  for (std::size_t round = 0; round < most_rounds(from); ++round) {
    const decide::Observed observed = live.observe();
    if (is_gone(observed.set)) {
      decide::Observed left = observed;
      left.set = nullptr;
      return print_leftovers(key, left, live.now(), print);
    }
    const decide::Decision decision = decide::decide(world, observed, live.now());
    const bool acts = print_steps(key, decision, print);
    if (!acts && !(is_waiting && decision.next_look)) return true;
    live.carry(world, decision);
    if (!is_gone(live.observe().set)) live.clear_away();
    if (is_waiting) live.make_ready();
    live.wait_until(!acts && *decision.next_look > live.now() ? *decision.next_look : live.now().plus(kTick));
  }
  return false;
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
  const Error restless{"PodCliqueSet " + set.key.namespace_ + "/" + set.key.name + " does not come to rest",
                       Error::kContent};
  if (!view.manifest) {
    if (print_leftovers(set.key, view.observed, wall_now(op), print)) return Done{};
    return restless;
  }
  const Compiler::Outcome compiled = op.compiler().world_of(set.key, *view.manifest);
  if (!compiled.world)
    return Error{"PodCliqueSet " + set.key.namespace_ + "/" + set.key.name + " is left alone: " + compiled.problem,
                 Error::kContent};
  if (print_rounds(set.key, *compiled.world, view.observed, wall_now(op), is_waiting, print)) return Done{};
  return restless;
}

}  // namespace grovec::live

// The fixed point of `decide` where every pod finds room and becomes Ready.
#include "runtime/decide/settle_world.h"

namespace grovec::decide {

namespace {

// Far above what any world needs: an update goes through every replica and pod one after the other.
std::size_t most_rounds(const Observed& from) {
  constexpr std::size_t kFloor = 1000, kPerPod = 40;
  return kFloor + kPerPod * (from.pods.size() + from.cliques.size());
}

}  // namespace

Settled settle(const World& world, const Observed& from, Instant now) {
  SettleWorld live(from, now);
  for (std::size_t round = 0; round < most_rounds(from); ++round) {
    const Decision d = decide(world, live.observe(), live.now());
    if (d.steps.empty() && !d.next_look) break;
    live.carry(world, d);
    live.turn_the_wheels();
    constexpr std::int64_t kTick = kSecond / 10;
    live.wait_until(d.steps.empty() && *d.next_look > live.now() ? *d.next_look : live.now().plus(kTick));
  }
  return {live.observe(), live.memory()};
}

}  // namespace grovec::decide

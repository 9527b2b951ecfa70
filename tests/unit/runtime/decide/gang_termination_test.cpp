// Gang termination at both levels (reference: runtime 13, 27).
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/unit/runtime/decide/live_world.h"

namespace grovec::decide::testing {
namespace {

constexpr std::int64_t kDelay = 10;  // seconds

/// A live world and what is known about its PodCliques. By default all were scheduled once and are well.
struct Terminating {
  explicit Terminating(Shape shape) : world((shape.delay = "10s", shape)) {}

  LiveWorld world;
  std::map<std::string, Instant> breached;  ///< since when
  std::set<std::string> never_scheduled, below_own_minimum;

  TerminationPlan plan() {
    const UpdatePlan updates = world.updates();
    const LiveView& view = world.view();
    std::vector<CliqueState> states;
    for (const CliqueCell& cell : view.cliques()) {
      CliqueState& state = states.emplace_back();
      const std::string name = view.name(cell);
      state.scheduled_once = !never_scheduled.contains(name);
      state.below_own_minimum = below_own_minimum.contains(name);
      const bool is_breached = breached.contains(name);
      state.breached.status = is_breached ? Truth::kTrue : Truth::kFalse;
      if (is_breached) state.breached.since = breached.at(name);
    }
    return plan_termination(view, updates, states, world.now);
  }
  /// Names of the PodCliques that go, the causes last behind a "|".
  std::string gone(const TerminationPlan& plan) {
    std::string out;
    const LiveView& view = world.view();
    for (const Recycle& r : plan.recycles) {
      if (!out.empty()) out += "; ";
      for (const std::uint32_t c : r.cliques) out += view.name(view.cliques()[c]).substr(2) + " ";
      out += "|";
      for (const std::uint32_t c : r.causes) out += " " + view.name(view.cliques()[c]).substr(2);
    }
    return out;
  }
  std::string gone() { return gone(plan()); }
  Instant ago(std::int64_t seconds) const { return world.now.plus(-seconds * kSecond); }
};

TEST(GangTermination, StandaloneBreachRecyclesTheWholeSetReplicaWhenTheDelayIsOver) {
  Terminating t({.set_replicas = 2});
  t.breached["s-0-a"] = t.ago(kDelay - 1);
  const TerminationPlan waiting = t.plan();
  EXPECT_EQ(t.gone(waiting), "");
  EXPECT_EQ(waiting.next_look, t.world.now.plus(kSecond)) << "the exact end of the delay";
  t.breached["s-0-a"] = t.ago(kDelay);
  const TerminationPlan plan = t.plan();
  EXPECT_EQ(t.gone(plan), "0-g-0-b 0-g-0-c 0-g-1-b 0-g-1-c | 0-a");
  EXPECT_EQ(plan.in_progress, (std::vector<bool>{true, false}));
  ASSERT_EQ(plan.events.size(), 1u);
  EXPECT_EQ(plan.events[0].on.kind, Kind::kPodCliqueSet);
  EXPECT_FALSE(plan.next_look);
}

TEST(GangTermination, DelayThatExpiredWhileNobodyLookedFiresAtOnce) {
  Terminating t({});
  t.breached["s-0-a"] = t.ago(50 * kDelay);
  EXPECT_EQ(t.gone(), "0-g-0-b 0-g-0-c 0-g-1-b 0-g-1-c | 0-a");
}

TEST(GangTermination, NeverScheduledIsNoBreach) {
  Terminating t({});
  t.breached["s-0-a"] = t.ago(100 * kDelay);
  t.never_scheduled.insert("s-0-a");
  const TerminationPlan plan = t.plan();
  EXPECT_EQ(t.gone(plan), "");
  EXPECT_FALSE(plan.next_look);
}

TEST(GangTermination, GroupAtItsMinimumRecyclesTheSetReplica) {
  Terminating t({.replicas = 2, .min_replicas = 2});
  t.breached["s-0-g-0-c"] = t.ago(kDelay);
  EXPECT_EQ(t.gone(), "0-a 0-g-0-b 0-g-1-b 0-g-1-c | 0-g-0-c");
}

TEST(GangTermination, GroupAboveItsMinimumRecyclesOnlyTheReplica) {
  Terminating t({.replicas = 2, .min_replicas = 1});
  t.breached["s-0-g-0-c"] = t.ago(kDelay);
  const TerminationPlan plan = t.plan();
  EXPECT_EQ(t.gone(plan), "0-g-0-b | 0-g-0-c");
  EXPECT_EQ(plan.in_progress, std::vector<bool>{false}) << "the set replica goes on";
  ASSERT_EQ(plan.events.size(), 1u);
  EXPECT_EQ(plan.events[0].on.name, "s-0-g");
}

TEST(GangTermination, GroupIsBreachedSinceItsSpareReplicasWereUsedUp) {
  Terminating t({.replicas = 4, .min_replicas = 2});
  t.breached["s-0-g-0-b"] = t.ago(9);
  t.breached["s-0-g-1-b"] = t.ago(8);
  t.breached["s-0-g-2-b"] = t.ago(7);  // the third of 4 - 2 + 1
  EXPECT_EQ(t.plan().next_look, t.world.now.plus(3 * kSecond));
  t.breached["s-0-g-3-b"] = t.ago(1);  // a later loss restarts nothing
  EXPECT_EQ(t.plan().next_look, t.world.now.plus(3 * kSecond));
  EXPECT_EQ(t.gone(), "") << "the delays of the first two wait for the outer level";
}

TEST(GangTermination, ReplicaIsUnavailableSinceTheEarliestBreachOfItsMembers) {
  Terminating t({.replicas = 2, .min_replicas = 2});
  t.breached["s-0-g-0-b"] = t.ago(4);
  t.breached["s-0-g-0-c"] = t.ago(9);
  EXPECT_EQ(t.plan().next_look, t.world.now.plus(kSecond));
}

TEST(GangTermination, MemberThatWasNeverScheduledIsMissingSinceItsBirth) {
  Terminating t({.replicas = 3, .min_replicas = 1});
  t.never_scheduled = {"s-0-g-1-b", "s-0-g-1-c", "s-0-g-2-b", "s-0-g-2-c"};  // born a minute ago
  t.breached["s-0-g-0-b"] = t.ago(4);
  EXPECT_EQ(t.plan().next_look, t.world.now.plus(6 * kSecond)) << "the last available one was lost 4 s ago";
  t.breached["s-0-g-0-b"] = t.ago(kDelay);
  EXPECT_EQ(t.gone(), "0-a 0-g-0-c 0-g-1-b 0-g-1-c 0-g-2-b 0-g-2-c | 0-g-0-b");
}

TEST(GangTermination, GroupThatNeverHadItsMinimumFiresNothing) {
  Terminating t({.replicas = 3, .min_replicas = 2});
  t.never_scheduled = {"s-0-g-1-b", "s-0-g-2-c"};
  t.breached["s-0-g-0-b"] = t.ago(100);
  const TerminationPlan plan = t.plan();
  EXPECT_EQ(t.gone(plan), "");
  EXPECT_FALSE(plan.next_look);
}

TEST(GangTermination, TheOuterLevelWins) {
  Terminating t({.replicas = 3, .min_replicas = 1});
  t.breached["s-0-g-0-c"] = t.ago(kDelay);  // would recycle replica 0 of the group
  t.breached["s-0-a"] = t.ago(kDelay);
  const TerminationPlan plan = t.plan();
  ASSERT_EQ(plan.recycles.size(), 1u);
  EXPECT_FALSE(plan.recycles[0].group);
}

TEST(GangTermination, FiresOnceForWhatItWasDecidedOn) {
  Terminating t({});
  t.breached["s-0-a"] = t.ago(kDelay);
  const TerminationPlan plan = t.plan();
  for (auto& [name, clique] : t.world.cliques) t.world.mark(clique);
  EXPECT_EQ(t.gone(), "") << "on their way out";
  for (auto& [name, clique] : t.world.cliques) {
    clique.meta.deleted.reset();
    clique.meta.uid += "-2";
    clique.meta.created = t.world.now;
    t.never_scheduled.insert(name);
    t.breached[name] = t.world.now;
  }
  EXPECT_EQ(t.gone(), "") << "born again";
}

TEST(GangTermination, CutOffRecycleGoesOnAndSparesWhatWasBornMeanwhile) {
  Terminating t({});
  t.breached["s-0-a"] = t.ago(kDelay);
  t.world.add_clique("s-0-g-0-b").meta.uid += "-2";  // made up for before the killed operator could delete a
  t.never_scheduled.insert("s-0-g-0-b");
  EXPECT_EQ(t.gone(), "0-g-0-c 0-g-1-b 0-g-1-c | 0-a");
}

TEST(GangTermination, NothingFiresInTheSetReplicaThatIsUpdated) {
  Shape shape{.set_replicas = 2};
  Terminating t(shape);
  shape.delay = "10s";
  shape.image_b = "app:2";
  t.world.ask(shape);
  t.world.turn_of(0);
  t.breached["s-0-a"] = t.ago(kDelay);
  const TerminationPlan plan = t.plan();
  EXPECT_EQ(t.gone(plan), "");
  EXPECT_FALSE(plan.next_look);
  t.breached["s-1-a"] = t.ago(kDelay);
  EXPECT_EQ(t.gone(), "1-g-0-b 1-g-0-c 1-g-1-b 1-g-1-c | 1-a");
}

TEST(GangTermination, GroupScaledBelowItsMinimumRecyclesNothing) {
  Terminating t({.replicas = 3, .min_replicas = 2});
  t.world.groups.at("s-0-g").replicas = 1;
  t.breached["s-0-g-0-b"] = t.ago(kDelay);
  EXPECT_EQ(t.gone(), "");
}

TEST(GangTermination, CliqueScaledBelowItsMinimumRecyclesNothing) {
  Terminating t({});
  t.breached["s-0-a"] = t.ago(kDelay);
  t.breached["s-0-g-0-c"] = t.ago(kDelay);
  t.below_own_minimum = {"s-0-a", "s-0-g-0-c"};
  EXPECT_EQ(t.gone(), "");
}

TEST(GangTermination, InProgressStaysUntilTheGroupHasItsMinimum) {
  Terminating t({.replicas = 2, .min_replicas = 1});
  t.world.groups.at("s-0-g").status.conditions.set("GangTerminationInProgress", Truth::kTrue, "GangTerminationActive",
                                                   "", t.world.now);
  for (const char* name : {"s-0-g-0-b", "s-0-g-1-c"}) {
    t.breached[name] = t.world.now;
    t.never_scheduled.insert(name);
  }
  EXPECT_EQ(t.plan().in_progress, std::vector<bool>{true});
  t.breached.erase("s-0-g-0-b");
  EXPECT_EQ(t.plan().in_progress, std::vector<bool>{false});
}

TEST(GangTermination, SetReplicaThatIsNotWantedIsLeftToScaleIn) {
  Terminating t({.set_replicas = 2});
  t.world.set.replicas = 1;
  t.breached["s-1-a"] = t.ago(kDelay);
  EXPECT_EQ(t.gone(), "");
}

}  // namespace
}  // namespace grovec::decide::testing

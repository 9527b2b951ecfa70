// The update of a set: whose turn it is, when it passes on, when it is over (reference: runtime 12.3, 12.7, 25, 27).
#include <gtest/gtest.h>

#include "tests/unit/runtime/decide/live_world.h"

namespace grovec::decide::testing {
namespace {

/// Three set replicas of one pod each, with a new image for a; every template is patched.
LiveWorld changed(Shape shape = {.set_replicas = 3, .pods = 2, .min_pods = 1, .has_group = false}) {
  LiveWorld world(shape);
  shape.image_a = "app:2";
  world.ask(shape);
  for (int i = 0; i < shape.set_replicas; ++i) world.patch("s-" + std::to_string(i) + "-a");
  return world;
}

/// What a finished update of the clique leaves: new pods, `ready` of them Ready.
void finish(LiveWorld& world, const std::string& clique, int pods = 2, int ready = 2) {
  world.remove_pods(clique);
  for (int k = 0; k < pods; ++k) {
    LivePod& pod = world.add_pod(clique, k);
    if (k < ready) world.ready(pod);
  }
  world.cliques.at(clique).status.update = CliqueUpdate{.started = world.now,
                                                        .ended = world.now,
                                                        .set_hash = world.set_hash(),
                                                        .template_hash = world.hash_of(clique),
                                                        .selected = {},
                                                        .completed = {}};
}

std::optional<std::uint32_t> turn_after(LiveWorld& world) { return world.updates().set.current; }

TEST(UpdateSet, FirstLookWritesTheHashAndUpdatesNothing) {
  LiveWorld world({});
  world.set.status = {};
  const UpdatePlan plan = world.updates();
  EXPECT_EQ(plan.set.current_hash, world.set_hash());
  EXPECT_TRUE(plan.set.changes);
  EXPECT_FALSE(plan.set.next);
  EXPECT_FALSE(plan.set.is_open);
}

TEST(UpdateSet, AtRestNothingChanges) {
  LiveWorld world({.set_replicas = 2});
  const UpdatePlan plan = world.updates();
  EXPECT_FALSE(plan.set.changes);
  for (const CliqueUpdatePlan& clique : plan.cliques) EXPECT_FALSE(clique.changes);
  for (const GroupUpdatePlan& group : plan.groups) EXPECT_FALSE(group.changes);
}

TEST(UpdateSet, NewTargetBeginsWithTheLowestReplica) {
  LiveWorld world = changed();
  const UpdatePlan plan = world.updates();
  EXPECT_TRUE(plan.set.starts);
  EXPECT_TRUE(plan.set.is_fact);
  EXPECT_TRUE(plan.set.is_open);
  EXPECT_EQ(plan.set.current_hash, world.set_hash());
  EXPECT_EQ(plan.set.current, 0u);
  EXPECT_EQ(plan.set.next->started, world.now);
  EXPECT_EQ(plan.set.next->total_cliques, 0);
  for (const CliqueUpdatePlan& clique : plan.cliques) EXPECT_TRUE(clique.exits.empty());
}

TEST(UpdateSet, ReplicaWithNothingScheduledComesFirst) {
  LiveWorld world = changed();
  for (auto& [key, pod] : world.pods)
    if (key.starts_with("s-2-")) pod.scheduled = pod.ready = false;
  EXPECT_EQ(turn_after(world), 2u);
}

TEST(UpdateSet, ReplicaThatMissesItsMinimumComesBeforeThoseThatAreWell) {
  LiveWorld world = changed();
  for (auto& [key, pod] : world.pods)
    if (key.starts_with("s-1-")) world.ready(pod, false);
  EXPECT_EQ(turn_after(world), 1u);
  for (auto& [key, pod] : world.pods)
    if (key.starts_with("s-2-")) pod.scheduled = pod.ready = false;
  EXPECT_EQ(turn_after(world), 2u);
}

TEST(UpdateSet, OrderOfCliquesAloneEndsInOneWrite) {
  Shape shape;
  shape.set_replicas = 2;
  shape.image_b = "app:0";  // else two templates are equal and the order does not show
  LiveWorld world(shape);
  shape.order = "b,c,a";
  world.ask(shape);
  ASSERT_NE(world.set_hash(), world.set.status.current_hash);
  const UpdatePlan plan = world.updates();
  EXPECT_TRUE(plan.set.starts);
  EXPECT_EQ(plan.set.next->started, world.now);
  EXPECT_EQ(plan.set.next->ended, world.now);
  EXPECT_FALSE(plan.set.is_open);
  world.carry_out(plan);
  const UpdatePlan after = world.updates();
  EXPECT_FALSE(after.set.changes);
  for (const CliqueUpdatePlan& clique : after.cliques) {
    EXPECT_TRUE(clique.exits.empty());
    EXPECT_FALSE(clique.is_open);
  }
  for (const GroupUpdatePlan& group : after.groups) EXPECT_TRUE(group.exits.empty());
}

TEST(UpdateSet, TheTurnStaysUntilEverythingHasEnded) {
  LiveWorld world = changed();
  world.turn_of(0);
  EXPECT_FALSE(world.updates().set.changes);
  EXPECT_EQ(turn_after(world), 0u);
  EXPECT_EQ(world.updates().set.suppressed, 0u);
}

TEST(UpdateSet, TheTurnPassesOnWithTheEndOfTheLastClique) {
  LiveWorld world = changed();
  world.turn_of(0);
  finish(world, "s-0-a");
  EXPECT_EQ(turn_after(world), 1u);
  EXPECT_TRUE(world.updates().set.is_fact);
}

TEST(UpdateSet, TheTurnWaitsForTheMinimumToBeReady) {
  LiveWorld world = changed();
  world.turn_of(0);
  finish(world, "s-0-a", 2, 0);
  const UpdatePlan plan = world.updates();
  EXPECT_FALSE(plan.set.changes);
  EXPECT_EQ(plan.set.suppressed, std::nullopt) << "nothing is left to replace: a loss is a loss again";
  finish(world, "s-0-a", 2, 1);
  EXPECT_EQ(turn_after(world), 1u);
}

TEST(UpdateSet, ScaledBelowTheMinimumAllThatIsWantedIsEnough) {
  LiveWorld world = changed({.set_replicas = 3, .pods = 2, .min_pods = 2, .has_group = false});
  world.turn_of(0);
  finish(world, "s-0-a", 1, 1);
  world.cliques.at("s-0-a").replicas = 1;
  EXPECT_EQ(turn_after(world), 1u);
}

TEST(UpdateSet, EndsWhenEveryReplicaHasEndedAndIsReady) {
  LiveWorld world = changed();
  world.turn_of(2);
  for (const char* clique : {"s-0-a", "s-1-a", "s-2-a"}) finish(world, clique);
  const UpdatePlan plan = world.updates();
  EXPECT_EQ(plan.set.next->ended, world.now);
  EXPECT_FALSE(plan.set.next->current);
  EXPECT_FALSE(plan.set.is_open);
}

TEST(UpdateSet, DoesNotEndWhileAnEarlierReplicaIsBelowItsMinimum) {
  LiveWorld world = changed();
  world.turn_of(2);
  for (const char* clique : {"s-0-a", "s-1-a", "s-2-a"}) finish(world, clique);
  for (auto& [key, pod] : world.pods)
    if (key.starts_with("s-1-")) world.ready(pod, false);
  EXPECT_EQ(turn_after(world), 1u);
}

TEST(UpdateSet, CurrentReplicaThatIsScaledAwayIsPassedOver) {
  LiveWorld world = changed();
  world.turn_of(2);
  finish(world, "s-0-a");
  finish(world, "s-1-a");
  world.set.replicas = 2;
  const UpdatePlan plan = world.updates();
  EXPECT_EQ(plan.set.next->ended, world.now);
}

TEST(UpdateSet, NewSetReplicaIsWaitedForAndNotRolled) {
  LiveWorld world = changed();
  world.turn_of(2);
  for (const char* clique : {"s-0-a", "s-1-a", "s-2-a"}) finish(world, clique);
  world.set.replicas = 4;
  EXPECT_EQ(turn_after(world), 3u) << "not there yet";
  world.carry_out(world.updates());
  world.add_clique("s-3-a").status = {};
  world.add_pod("s-3-a", 0);
  world.add_pod("s-3-a", 1);
  EXPECT_EQ(turn_after(world), 3u);
  const UpdatePlan plan = world.updates();
  EXPECT_TRUE(plan_of(world, plan, "s-3-a").exits.empty());
  EXPECT_TRUE(plan_of(world, plan, "s-3-a").next->ended);
  world.carry_out(plan);
  world.ready(world.pods.at("s-3-a/0"));
  EXPECT_EQ(world.updates().set.next->ended, world.now);
}

TEST(UpdateSet, SetOfNoReplicasEndsAtOnce) {
  LiveWorld world({.set_replicas = 0});
  world.ask({.set_replicas = 0, .image_a = "app:2"});
  const UpdatePlan plan = world.updates();
  EXPECT_EQ(plan.set.next->ended, world.now);
}

TEST(UpdateSet, SecondChangeBeginsAtTheLowestReplicaAgain) {
  LiveWorld world = changed();
  world.turn_of(1);
  finish(world, "s-0-a");
  world.ask({.set_replicas = 3, .pods = 2, .min_pods = 1, .has_group = false, .image_a = "app:3"});
  const UpdatePlan plan = world.updates();
  EXPECT_TRUE(plan.set.starts);
  EXPECT_EQ(plan.set.current, 0u);
  for (const CliqueUpdatePlan& clique : plan.cliques)
    EXPECT_TRUE(clique.exits.empty()) << "the old target drives nothing";
}

TEST(UpdateSet, HasEndedOnlyWhenEveryGroupHas) {
  Shape shape{.has_clique = false};
  LiveWorld world(shape);
  shape.image_b = "app:2";
  world.ask(shape);
  world.turn_of(0);
  world.groups.at("s-0-g").status.update = GroupUpdate{
      .started = world.now, .ended = std::nullopt, .set_hash = world.set_hash(), .selected = 0, .completed = {}};
  EXPECT_FALSE(world.updates().set.changes);
  // Taken back before anything was moved: the open update of the group has to end first.
  world.ask({.has_clique = false});
  world.turn_of(0);
  const UpdatePlan plan = world.updates();
  EXPECT_TRUE(plan_of_group(world, plan, "s-0-g").next->ended);
  EXPECT_EQ(plan.set.next->ended, world.now);
}

TEST(UpdateSet, GroupThatAnotherOperatorLeftBehindIsTakenUp) {
  Shape shape{.has_clique = false};
  LiveWorld world(shape);
  shape.image_b = "app:2";
  world.ask(shape);  // the set says that it has ended; members have another template, no update of theirs has ended
  world.set.status.current_hash = world.set_hash();
  world.set.status.update = SetUpdate{.started = world.now, .ended = world.now, .current = std::nullopt};
  const UpdatePlan plan = world.updates();
  EXPECT_TRUE(plan.set.starts);
  EXPECT_EQ(plan.set.current, 0u);
}

TEST(UpdateSet, ChangeOfThePriorityClassAloneIsAnUpdateLikeAnyOther) {
  Shape shape{.set_replicas = 2, .has_group = false};
  LiveWorld world(shape);
  const std::string before = world.hash_of("s-0-a");
  shape.priority_class = "high";
  world.ask(shape);
  EXPECT_NE(world.hash_of("s-0-a"), before);
  EXPECT_EQ(turn_after(world), 0u);
}

TEST(UpdateSet, ChangeOfSizesAloneIsNone) {
  Shape shape{.pods = 2, .min_pods = 1};
  LiveWorld world(shape);
  shape.pods = 3;
  shape.replicas = 4;
  world.ask(shape);
  EXPECT_FALSE(world.updates().set.changes);
}

}  // namespace
}  // namespace grovec::decide::testing

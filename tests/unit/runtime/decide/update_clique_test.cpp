// Pods of a standalone PodClique in a rolling update (reference: runtime 12.5, 25, 27).
#include <gtest/gtest.h>

#include "ir/names.h"
#include "tests/unit/runtime/decide/live_world.h"

namespace grovec::decide::testing {
namespace {

using Exits = std::vector<std::string>;

/// Three pods, `min_pods` of them needed; the image of `a` has changed, its template is patched, its turn has come and
/// its update has begun.
LiveWorld rolling(int min_pods, int pods = 3) {
  Shape shape{.pods = pods, .min_pods = min_pods, .has_group = false};
  LiveWorld world(shape);
  shape.image_a = "app:2";
  world.ask(shape);
  world.patch("s-0-a");
  world.turn_of(0);
  world.cliques.at("s-0-a").status.update = CliqueUpdate{.started = world.now,
                                                         .ended = std::nullopt,
                                                         .set_hash = world.set_hash(),
                                                         .template_hash = world.hash_of("s-0-a"),
                                                         .selected = {},
                                                         .completed = {}};
  return world;
}

const CliqueUpdate& progress(LiveWorld& world) { return *world.cliques.at("s-0-a").status.update; }

/// One decision carried out: statuses, then deletions. Gives the pods that went.
Exits step(LiveWorld& world) {
  const UpdatePlan plan = world.updates();
  const Exits exits = exits_of(world, plan, "s-0-a");
  world.carry_out(plan);
  for (const std::string& key : exits) world.mark(world.pods.at(key));
  return exits;
}

TEST(UpdateClique, TakesTheLowestIndexOfTheOldestAndDeletesItOnceTheSelectionIsWritten) {
  LiveWorld world = rolling(1);
  EXPECT_EQ(step(world), Exits{});
  EXPECT_EQ(progress(world).selected, world.pods.at("s-0-a/0").name);
  EXPECT_EQ(step(world), Exits{"s-0-a/0"});
}

TEST(UpdateClique, TakesTheOlderSecondBeforeTheLowerIndex) {
  LiveWorld world = rolling(1);
  const Instant born = world.pods.at("s-0-a/0").created;
  world.pods.at("s-0-a/1").created = born.plus(-kSecond / 5);
  world.pods.at("s-0-a/2").created = born.plus(-kSecond / 5 * 4);  // the same second
  step(world);
  EXPECT_EQ(progress(world).selected, world.pods.at("s-0-a/1").name);
}

TEST(UpdateClique, WhatWasReadyHoldsTheNextUntilItsSuccessorIsReady) {
  LiveWorld world = rolling(1);
  step(world);
  step(world);
  EXPECT_EQ(step(world), Exits{}) << "no successor yet";
  LivePod& successor = world.add_pod("s-0-a", 0, "b");
  EXPECT_EQ(step(world), Exits{}) << "not ready";
  world.pods.erase("s-0-a/0");
  EXPECT_EQ(step(world), Exits{}) << "the old one is gone with its index";
  EXPECT_EQ(progress(world).completed.size(), 0u);
  world.ready(successor);
  step(world);
  EXPECT_EQ(progress(world).selected, world.pods.at("s-0-a/1").name);
  EXPECT_EQ(progress(world).completed.size(), 1u);
  EXPECT_EQ(step(world), Exits{"s-0-a/1"});
}

TEST(UpdateClique, SuccessorThatHasTheNameAgainHoldsUntilItIsReady) {
  LiveWorld world = rolling(1);
  step(world);
  step(world);
  world.pods.erase("s-0-a/0");
  LivePod& successor = world.add_pod("s-0-a", 0);  // the name was free
  EXPECT_EQ(successor.name, progress(world).selected);
  EXPECT_EQ(step(world), Exits{});
  EXPECT_EQ(successor.name, progress(world).selected);
  world.ready(successor);
  step(world);
  EXPECT_EQ(progress(world).selected, world.pods.at("s-0-a/1").name);
}

TEST(UpdateClique, UnreadyPodsOfOthersDoNotHold) {
  LiveWorld world = rolling(1, 4);
  step(world);
  step(world);
  world.pods.erase("s-0-a/0");
  world.ready(world.add_pod("s-0-a", 0, "b"));
  world.pods.erase("s-0-a/3");
  world.add_pod("s-0-a", 3, "b");  // was not ready when it went
  step(world);
  EXPECT_EQ(progress(world).selected, world.pods.at("s-0-a/1").name);
}

TEST(UpdateClique, PodOfAnotherOperatorThatIsGoneWaitsForEveryNewPod) {
  LiveWorld world = rolling(1);
  world.cliques.at("s-0-a").status.update->selected = "s-0-a-zzzzz";
  world.pods.erase("s-0-a/0");
  LivePod& successor = world.add_pod("s-0-a", 0, "b");
  EXPECT_EQ(step(world), Exits{});
  EXPECT_EQ(progress(world).selected, "s-0-a-zzzzz");
  world.ready(successor);
  step(world);
  EXPECT_EQ(progress(world).selected, world.pods.at("s-0-a/1").name);
}

TEST(UpdateClique, WhatIsNotReadyGoesFirstAllAtOnceAndHoldsNobody) {
  LiveWorld world = rolling(1, 4);
  world.ready(world.pods.at("s-0-a/1"), false);
  world.ready(world.pods.at("s-0-a/3"), false);
  EXPECT_EQ(step(world), (Exits{"s-0-a/1", "s-0-a/3"}));
  EXPECT_EQ(progress(world).selected, world.pods.at("s-0-a/0").name);
  EXPECT_EQ(step(world), Exits{"s-0-a/0"});
}

TEST(UpdateClique, ReadyPodThatOnceRestartedIsReady) {
  LiveWorld world = rolling(1);
  world.pods.at("s-0-a/1").has_failed_once = true;
  EXPECT_EQ(step(world), Exits{});
}

TEST(UpdateClique, ReadyPodsGoOnlyAboveTheMinimum) {
  LiveWorld world = rolling(2);
  world.ready(world.pods.at("s-0-a/2"), false);
  world.pods.at("s-0-a/2").template_hash = std::make_shared<const std::string>(world.hash_of("s-0-a"));  // new already
  step(world);
  EXPECT_EQ(progress(world).selected, "") << "2 ready, 2 needed";
  world.ready(world.pods.at("s-0-a/2"));
  step(world);
  EXPECT_EQ(progress(world).selected, world.pods.at("s-0-a/0").name);
}

TEST(UpdateClique, WithAMinimumOfAllOneGoesWhileAllAreReady) {
  LiveWorld world = rolling(3);
  step(world);
  EXPECT_EQ(step(world), Exits{"s-0-a/0"});
}

TEST(UpdateClique, SelectedPodWaitsIfAnotherWasLostMeanwhile) {
  LiveWorld world = rolling(2);
  step(world);
  world.mark(world.pods.at("s-0-a/2"));  // by hand, between selection and deletion
  LivePod& replacement = world.add_pod("s-0-a", 2, "b");
  EXPECT_EQ(step(world), Exits{});
  world.ready(replacement);
  EXPECT_EQ(step(world), Exits{"s-0-a/0"});
}

TEST(UpdateClique, SelectedPodThatSurvivedACrashIsDeleted) {
  LiveWorld world = rolling(1);
  world.cliques.at("s-0-a").status.update->selected = world.pods.at("s-0-a/1").name;  // written, then killed
  EXPECT_EQ(step(world), Exits{"s-0-a/1"});
}

TEST(UpdateClique, ReplacementThatIsScaledAwayHoldsNobody) {
  LiveWorld world = rolling(1);
  step(world);
  step(world);
  world.pods.erase("s-0-a/0");
  LivePod& replacement = world.add_pod("s-0-a", 0, "b");
  EXPECT_EQ(step(world), Exits{});
  world.cliques.at("s-0-a").replicas = 2;  // the pending replacement goes first
  world.mark(replacement);
  step(world);
  EXPECT_EQ(progress(world).selected, world.pods.at("s-0-a/1").name);
}

TEST(UpdateClique, NoReadyPodGoesWhileScaleInIsStillToCome) {
  LiveWorld world = rolling(2);
  world.cliques.at("s-0-a").replicas = 2;
  EXPECT_EQ(step(world), Exits{});
  EXPECT_EQ(progress(world).selected, "");
}

TEST(UpdateClique, PodsOfAScaleOutAreNewAndDoNotLetTheNextGoEarly) {
  LiveWorld world = rolling(1);
  step(world);
  step(world);
  world.cliques.at("s-0-a").replicas = 4;
  world.ready(world.add_pod("s-0-a", 3));
  world.add_pod("s-0-a", 0, "b");
  EXPECT_EQ(step(world), Exits{});
  EXPECT_EQ(progress(world).selected, world.pods.at("s-0-a/0").name);
}

TEST(UpdateClique, BelowItsMinimumItFinishesWithWhatCanBeDone) {
  LiveWorld world = rolling(2);
  world.cliques.at("s-0-a").replicas = 1;
  world.pods.erase("s-0-a/1");
  world.pods.erase("s-0-a/2");
  step(world);
  EXPECT_EQ(step(world), Exits{"s-0-a/0"});
  world.pods.erase("s-0-a/0");
  world.ready(world.add_pod("s-0-a", 0, "b"));
  step(world);
  EXPECT_TRUE(progress(world).ended);
}

TEST(UpdateClique, EndsWhenNothingOldIsLeftAndWhatWasReadyIsBack) {
  LiveWorld world = rolling(1, 1);
  step(world);
  EXPECT_EQ(step(world), Exits{"s-0-a/0"});
  LivePod& successor = world.add_pod("s-0-a", 0, "b");
  EXPECT_TRUE(world.updates().cliques.at(0).is_open);
  step(world);
  EXPECT_FALSE(progress(world).ended) << "its successor is not ready";
  world.ready(successor);
  const UpdatePlan plan = world.updates();
  EXPECT_FALSE(plan.cliques.at(0).is_open);
  EXPECT_TRUE(plan.cliques.at(0).is_fact);
  world.carry_out(plan);
  EXPECT_EQ(progress(world).ended, world.now);
  EXPECT_EQ(progress(world).selected, "");
  EXPECT_TRUE(progress(world).completed.empty());
}

TEST(UpdateClique, TheEndIsLatched) {
  LiveWorld world = rolling(1, 1);
  world.cliques.at("s-0-a").status.update->ended = world.now;
  EXPECT_FALSE(plan_of(world, world.updates(), "s-0-a").changes);  // whatever old pod turns up
}

TEST(UpdateClique, SecondChangeBeginsAnewAndWhatWasTakenStillHolds) {
  LiveWorld world = rolling(1);
  step(world);
  step(world);
  world.pods.erase("s-0-a/0");
  LivePod& second = world.add_pod("s-0-a", 0, "b");
  world.ask({.pods = 3, .min_pods = 1, .has_group = false, .image_a = "app:3"});
  world.patch("s-0-a");
  world.turn_of(0);
  EXPECT_EQ(step(world), Exits{"s-0-a/0b"}) << "old again and not ready";
  EXPECT_EQ(progress(world).set_hash, world.set_hash());
  EXPECT_NE(progress(world).selected, "");
  EXPECT_TRUE(second.is_marked());
  world.pods.erase("s-0-a/0b");
  LivePod& third = world.add_pod("s-0-a", 0, "c");
  EXPECT_EQ(step(world), Exits{});
  world.ready(third);
  step(world);
  EXPECT_EQ(progress(world).selected, world.pods.at("s-0-a/1").name);
}

TEST(UpdateClique, SecondChangeForgetsWhatIsMadeUpFor) {
  LiveWorld world = rolling(1);
  step(world);
  step(world);
  world.pods.erase("s-0-a/0");
  world.ready(world.add_pod("s-0-a", 0, "b"));
  world.ask({.pods = 3, .min_pods = 1, .has_group = false, .image_a = "app:3"});
  world.turn_of(0);  // the template is not patched yet
  step(world);
  EXPECT_EQ(progress(world).set_hash, world.set_hash());
  EXPECT_EQ(progress(world).selected, "");
}

TEST(UpdateClique, RollbackReplacesOnlyPodsThatWereMoved) {
  LiveWorld world = rolling(1);
  step(world);
  step(world);
  world.pods.erase("s-0-a/0");
  world.ready(world.add_pod("s-0-a", 0, "b"));
  world.ask({.pods = 3, .min_pods = 1, .has_group = false});
  world.patch("s-0-a");
  world.turn_of(0);
  step(world);
  EXPECT_EQ(progress(world).selected, world.pods.at("s-0-a/0b").name);
  EXPECT_EQ(step(world), Exits{"s-0-a/0b"});
  world.pods.erase("s-0-a/0b");
  world.ready(world.add_pod("s-0-a", 0, "c"));
  step(world);
  EXPECT_TRUE(progress(world).ended);
}

TEST(UpdateClique, NothingGoesBeforeItsTemplateIsPatched) {
  Shape shape{.has_group = false};
  LiveWorld world(shape);
  shape.image_a = "app:2";
  world.ask(shape);
  world.turn_of(0);
  world.ready(world.pods.at("s-0-a/1"), false);
  EXPECT_EQ(step(world), Exits{});
  EXPECT_FALSE(progress(world).ended);
  world.patch("s-0-a");
  EXPECT_EQ(step(world), Exits{"s-0-a/1"});
}

TEST(UpdateClique, WaitsForTheTurnOfItsSetReplica) {
  Shape shape{.set_replicas = 2, .has_group = false};
  LiveWorld world(shape);
  shape.image_a = "app:2";
  world.ask(shape);
  world.patch("s-0-a");
  world.patch("s-1-a");
  world.turn_of(0);
  const UpdatePlan plan = world.updates();
  EXPECT_TRUE(plan_of(world, plan, "s-0-a").changes);
  EXPECT_FALSE(plan_of(world, plan, "s-1-a").changes);
}

TEST(UpdateClique, WaitsUntilTheSetKnowsTheTarget) {
  Shape shape{.has_group = false};
  LiveWorld world(shape);
  shape.image_a = "app:2";
  world.ask(shape);
  world.patch("s-0-a");
  EXPECT_FALSE(plan_of(world, world.updates(), "s-0-a").changes);
}

TEST(UpdateClique, BornWithTheTargetItIsNotRolledAgain) {
  LiveWorld world = rolling(1);
  LiveClique& clique = world.cliques.at("s-0-a");
  clique.status.update.reset();
  clique.status.current_set_hash = world.set_hash();
  EXPECT_FALSE(plan_of(world, world.updates(), "s-0-a").changes);
}

TEST(UpdateClique, NewCliqueBeginsAndEndsInOneWrite) {
  LiveWorld world({.has_group = false});
  LiveClique& clique = world.add_clique("s-0-a");
  world.remove_pods("s-0-a");
  clique.status = {};
  step(world);
  EXPECT_EQ(progress(world).started, world.now);
  EXPECT_EQ(progress(world).ended, world.now);
  EXPECT_EQ(progress(world).set_hash, world.set_hash());
  EXPECT_EQ(progress(world).template_hash, world.hash_of("s-0-a"));
}

TEST(UpdateClique, CompletedNamesDoNotGrowWithoutBound) {
  LiveWorld world = rolling(1);
  world.cliques.at("s-0-a").status.update->completed.assign(100, "x");
  world.cliques.at("s-0-a").status.update->selected = "s-0-a-zzzzz";
  step(world);
  EXPECT_EQ(progress(world).completed.size(), 100u);
  EXPECT_EQ(progress(world).completed.back(), "s-0-a-zzzzz");
}

TEST(UpdateClique, MembersOfAGroupHaveNoUpdateOfTheirOwn) {
  Shape shape{.has_clique = false};
  LiveWorld world(shape);
  shape.image_b = "app:2";
  world.ask(shape);
  world.turn_of(0);
  EXPECT_FALSE(plan_of(world, world.updates(), "s-0-g-0-b").changes);
  // What OnDelete left behind would hold back the hashes of its status.
  world.cliques.at("s-0-g-0-b").status.update = CliqueUpdate{.started = world.now,
                                                             .ended = world.now,
                                                             .set_hash = "older",
                                                             .template_hash = "",
                                                             .selected = {},
                                                             .completed = {}};
  EXPECT_TRUE(plan_of(world, world.updates(), "s-0-g-0-b").changes);
  EXPECT_FALSE(plan_of(world, world.updates(), "s-0-g-0-b").next);
}

}  // namespace
}  // namespace grovec::decide::testing

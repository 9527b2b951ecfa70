// Replicas of a scaling group in a rolling update (reference: runtime 12.4, 25, 27).
#include <gtest/gtest.h>

#include "tests/unit/runtime/decide/live_world.h"

namespace grovec::decide::testing {
namespace {

using Exits = std::vector<std::uint32_t>;
const std::string kGroup = "s-0-g";

/// Clique b of the group has a new image; the turn of set replica 0 has come.
LiveWorld rolling(int replicas, int min_replicas, int min_c = 2) {
  Shape shape{.replicas = replicas, .min_replicas = min_replicas, .has_clique = false};
  shape.min_c = min_c;
  LiveWorld world(shape);
  shape.image_b = "app:2";
  world.ask(shape);
  world.turn_of(0);
  return world;
}

std::string member(std::uint32_t j, const std::string& clique) { return "s-0-g-" + std::to_string(j) + "-" + clique; }

const GroupUpdate& progress(LiveWorld& world) { return *world.groups.at(kGroup).status.update; }
std::optional<std::int32_t> selected(LiveWorld& world) { return progress(world).selected; }

/// One decision carried out: statuses, then deletions. Gives the replicas that went.
Exits step(LiveWorld& world) {
  const UpdatePlan plan = world.updates();
  const Exits exits = exits_of_group(world, plan, kGroup);
  world.carry_out(plan);
  for (const std::uint32_t j : exits)
    for (const char* clique : {"b", "c"})
      if (world.cliques.contains(member(j, clique))) world.mark(world.cliques.at(member(j, clique)));
  return exits;
}

void remove(LiveWorld& world, std::uint32_t j) {
  for (const char* clique : {"b", "c"}) {
    world.cliques.erase(member(j, clique));
    world.remove_pods(member(j, clique));
  }
}

void give_birth(LiveWorld& world, std::uint32_t j) {
  world.add_clique(member(j, "b"));
  world.add_pod(member(j, "b"), 0);
  world.add_clique(member(j, "c"));
  world.add_pod(member(j, "c"), 0);
  world.add_pod(member(j, "c"), 1);
}

void make_ready(LiveWorld& world, std::uint32_t j) {
  for (auto& [key, pod] : world.pods)
    if (key.starts_with("s-0-g-" + std::to_string(j))) world.ready(pod);
}

TEST(UpdateGroup, TakesTheLowestReplicaAndDeletesItOnceTheSelectionIsWritten) {
  LiveWorld world = rolling(3, 2);
  EXPECT_EQ(step(world), Exits{});
  EXPECT_EQ(selected(world), 0);
  EXPECT_EQ(progress(world).set_hash, world.set_hash());
  EXPECT_EQ(step(world), Exits{0});
}

TEST(UpdateGroup, WhatWasReadyHoldsTheNextUntilAllItsMembersAreReady) {
  LiveWorld world = rolling(3, 1);
  step(world);
  step(world);
  EXPECT_EQ(step(world), Exits{}) << "on its way out";
  remove(world, 0);
  EXPECT_EQ(step(world), Exits{}) << "gone";
  give_birth(world, 0);
  EXPECT_EQ(step(world), Exits{}) << "not ready";
  for (auto& [key, pod] : world.pods)
    if (key == "s-0-g-0-b/0" || key == "s-0-g-0-c/0") world.ready(pod);
  EXPECT_EQ(step(world), Exits{}) << "one pod of two of c";
  EXPECT_EQ(selected(world), 0);
  make_ready(world, 0);
  step(world);
  EXPECT_EQ(selected(world), 1);
  EXPECT_EQ(progress(world).completed, std::vector<std::int32_t>{0});
  EXPECT_EQ(step(world), Exits{1});
}

TEST(UpdateGroup, WhatIsOnItsWayAboveTheMinimumHoldsToo) {
  LiveWorld world = rolling(3, 1, 1);
  step(world);
  step(world);
  remove(world, 0);
  give_birth(world, 0);
  make_ready(world, 0);
  LivePod& second = world.pods.at(member(0, "c") + "/1");
  world.ready(second, false);
  step(world);
  EXPECT_EQ(selected(world), 0) << "it is starting";
  second.has_node = second.scheduled = false;
  step(world);
  EXPECT_EQ(selected(world), 0) << "the scheduler has not tried yet";
  second.no_room = true;
  step(world);
  EXPECT_EQ(selected(world), 1) << "there may have been no room for it before";
}

TEST(UpdateGroup, OldReplicasThatAreNotReadyGoAtOnceAndHoldNobody) {
  LiveWorld world = rolling(4, 1);
  world.ready(world.pods.at("s-0-g-1-b/0"), false);
  world.ready(world.pods.at("s-0-g-3-c/1"), false);
  EXPECT_EQ(step(world), (Exits{1, 3}));
  EXPECT_EQ(selected(world), 0);
  EXPECT_EQ(step(world), Exits{0});
  remove(world, 0);
  give_birth(world, 0);
  make_ready(world, 0);
  step(world);
  EXPECT_EQ(selected(world), 2) << "1 and 3 are not back, and it does not matter";
}

TEST(UpdateGroup, ReadyReplicasGoOnlyAboveTheMinimum) {
  LiveWorld world = rolling(3, 2);
  world.ready(world.pods.at("s-0-g-2-b/0"), false);
  EXPECT_EQ(step(world), Exits{2});
  EXPECT_EQ(selected(world), std::nullopt) << "2 ready, 2 needed";
  remove(world, 2);
  give_birth(world, 2);
  EXPECT_EQ(step(world), Exits{});
  make_ready(world, 2);
  step(world);
  EXPECT_EQ(selected(world), 0);
}

TEST(UpdateGroup, WithAMinimumOfAllOneGoesWhileAllAreReady) {
  LiveWorld world = rolling(2, 2);
  step(world);
  EXPECT_EQ(step(world), Exits{0});
  remove(world, 0);
  give_birth(world, 0);
  EXPECT_EQ(step(world), Exits{});
  make_ready(world, 0);
  step(world);
  EXPECT_EQ(step(world), Exits{1});
}

TEST(UpdateGroup, SelectedReplicaThatSurvivedACrashIsDeleted) {
  LiveWorld world = rolling(3, 1);
  step(world);
  world.groups.at(kGroup).status.update->selected = 2;
  EXPECT_EQ(step(world), Exits{2});
}

TEST(UpdateGroup, HalfDeletedReplicaIsDeletedToTheEnd) {
  LiveWorld world = rolling(3, 1);
  step(world);
  world.cliques.erase(member(0, "c"));  // its template is the same as before; killed before b went
  world.remove_pods(member(0, "c"));
  EXPECT_EQ(step(world), Exits{0});
}

TEST(UpdateGroup, ReplicaThatIsScaledAwayHoldsNobody) {
  LiveWorld world = rolling(3, 1);
  step(world);
  world.groups.at(kGroup).status.update->selected = 2;
  step(world);
  remove(world, 2);
  EXPECT_EQ(step(world), Exits{});
  EXPECT_EQ(selected(world), 2);
  world.groups.at(kGroup).replicas = 2;
  step(world);
  EXPECT_EQ(selected(world), 0);
}

TEST(UpdateGroup, ReplicasOfAScaleOutAreBornWithTheTarget) {
  LiveWorld world = rolling(2, 1);
  step(world);
  world.groups.at(kGroup).replicas = 3;
  give_birth(world, 2);
  make_ready(world, 2);
  for (const std::uint32_t j : {0u, 1u}) {
    EXPECT_EQ(step(world), Exits{j});
    remove(world, j);
    give_birth(world, j);
    make_ready(world, j);
    step(world);
  }
  EXPECT_TRUE(progress(world).ended) << "replica 2 was not taken";
}

TEST(UpdateGroup, EndsWhenNothingOldIsLeftAndWhatWasReadyIsBack) {
  LiveWorld world = rolling(1, 1);
  step(world);
  EXPECT_EQ(step(world), Exits{0});
  remove(world, 0);
  give_birth(world, 0);
  EXPECT_TRUE(plan_of_group(world, world.updates(), kGroup).is_open);
  step(world);
  EXPECT_FALSE(progress(world).ended) << "not ready, as a gated replica is not";
  make_ready(world, 0);
  const UpdatePlan plan = world.updates();
  EXPECT_FALSE(plan_of_group(world, plan, kGroup).is_open);
  world.carry_out(plan);
  EXPECT_EQ(progress(world).ended, world.now);
  EXPECT_EQ(progress(world).selected, std::nullopt);
  EXPECT_TRUE(progress(world).completed.empty());
}

TEST(UpdateGroup, OldMembersOnTheirWayOutAreStillOld) {
  LiveWorld world = rolling(2, 1);
  for (const std::uint32_t j : {0u, 1u}) {
    world.ready(world.pods.at("s-0-g-" + std::to_string(j) + "-b/0"), false);
  }
  EXPECT_EQ(step(world), (Exits{0, 1}));
  EXPECT_EQ(step(world), Exits{});
  EXPECT_FALSE(progress(world).ended);
  remove(world, 0);
  remove(world, 1);
  step(world);
  EXPECT_TRUE(progress(world).ended) << "they hold nobody";
}

TEST(UpdateGroup, ChangeThatIsTakenBackIsNotLost) {
  LiveWorld world = rolling(3, 1);
  step(world);
  step(world);
  remove(world, 0);
  give_birth(world, 0);
  make_ready(world, 0);
  world.ask({.replicas = 3, .min_replicas = 1, .has_clique = false});
  world.turn_of(0);
  step(world);
  EXPECT_EQ(progress(world).set_hash, world.set_hash());
  EXPECT_EQ(selected(world), 0) << "the one that was moved";
  EXPECT_EQ(step(world), Exits{0});
  remove(world, 0);
  give_birth(world, 0);
  make_ready(world, 0);
  step(world);
  EXPECT_TRUE(progress(world).ended);
}

TEST(UpdateGroup, WhatWasTakenHoldsAcrossASecondChange) {
  LiveWorld world = rolling(3, 1);
  step(world);
  step(world);
  remove(world, 0);
  give_birth(world, 0);
  world.ask({.replicas = 3, .min_replicas = 1, .has_clique = false, .image_b = "app:3"});
  world.turn_of(0);
  EXPECT_EQ(step(world), Exits{0}) << "old again and not ready";
  EXPECT_EQ(selected(world), 0);
  remove(world, 0);
  give_birth(world, 0);
  EXPECT_EQ(step(world), Exits{});
  make_ready(world, 0);
  step(world);
  EXPECT_EQ(selected(world), 1);
}

TEST(UpdateGroup, UnchangedGroupBeginsAndEndsInOneWrite) {
  Shape shape;
  LiveWorld world(shape);
  shape.image_a = "app:2";
  world.ask(shape);
  world.turn_of(0);
  EXPECT_EQ(step(world), Exits{});
  EXPECT_EQ(progress(world).set_hash, world.set_hash());
  EXPECT_EQ(progress(world).started, world.now);
  EXPECT_EQ(progress(world).ended, world.now);
}

TEST(UpdateGroup, WaitsForTheTurnOfItsSetReplica) {
  Shape shape{.set_replicas = 2, .has_clique = false};
  LiveWorld world(shape);
  shape.image_b = "app:2";
  world.ask(shape);
  world.turn_of(1);
  EXPECT_FALSE(plan_of_group(world, world.updates(), "s-0-g").changes);
  EXPECT_TRUE(plan_of_group(world, world.updates(), "s-1-g").changes);
}

TEST(UpdateGroup, OpenUpdateWithNothingOldAndNoUpdateOfTheSetIsClosed) {
  LiveWorld world({.has_clique = false});
  world.groups.at(kGroup).status.update =
      GroupUpdate{.started = world.now, .ended = std::nullopt, .set_hash = "older", .selected = 1, .completed = {0}};
  const UpdatePlan plan = world.updates();
  EXPECT_FALSE(plan_of_group(world, plan, kGroup).is_open);
  world.carry_out(plan);
  EXPECT_EQ(progress(world).ended, world.now);
  EXPECT_EQ(progress(world).selected, std::nullopt);
}

TEST(UpdateGroup, MemberScaledToZeroDoesNotStopTheUpdate) {
  LiveWorld world = rolling(2, 2);
  world.cliques.at(member(1, "c")).replicas = 0;
  world.remove_pods(member(1, "c"));
  step(world);
  EXPECT_EQ(step(world), Exits{0});
}

}  // namespace
}  // namespace grovec::decide::testing

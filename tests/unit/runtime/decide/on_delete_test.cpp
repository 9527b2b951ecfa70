// OnDelete, and switching between the strategies (reference: runtime 12.6, 27).
#include <gtest/gtest.h>

#include "tests/unit/runtime/decide/live_world.h"

namespace grovec::decide::testing {
namespace {

void expect_no_exits(const UpdatePlan& plan) {
  for (const CliqueUpdatePlan& clique : plan.cliques) EXPECT_TRUE(clique.exits.empty());
  for (const GroupUpdatePlan& group : plan.groups) EXPECT_TRUE(group.exits.empty());
}

void expect_nothing(const UpdatePlan& plan) {
  expect_no_exits(plan);
  EXPECT_FALSE(plan.set.changes);
  for (const CliqueUpdatePlan& clique : plan.cliques) EXPECT_FALSE(clique.changes);
  for (const GroupUpdatePlan& group : plan.groups) EXPECT_FALSE(group.changes);
}

const Shape kOnDelete{.strategy = "OnDelete"};

TEST(OnDelete, ChangeEndsWhenItBeginsAtEveryLevel) {
  LiveWorld world(kOnDelete);
  world.carry_out(world.updates());
  Shape shape = kOnDelete;
  shape.image_a = shape.image_b = "app:2";
  world.ask(shape);
  const UpdatePlan first = world.updates();
  EXPECT_TRUE(first.set.starts);
  EXPECT_EQ(first.set.next->started, world.now);
  EXPECT_EQ(first.set.next->ended, world.now);
  EXPECT_FALSE(first.set.is_open);
  expect_no_exits(first);
  world.carry_out(first);
  const UpdatePlan second = world.updates();
  expect_no_exits(second);
  for (const CliqueUpdatePlan& clique : second.cliques) {  // standalone and members
    ASSERT_TRUE(clique.next);
    EXPECT_EQ(clique.next->set_hash, world.set_hash());
    EXPECT_EQ(clique.next->started, clique.next->ended);
    EXPECT_FALSE(clique.is_open);
  }
  ASSERT_TRUE(second.groups.at(0).next);
  EXPECT_EQ(second.groups.at(0).next->set_hash, world.set_hash());
  EXPECT_EQ(second.groups.at(0).next->started, second.groups.at(0).next->ended);
  EXPECT_FALSE(second.groups.at(0).is_open);
  world.carry_out(second);
  expect_nothing(world.updates());
}

TEST(OnDelete, NewMemberSaysFromBirthThatItIsUpdated) {
  LiveWorld world(kOnDelete);
  world.carry_out(world.updates());
  world.add_clique("s-0-g-0-b").status = {};
  const UpdatePlan plan = world.updates();
  const CliqueUpdatePlan& member = plan_of(world, plan, "s-0-g-0-b");
  ASSERT_TRUE(member.next);
  EXPECT_EQ(member.next->template_hash, world.hash_of("s-0-g-0-b"));
  EXPECT_EQ(member.next->started, member.next->ended);
}

/// In the middle of a rolling update: pod 0 of a is being replaced, replica 0 of g, too.
LiveWorld in_mid_update(Shape shape) {
  LiveWorld world(shape);
  shape.image_a = shape.image_b = "app:2";
  world.ask(shape);
  world.patch("s-0-a");
  world.turn_of(0);
  world.carry_out(world.updates());
  EXPECT_NE(world.cliques.at("s-0-a").status.update->selected, "");
  EXPECT_EQ(world.groups.at("s-0-g").status.update->selected, 0);
  return world;
}

TEST(OnDelete, SwitchedToInMidUpdateTheUpdateEndsAtOnce) {
  Shape shape{.pods = 3, .min_pods = 1, .replicas = 3, .min_replicas = 1};
  LiveWorld world = in_mid_update(shape);
  shape.image_a = shape.image_b = "app:2";
  shape.strategy = "OnDelete";
  world.ask(shape);
  const UpdatePlan plan = world.updates();
  expect_no_exits(plan);
  EXPECT_EQ(plan.set.next->ended, world.now);
  EXPECT_FALSE(plan.set.next->current);
  EXPECT_FALSE(plan.set.is_open);
  EXPECT_EQ(plan.groups.at(0).next->ended, world.now);
  EXPECT_EQ(plan.groups.at(0).next->selected, std::nullopt);
  EXPECT_FALSE(plan.groups.at(0).is_open);
  EXPECT_EQ(plan_of(world, plan, "s-0-a").next->ended, world.now);
  EXPECT_EQ(plan_of(world, plan, "s-0-a").next->selected, "");
  EXPECT_FALSE(plan_of(world, plan, "s-0-a").is_open);
}

TEST(OnDelete, SwitchingBackStartsNothing) {
  Shape shape{.pods = 3, .min_pods = 1, .replicas = 3, .min_replicas = 1};
  LiveWorld world = in_mid_update(shape);
  shape.image_a = shape.image_b = "app:2";
  shape.strategy = "OnDelete";
  world.ask(shape);
  world.carry_out(world.updates());
  for (const auto& [name, clique] : world.cliques) world.patch(name);  // in place, members too
  shape.strategy = "RollingRecreate";
  world.ask(shape);
  expect_nothing(world.updates());  // although pods are old
}

TEST(OnDelete, SwitchingBackBeforeMembersWerePatchedStartsNothing) {
  Shape shape{.pods = 3, .min_pods = 1, .replicas = 3, .min_replicas = 1};
  LiveWorld world = in_mid_update(shape);
  shape.image_a = shape.image_b = "app:2";
  shape.strategy = "OnDelete";
  world.ask(shape);
  world.carry_out(world.updates());
  shape.strategy = "RollingRecreate";
  world.ask(shape);
  const UpdatePlan plan = world.updates();
  expect_no_exits(plan);
  EXPECT_FALSE(plan.set.changes);
}

TEST(OnDelete, NextChangeAfterSwitchingBackRollsWhatIsOld) {
  Shape shape = kOnDelete;
  LiveWorld world(shape);
  world.carry_out(world.updates());
  shape.image_a = "app:2";
  world.ask(shape);
  world.patch("s-0-a");
  world.carry_out(world.updates());
  world.carry_out(world.updates());
  shape.strategy = "RollingRecreate";
  world.ask(shape);
  world.carry_out(world.updates());
  shape.image_b = "app:2";  // not a; but pods of a are still old
  world.ask(shape);
  world.carry_out(world.updates());
  world.carry_out(world.updates());
  EXPECT_EQ(world.cliques.at("s-0-a").status.update->selected, world.pods.at("s-0-a/0").name);
  EXPECT_EQ(world.groups.at("s-0-g").status.update->selected, 0);
}

TEST(OnDelete, SwitchedToAtRestNothingIsWritten) {
  Shape shape;
  LiveWorld world(shape);
  shape.strategy = "OnDelete";
  world.ask(shape);
  expect_nothing(world.updates());
}

}  // namespace
}  // namespace grovec::decide::testing

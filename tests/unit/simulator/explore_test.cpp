// Small worlds, explored to the end: by classes of what goes wrong in controllers. Each fault has to happen, in every
// state where it can; no state may be unsafe, and each has to lead home.
#include <gtest/gtest.h>

#include "tests/simulator/explore/explorer.h"

namespace grovec::simulator {
namespace {

const SmallWorld& world(const std::string& name) {
  for (const SmallWorld& w : small_worlds())
    if (w.name == name) return w;
  throw std::logic_error("there is no world " + name);
}

std::string text_of(const Explored& done) {
  std::string out;
  for (const Violation& v : done.violations) {
    out += v.what + "\n";
    for (const std::string& line : v.path) out += "  " + line + "\n";
  }
  return out;
}

struct Class {
  std::string world;
  std::uint8_t deeds, faults;
  std::set<std::string, std::less<>> words;
};

// Everything of `c.words` happens, and nothing comes of it.
void explore_class(const Class& c) {
  const Explored done = explore(world(c.world), {.budget = {.deeds = c.deeds, .faults = c.faults, .only = c.words}});
  EXPECT_TRUE(done.is_complete || !done.violations.empty());
  EXPECT_TRUE(done.violations.empty()) << text_of(done);
  EXPECT_GT(done.ends, 0u);
  for (const std::string& word : c.words) EXPECT_GT(done.fired.count(word), 0u) << word << " never happened";
}

TEST(ExploreTest, NothingGoesWrong) {
  for (const SmallWorld& w : small_worlds()) {
    const Explored done = explore(w, {.budget = {.deeds = 0, .faults = 0}});
    EXPECT_TRUE(done.is_complete);
    EXPECT_TRUE(done.violations.empty()) << text_of(done);
  }
}

// What holds must be able to fail: a world nobody looks after does not get home.
TEST(ExploreTest, AnOperatorThatStaysDeadIsFound) {
  Stage stage(world("a1"), {});
  State state = stage.first();
  state.leader.kill();
  for (const Choice& c : stage.choices(state)) EXPECT_NE(c.what, MoveClass::kOperator);
  EXPECT_EQ(stage.choices(state).front().what, MoveClass::kStart);
}

TEST(ExploreTest, EqualPathsHaveEqualHashes) {
  Stage stage(world("a1"), {});
  State a = stage.first(), b = stage.first();
  for (int n = 0; n < 40; ++n) {
    ASSERT_EQ(stage.hash(a), stage.hash(b)) << n;
    const Choice choice = stage.choices(a).front();
    if (!is_quiet(choice.what)) break;
    stage.make(choice, a);
    stage.make(choice, b);
  }
}

TEST(BugClassTest, C01_StaleChildren) { explore_class({"a1", 1, 1, {"lag pod", "delete pod"}}); }
TEST(BugClassTest, C02_RecreatedUnderTheSameName) {
  explore_class({"a1", 1, 1, {"lag podclique", "delete podclique"}});
}
TEST(BugClassTest, C03_SkippedStatusWrite) { explore_class({"a1", 1, 1, {"lag podclique", "unready"}}); }
TEST(BugClassTest, C04_CrashBetweenTwoWrites) {
  explore_class({"a1", 1, 1, {"killed before", "killed after", "image"}});
}
TEST(BugClassTest, C05_CoalescedEvents) { explore_class({"a2", 1, 1, {"lag pod", "fail"}}); }
TEST(BugClassTest, C07_AnswerLostAfterTheWrite) { explore_class({"a1", 1, 1, {"lost", "delete pod"}}); }
TEST(BugClassTest, C09_PartialBatch) { explore_class({"b", 0, 1, {"refused"}}); }
TEST(BugClassTest, C10_DoubleDisruption) { explore_class({"a1", 1, 1, {"lag pod", "image"}}); }
TEST(BugClassTest, C11_ClockJumps) { explore_class({"a1", 1, 1, {"jump", "unready"}}); }
TEST(BugClassTest, C12_TwoLeaders) { explore_class({"a1", 0, 1, {"second"}}); }
TEST(BugClassTest, C13_DeletesMissedWhileAway) {
  explore_class({"a1", 1, 1, {"killed before", "delete pod", "delete podclique", "delete podgang"}});
}
TEST(BugClassTest, C15_ForeignEdits) { explore_class({"a1", 0, 1, {"edit"}}); }
TEST(BugClassTest, C16_CachesWithoutOrderBetweenKinds) {
  explore_class({"a1", 1, 1, {"lag podcliqueset", "lag podclique", "lag podgang", "lag pod", "scale"}});
}
TEST(BugClassTest, C17_HotLoopAtRest) { explore_class({"a1", 1, 0, {"scale", "image", "unready"}}); }

}  // namespace
}  // namespace grovec::simulator

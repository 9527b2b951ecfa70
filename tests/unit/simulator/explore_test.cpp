// Small worlds, explored to the end: by classes of what goes wrong in controllers. Each fault has to happen, in every
// state where it can; no state may be unsafe, and each has to lead home.
#include <gtest/gtest.h>

#include "tests/simulator/expectations.h"
#include "tests/simulator/explore/explorer.h"
#include "tests/simulator/explore/replay.h"

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
Explored explore_class(const Class& c) {
  const Explored done = explore(world(c.world), {.budget = {.deeds = c.deeds, .faults = c.faults, .only = c.words}});
  EXPECT_TRUE(done.is_complete || !done.violations.empty());
  EXPECT_TRUE(done.violations.empty()) << text_of(done);
  EXPECT_GT(done.ends, 0u);
  for (const std::string& word : c.words) EXPECT_GT(done.fired.count(word), 0u) << word << " never happened";
  return done;
}

constexpr std::int64_t kMinute = 60'000;

simulate::Instant minutes_later(simulate::Instant at, std::int64_t minutes) {
  return at.plus(minutes * kMinute * 1'000'000);
}

// The world `name` played by time, with an operator all of whose writes to `broken` are refused while `is_broken`.
struct Starved {
  bool is_broken = true;
  std::uint64_t refused = 0;
  Surroundings surroundings;
  simulate::Cluster cluster;

  Starved(const SmallWorld& world, const decide::ObjectKey& broken) {
    Stage stage(world, {});
    cluster.store = stage.first().store;
    cluster.now = cluster.last_change = stage.first().now;
    cluster.operator_.emplace("default", "w", make_compiler(surroundings));
    cluster.operator_->set_fate([this, broken](const decide::Action& action, std::uint64_t) {
      if (!is_broken || action.key != broken) return simulate::Fate::kDone;
      ++refused;
      return simulate::Fate::kRefused;
    });
    cluster.operator_->start(cluster.now);
  }
  Key set() const { return {Kind::kPodCliqueSet, "default", "w"}; }
};

std::set<std::string> ready_pods(const simulate::Store& store) {
  std::set<std::string> out;
  for (const ObjectPtr& pod : store.all(Kind::kPod))
    if (pod->as<decide::LivePod>()->ready) out.insert(pod->key.name);
  return out;
}

// Whether a name is one of set replica `i`, or belongs to no replica.
bool is_of_replica(const std::string& name, int i) { return name.starts_with("w-" + std::to_string(i)); }

void starve(const std::string& name) {
  Starved healthy(world(name), {});
  healthy.cluster.run_until(minutes_later(healthy.cluster.now, 5));
  ASSERT_EQ(find_unsettled(healthy.cluster.store, healthy.set()), "");
  const std::set<std::string> all = ready_pods(healthy.cluster.store);
  ASSERT_FALSE(all.empty());
  std::uint64_t starved = 0;
  for (std::size_t k = 0; k < simulate::kKinds; ++k)
    for (const ObjectPtr& object : healthy.cluster.store.all(static_cast<Kind>(k))) {
      const std::optional<decide::Kind> kind = simulate::decided_kind(object->key.kind);
      if (!kind) continue;
      SCOPED_TRACE(object->key.name);
      const int own = is_of_replica(object->key.name, 0) ? 0 : is_of_replica(object->key.name, 1) ? 1 : -1;
      Starved one(world(name), {*kind, object->key.name});
      one.cluster.run_until(minutes_later(one.cluster.now, 30));
      EXPECT_GT(one.refused, 0u);
      EXPECT_LT(one.refused, 200u) << "a hot loop";
      const std::set<std::string> ready = ready_pods(one.cluster.store);
      for (const std::string& pod : all)
        if (own < 0 || !is_of_replica(pod, own)) {
          // Without the set's own status and facts nothing else is held back.
          EXPECT_TRUE(ready.contains(pod)) << pod << " starves";
          ++starved;
        }
      one.is_broken = false;
      one.cluster.run_until(minutes_later(one.cluster.now, 30));
      EXPECT_EQ(find_unsettled(one.cluster.store, one.set()), "");
    }
  EXPECT_GT(starved, 0u);
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

// What is printed is played again, to the same end.
TEST(ReplayTest, AViolationIsThereAgain) {
  const auto has_new_pod = [](const State& state) {
    for (const ObjectPtr& pod : state.store.all(Kind::kPod))
      if (pod->label("grove.io/pod-template-hash") !=
          state.store.all(Kind::kPod).front()->label("grove.io/pod-template-hash"))
        return std::string("a pod of the new template");
    return std::string();
  };
  const Explored done =
      explore(world("a1"), {.budget = {.deeds = 1, .faults = 1, .only = {"image", "lost"}}, .judge = has_new_pod});
  ASSERT_EQ(done.violations.size(), 1u);
  const std::string steps = steps_of(world("a1"), done.violations.front());
  EXPECT_TRUE(is_explored(steps));
  const Result<Replayed> replayed = replay(steps);
  ASSERT_TRUE(replayed) << replayed.error().message;
  EXPECT_TRUE(replayed->violations.empty());
  EXPECT_NE(replayed->story.find("the image of every container changes"), std::string::npos);
  // Its last step is the birth of that pod; without the change of the image nobody can make it.
  std::string other = steps;
  other.erase(other.find("the image of every container changes\n"),
              std::string("the image of every container changes\n").size());
  EXPECT_FALSE(replay(other));
}

TEST(ReplayTest, SaysWhatCannotHappen) {
  EXPECT_EQ(replay("explored world zz\n").error().message, "line 1: `explored world zz` names no small world");
  EXPECT_EQ(replay("# remark\nexplored world a1\nthe cluster: schedule\n").error().message,
            "line 3: nothing can happen there that is called `the cluster: schedule`");
  EXPECT_FALSE(is_explored("kubectl create -f input.yaml\n"));
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
TEST(BugClassTest, C06_TimeTravel) {
  explore_class({"a1", 1, 1, {"back podcliqueset", "back podclique", "back podgang", "back pod", "delete pod"}});
  explore_class({"b", 0, 1, {"back podcliquescalinggroup", "back podclique", "back pod"}});
}
TEST(BugClassTest, C07_AnswerLostAfterTheWrite) { explore_class({"a1", 1, 1, {"lost", "delete pod"}}); }
TEST(BugClassTest, C08_ConflictStorm) {
  const Explored done = explore_class({"a1", 1, 1, {"storm", "image"}});
  EXPECT_GT(done.fired.at("conflict"), 0u) << "no write was ever too late";
}
TEST(BugClassTest, C09_PartialBatch) { explore_class({"b", 0, 1, {"refused"}}); }
TEST(BugClassTest, C10_DoubleDisruption) { explore_class({"a1", 1, 1, {"lag pod", "image"}}); }
TEST(BugClassTest, C11_ClockJumps) { explore_class({"a1", 1, 1, {"jump", "unready"}}); }
TEST(BugClassTest, C12_TwoLeaders) { explore_class({"a1", 0, 1, {"second"}}); }
TEST(BugClassTest, C13_DeletesMissedWhileAway) {
  explore_class({"a1", 1, 1, {"killed before", "delete pod", "delete podclique", "delete podgang"}});
}
TEST(BugClassTest, C14_Finalizers) {
  explore_class({"a1", 1, 1, {"hold", "delete pod", "delete podclique"}});
  explore_class({"a1", 1, 1, {"strip", "delete podclique"}});
  explore_class({"b", 0, 1, {"strip", "hold"}});
}
TEST(BugClassTest, C15_ForeignEdits) { explore_class({"a1", 0, 1, {"edit"}}); }
TEST(BugClassTest, C16_CachesWithoutOrderBetweenKinds) {
  explore_class({"a1", 1, 1, {"lag podcliqueset", "lag podclique", "lag podgang", "lag pod", "scale"}});
}
// In each world every object in turn is one whose writes never succeed: what does not depend on it gets home all the
// same, and its own writes do not become a hot loop. Once they do succeed, the rest follows.
TEST(BugClassTest, C18_Starvation) { starve("c"); }
TEST(BugClassTest, C17_HotLoopAtRest) { explore_class({"a1", 1, 0, {"scale", "image", "unready"}}); }

}  // namespace
}  // namespace grovec::simulator

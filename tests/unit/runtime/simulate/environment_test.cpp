// What moves by itself in the simulated cluster: scheduler, kubelets, garbage collector, autoscalers.
#include "runtime/simulate/environment.h"

#include <gtest/gtest.h>

#include "ir/base/context.h"
#include "ir/value/json.h"

namespace grovec::simulate {
namespace {

using namespace ir;

Instant ms(std::int64_t n) { return Instant::from_millis(n); }

class EnvironmentTest : public ::testing::Test {
 protected:
  Value json(std::string text) {
    const SourceId source = context_.sources.add("test.json", std::move(text));
    const auto size = static_cast<std::uint32_t>(context_.sources.text(source).size());
    const std::optional<Value> v = read_json(context_, source, 0, size);
    EXPECT_TRUE(v.has_value());
    return v.value_or(Value());
  }
  ObjectPtr make(std::string text, std::int64_t at = 0) {
    const Answer answer = store_.create(json(std::move(text)), ms(at));
    EXPECT_TRUE(answer.ok()) << answer.message;
    return answer.object;
  }
  static std::string owner(const Object& o) {
    const KindFacts& facts = facts_of(o.key.kind);
    return R"("ownerReferences":[{"apiVersion":")" + std::string(facts.api_version) + R"(","kind":")" +
           std::string(facts.name) + R"(","name":")" + o.key.name + R"(","uid":")" + o.uid +
           R"(","controller":true,"blockOwnerDeletion":true}])";
  }
  ObjectPtr clique(const std::string& name, const std::string& metadata = "") {
    return make(R"({"apiVersion":"grove.io/v1alpha1","kind":"PodClique","metadata":{"name":")" + name +
                R"(","namespace":"default")" + (metadata.empty() ? "" : "," + metadata) +
                R"(},"spec":{"replicas":2,"minAvailable":1}})");
  }
  ObjectPtr pod(const std::string& name, const std::string& metadata = "", const std::string& spec = "",
                std::int64_t at = 0) {
    return make(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")" + name + R"(","namespace":"default")" +
                    (metadata.empty() ? "" : "," + metadata) +
                    R"(},"spec":{"containers":[{"name":"main","image":"a:1"}])" + (spec.empty() ? "" : "," + spec) +
                    "}}",
                at);
  }
  const decide::LivePod& live(const std::string& name) {
    return *store_.find({Kind::kPod, "default", name})->as<decide::LivePod>();
  }
  std::string node_of(const std::string& name) {
    return std::string(store_.find({Kind::kPod, "default", name})->spec()["nodeName"].as_string());
  }
  // Takes every move that is possible, the first one first, until there is none; what they were.
  std::vector<std::string> run(std::size_t most = 50) {
    std::vector<std::string> out;
    for (std::vector<Move> moves = environment_.moves(store_); !moves.empty() && out.size() < most;
         moves = environment_.moves(store_)) {
      out.push_back(std::string(name_of(moves[0].kind)) + " " + moves[0].key.name);
      environment_.make(moves[0], store_, ms(1000 * static_cast<std::int64_t>(out.size())));
    }
    return out;
  }

  Context context_;
  Store store_;
  Environment environment_;
};

constexpr const char* kPool = R"("nodeSelector":{"pool":"pool"})";

TEST_F(EnvironmentTest, TheOldestPodGetsTheRoomAndTheOtherIsTold) {
  environment_.nodes() = {{"n1", "pool", false, 1}};
  pod("b-old", "", kPool, 1000);
  pod("a-new", "", kPool, 2000);
  run();
  EXPECT_EQ(node_of("b-old"), "n1");
  EXPECT_TRUE(live("b-old").ready);
  EXPECT_EQ(node_of("a-new"), "");
  EXPECT_TRUE(live("a-new").no_room);
  const std::vector<Notice> notices = environment_.take_notices();
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_EQ(notices[0].reason, "FailedScheduling");
  store_.remove({Kind::kPod, "default", "b-old"}, {}, ms(3000));
  run();
  EXPECT_EQ(node_of("a-new"), "n1") << "the room of what is gone";
}

TEST_F(EnvironmentTest, CordonedNodesAndOtherPoolsHaveNoRoomAndWhoSelectsNoneHas) {
  environment_.nodes() = {{"n1", "pool", true, 0}, {"n2", "other", false, 0}};
  pod("selects", "", kPool);
  pod("any");
  run();
  EXPECT_EQ(node_of("selects"), "");
  EXPECT_EQ(node_of("any"), "node");
  environment_.nodes()[0].cordoned = false;
  run();
  EXPECT_EQ(node_of("selects"), "n1");
}

TEST_F(EnvironmentTest, GatedPodsAreNotInLine) {
  pod("ours", "", R"("schedulingGates":[{"name":"grove.io/podgang-pending-creation"}])");
  pod("theirs", "", R"("schedulingGates":[{"name":"example.com/wait"}])");
  EXPECT_TRUE(run().empty());
  store_.merge_patch({Kind::kPod, "default", "ours"}, json(R"({"spec":{"schedulingGates":null}})"), {}, ms(1));
  EXPECT_EQ(run(), (std::vector<std::string>{"schedule ", "start ours"}));
}

TEST_F(EnvironmentTest, AGangIsBoundAsAWholeOrNotAtAll) {
  environment_.set_scheduler(SchedulerKind::kGangs);
  environment_.nodes() = {{"n1", "pool", false, 1}};
  make(R"({"apiVersion":"scheduler.grove.io/v1alpha1","kind":"PodGang","metadata":{"name":"g","namespace":"default"},)"
       R"("spec":{"podgroups":[{"name":"c","minReplicas":2,"podReferences":[{"name":"p1","namespace":"default"},)"
       R"({"name":"p2","namespace":"default"},{"name":"p3","namespace":"default"}]}]}})");
  const std::string label = R"("labels":{"grove.io/podgang":"g"})";
  for (const char* name : {"p1", "p2", "p3"}) pod(name, label, kPool);
  run();
  EXPECT_EQ(node_of("p1") + node_of("p2") + node_of("p3"), "") << "one node is no room for two";
  environment_.nodes().push_back({"n2", "pool", false, 1});
  run();
  EXPECT_EQ(node_of("p1"), "n1");
  EXPECT_EQ(node_of("p2"), "n2");
  EXPECT_EQ(node_of("p3"), "") << "beyond the minimum, when there is room";
  environment_.nodes().push_back({"n3", "pool", false, 1});
  run();
  EXPECT_EQ(node_of("p3"), "n3");
}

TEST_F(EnvironmentTest, AnInitContainerWaitsForReadyPodsOfTheOtherClique) {
  const ObjectPtr c = clique("c");
  const std::string init = R"("initContainers":[{"name":"grove-initc","image":"i","args":["--podcliques=c:1"]}])";
  pod("waits", R"("labels":{"grove.io/podgang":"g","grove.io/podclique":"w"})", init);
  run();
  EXPECT_FALSE(live("waits").ready);
  EXPECT_EQ(live("waits").phase, decide::PodPhase::kPending);
  pod("stranger", R"("labels":{"grove.io/podgang":"g","grove.io/podclique":"c"})");
  run();
  EXPECT_TRUE(live("stranger").ready);
  EXPECT_FALSE(live("waits").ready) << "a pod with the labels, but of no PodClique, does not count";
  pod("c-0", R"("labels":{"grove.io/podgang":"g","grove.io/podclique":"c"},)" + owner(*c));
  run();
  EXPECT_TRUE(live("waits").ready);
}

// Played by time: what grove-initc waits for was Ready when its end was planned, and is not when it comes.
TEST_F(EnvironmentTest, AnInitContainerWhoseTurnHasPassedWaitsOn) {
  const ObjectPtr c = clique("c");
  const std::string of_c = R"("labels":{"grove.io/podgang":"g","grove.io/podclique":"c"},)" + owner(*c);
  pod("c-0", of_c);
  run();
  store_.take_changes();
  pod("waits", R"("labels":{"grove.io/podgang":"g","grove.io/podclique":"w"})",
      R"("initContainers":[{"name":"grove-initc","image":"i","args":["--podcliques=c:1"]}])", 9000);
  Instant now = ms(9000);
  const auto play = [&](Instant until) {
    environment_.notice(store_, store_.take_changes(), now);
    for (std::optional<Instant> at = environment_.next(); at && *at <= until; at = environment_.next()) {
      now = *at;
      environment_.run(store_, now);
      environment_.notice(store_, store_.take_changes(), now);
    }
    now = std::max(now, until);
  };
  const auto runs_init = [&] {
    return store_.find({Kind::kPod, "default", "waits"})->status["initContainerStatuses"].size() > 0;
  };
  while (!runs_init()) play(now.plus(1'000'000));
  store_.remove_now({Kind::kPod, "default", "c-0"}, {}, now);
  play(now.plus(2'000'000'000));
  EXPECT_FALSE(live("waits").ready);
  pod("c-1", of_c, "", 20'000);
  play(now.plus(5'000'000'000));
  EXPECT_TRUE(live("c-1").ready);
  EXPECT_TRUE(live("waits").ready) << "nobody has forgotten it";
}

TEST_F(EnvironmentTest, ContainersCrashAsOftenAsTheyAreToldToAndThenAreReady) {
  environment_.behaviours()["c"] = {.ready_after = 500, .crashes = 2};
  pod("p", R"("labels":{"grove.io/podclique":"c"})");
  EXPECT_EQ(run(), (std::vector<std::string>{"schedule ", "start p", "crash p", "crash p", "ready p"}));
  EXPECT_TRUE(live("p").ready && live("p").has_failed_once);
  const ObjectPtr object = store_.find({Kind::kPod, "default", "p"});
  EXPECT_EQ(object->status["containerStatuses"].items()[0]["restartCount"].as_int(), 2);
}

TEST_F(EnvironmentTest, AMarkedPodGoesAndOneWithAFinalizerStays) {
  pod("p");
  pod("held", R"("finalizers":["example.com/hold"])");
  run();
  for (const char* name : {"p", "held"}) store_.remove({Kind::kPod, "default", name}, {}, ms(5000));
  EXPECT_EQ(run(), (std::vector<std::string>{"gone p"}));
  store_.merge_patch({Kind::kPod, "default", "held"}, json(R"({"metadata":{"finalizers":null}})"), {}, ms(6000));
  EXPECT_EQ(run(), (std::vector<std::string>{"gone held"}));
  EXPECT_EQ(store_.size(), 0u);
}

TEST_F(EnvironmentTest, GarbageIsCollectedFromTheTopAndFinalizersHoldWhatIsBelow) {
  const ObjectPtr set = make(
      R"({"apiVersion":"grove.io/v1alpha1","kind":"PodCliqueSet","metadata":{"name":"s","namespace":"default"},"spec":{"replicas":1}})");
  const ObjectPtr c = clique("c", owner(*set) + R"(,"finalizers":["grove.io/podclique.grove.io"])");
  pod("p", owner(*c));
  run();
  EXPECT_TRUE(run().empty()) << "owners are there";
  store_.remove({Kind::kPodCliqueSet, "default", "s"}, {}, ms(5000));
  EXPECT_EQ(run(), (std::vector<std::string>{"collect c"}));
  EXPECT_TRUE(store_.find(c->key)->is_terminating()) << "marked, not gone: its finalizer";
  EXPECT_FALSE(live("p").is_marked()) << "its owner is still there";
  store_.merge_patch(c->key, json(R"({"metadata":{"finalizers":null}})"), {}, ms(6000));
  EXPECT_EQ(run(), (std::vector<std::string>{"collect p", "gone p"}));
}

TEST_F(EnvironmentTest, AnOwnerOfAnotherUidIsNoOwnerAndTwoOwnersAreEnoughIfOneIsThere) {
  const ObjectPtr one = clique("one");
  const ObjectPtr two = clique("two");
  pod("p", R"("ownerReferences":[{"apiVersion":"grove.io/v1alpha1","kind":"PodClique","name":"one","uid":")" +
               one->uid + R"("},{"apiVersion":"grove.io/v1alpha1","kind":"PodClique","name":"two","uid":")" + two->uid +
               R"("}])");
  run();
  store_.remove(one->key, {}, ms(5000));
  EXPECT_TRUE(run().empty());
  store_.remove(two->key, {}, ms(6000));
  clique("two");
  EXPECT_EQ(run(), (std::vector<std::string>{"collect p", "gone p"})) << "the new one of the name is another";
}

TEST_F(EnvironmentTest, AnAutoscalerTakesItsTargetIntoItsBoundsAndZeroSwitchesItOff) {
  const ObjectPtr c = clique("c");
  make(
      R"({"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler","metadata":{"name":"c","namespace":"default"},)"
      R"("spec":{"minReplicas":3,"maxReplicas":5,"scaleTargetRef":{"apiVersion":"grove.io/v1alpha1","kind":"PodClique","name":"c"}}})");
  EXPECT_EQ(run(), (std::vector<std::string>{"autoscale c"}));
  EXPECT_EQ(store_.find(c->key)->spec()["replicas"].as_int(), 3);
  store_.scale(c->key, 9, ms(5000));
  run();
  EXPECT_EQ(store_.find(c->key)->spec()["replicas"].as_int(), 5);
  store_.scale(c->key, 0, ms(6000));
  EXPECT_TRUE(run().empty());
}

TEST_F(EnvironmentTest, PlayedByTimeAMoveComesAfterItsDelayAndEqualSeedsAreEqual) {
  const auto play = [&](std::uint64_t seed) {
    Store store;
    EnvironmentOptions options;
    options.seed = seed;
    Environment environment(options);
    store.create(json(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"default"},)"
                      R"("spec":{"containers":[{"name":"main","image":"a:1"}]}})"),
                 ms(0));
    std::vector<std::int64_t> times;
    environment.notice(store, store.take_changes(), ms(0));
    while (const std::optional<Instant> at = environment.next()) {
      times.push_back(at->ns / 1'000'000);
      environment.run(store, *at);
      environment.notice(store, store.take_changes(), *at);
      if (store.all(Kind::kPod)[0]->as<decide::LivePod>()->ready) break;
    }
    return times;
  };
  const std::vector<std::int64_t> times = play(7);
  ASSERT_GE(times.size(), 2u);
  EXPECT_GE(times.front(), 3);
  EXPECT_LE(times.front(), 12) << "the scheduler's delay";
  EXPECT_EQ(times, play(7));
  EXPECT_NE(times, play(8));
}

}  // namespace
}  // namespace grovec::simulate

// Deciding by parts says what deciding on everything says, and looks at no more than what has changed.
#include "runtime/decide/parts.h"

#include <gtest/gtest.h>

#include "runtime/driver/compile.h"

namespace grovec::decide {
namespace {

constexpr std::string_view kSet =
    "apiVersion: grove.io/v1alpha1\nkind: PodCliqueSet\nmetadata:\n  name: s\nspec:\n  replicas: 4\n"
    "  template:\n    terminationDelay: 1h\n    cliques:\n"
    "    - name: a\n      spec:\n        roleName: a\n        replicas: 3\n        minAvailable: 2\n"
    "        podSpec:\n          containers:\n          - name: main\n            image: app:1\n"
    "    - name: b\n      spec:\n        roleName: b\n        replicas: 2\n        minAvailable: 2\n"
    "        podSpec:\n          containers:\n          - name: main\n            image: app:1\n"
    "    podCliqueScalingGroups:\n    - name: g\n      cliqueNames: [b]\n      replicas: 2\n      minAvailable: 1\n";

// Four settled set replicas, and changes of single objects. Every version is kept.
class PartsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    driver::CompileRequest request;
    request.owner_references = true;
    auto documents = driver::load_text(compilation_.context, "in.yaml", std::string(kSet), {});
    ASSERT_TRUE(documents);
    ASSERT_TRUE(driver::compile_documents(compilation_, request, *documents));
    const driver::CompiledSet& c = *compilation_.sets.at(0);
    world_ = std::make_unique<World>(c.module.desired, c.plan);
    set_.meta.name = "s";
    set_.meta.uid = "u";
    set_.meta.generation = 1;
    set_.meta.created = now_;
    set_.replicas = 4;
    Observed start;
    start.name = "s";
    start.namespace_ = "default";
    start.set = &set_;
    settled_ = settle(*world_, start, now_);
    seen_ = settled_.observed;
    now_ = now_.plus(3600 * kSecond);
  }

  // The decision, after it has been compared with that on everything.
  Decision look() {
    Decision decision = parts_.decide(*world_, seen_, now_);
    EXPECT_TRUE(equal(decision, decide(*world_, seen_, now_)));
    return decision;
  }

  void scale(std::int32_t replicas) {
    auto next = std::make_shared<LiveSet>(*seen_.set);
    next->replicas = replicas;
    seen_.set = next.get();
    kept_.push_back(std::move(next));
  }
  template <class Live, class Change>
  void change(std::vector<const Live*>& list, std::size_t n, Change&& change) {
    auto next = std::make_shared<Live>(*list[n]);
    change(*next);
    list[n] = next.get();
    kept_.push_back(std::move(next));
  }
  std::size_t pod_of(std::string_view clique) const {
    for (std::size_t n = 0; n < seen_.pods.size(); ++n)
      if (*seen_.pods[n]->owner_name == clique) return n;
    ADD_FAILURE() << clique;
    return 0;
  }
  template <class Live>
  std::size_t named(const std::vector<const Live*>& list, std::string_view name) const {
    for (std::size_t n = 0; n < list.size(); ++n)
      if (list[n]->meta.name == name) return n;
    ADD_FAILURE() << name;
    return 0;
  }

  driver::Compilation compilation_;
  std::unique_ptr<World> world_;
  LiveSet set_;
  Settled settled_;
  Observed seen_;
  Instant now_ = Instant::from_seconds(1'800'000'000);
  Parts parts_;
  std::vector<std::shared_ptr<const void>> kept_;
};

TEST_F(PartsTest, WhatIsAtRestIsLookedAtOnce) {
  EXPECT_TRUE(look().empty());
  EXPECT_EQ(parts_.decided(), 4u);
  EXPECT_TRUE(look().empty());
  EXPECT_EQ(parts_.decided(), 0u);
  EXPECT_EQ(parts_.all(), 4u);
}

TEST_F(PartsTest, OnePodOneReplica) {
  look();
  change(seen_.pods, pod_of("s-2-a"), [](LivePod& pod) { pod.ready = false; });
  EXPECT_FALSE(look().empty()) << "the status of its PodClique";
  EXPECT_EQ(parts_.decided(), 1u);
  EXPECT_FALSE(look().empty()) << "what was to be done is still to be done";
  EXPECT_EQ(parts_.decided(), 1u);
}

TEST_F(PartsTest, PodsComeAndGo) {
  look();
  const std::size_t n = pod_of("s-1-g-1-b");
  const LivePod* pod = seen_.pods[n];
  seen_.pods.erase(seen_.pods.begin() + static_cast<std::ptrdiff_t>(n));
  EXPECT_FALSE(look().empty());
  EXPECT_EQ(parts_.decided(), 1u);
  change(seen_.pods, pod_of("s-3-a"), [](LivePod& p) { p.phase = PodPhase::kFailed; });
  EXPECT_FALSE(look().empty());
  EXPECT_EQ(parts_.decided(), 2u);
  seen_.pods.insert(seen_.pods.begin() + static_cast<std::ptrdiff_t>(n), pod);
  look();
  EXPECT_EQ(parts_.decided(), 2u);
  look();
  EXPECT_EQ(parts_.decided(), 1u) << "the failed one";
}

TEST_F(PartsTest, TheNextLookOfAPartIsKept) {
  look();
  change(seen_.pods, pod_of("s-0-a"), [&](LivePod& pod) {
    pod.phase = PodPhase::kFailed;
    pod.created = now_;
  });
  const Decision waits = look();
  EXPECT_EQ(waits.next_look, now_.plus(10 * kSecond)) << "a pod that has ended is replaced when it is 10 s old";
  change(seen_.pods, pod_of("s-1-a"), [](LivePod& pod) { pod.ready = false; });
  EXPECT_EQ(look().next_look, waits.next_look) << "though another part was looked at";
  now_ = now_.plus(10 * kSecond);
  bool goes = false;
  for (const Step& step : look().steps)
    for (const Action& a : step) goes = goes || (a.verb == Verb::kDelete && a.key.kind == Kind::kPod);
  EXPECT_TRUE(goes);
}

TEST_F(PartsTest, WhatConcernsMoreThanAPartIsDecidedOnWhole) {
  look();
  scale(5);
  EXPECT_FALSE(look().empty()) << "scaled out";
  EXPECT_EQ(parts_.decided(), 5u);
  scale(3);
  EXPECT_FALSE(look().empty()) << "scaled in";
  EXPECT_EQ(parts_.decided(), 3u);
  scale(4);
  look();
  look();
  EXPECT_EQ(parts_.decided(), 0u);
  change(seen_.pods, pod_of("s-3-a"), [](LivePod& pod) { pod.owner_uid = nullptr; });
  EXPECT_FALSE(look().empty()) << "an orphan";
  EXPECT_EQ(parts_.decided(), 4u);
  seen_ = settled_.observed;
  seen_.failed.push_back({Verb::kCreate, {Kind::kService, "x"}, 500, "no", 1, now_});
  look();
  EXPECT_EQ(parts_.decided(), 4u) << "a failure";
  seen_ = settled_.observed;
  seen_.objects.pop_back();
  EXPECT_FALSE(look().empty()) << "something is gone";
  EXPECT_EQ(parts_.decided(), 4u);
}

TEST_F(PartsTest, ObjectsOfTheSetAndOfAReplica) {
  look();
  for (std::size_t n = 0; n < seen_.objects.size(); ++n) {
    seen_ = settled_.observed;
    look();
    change(seen_.objects, n, [&](LiveObject& o) { o.meta.labels = ir::Value::null(); });
    EXPECT_FALSE(look().empty()) << seen_.objects[n]->meta.name;
    EXPECT_LE(parts_.decided(), 1u);
  }
  seen_ = settled_.observed;
  look();
  change(seen_.gangs, named(seen_.gangs, "s-2"), [](LiveGang& g) { g.meta.labels = ir::Value::null(); });
  EXPECT_FALSE(look().empty());
  EXPECT_EQ(parts_.decided(), 1u);
}

// A pod has no node any more: its PodClique is to remember that its minimum was scheduled, before its status says that
// it is not. As long as that write is refused, the status is not written either.
TEST_F(PartsTest, AStatusWaitsForTheFactThatItShows) {
  const auto writes_of = [](const Decision& d, Verb verb) {
    std::size_t n = 0;
    for (const Step& step : d.steps)
      for (const Action& a : step) n += a.verb == verb && a.key == ObjectKey{Kind::kPodClique, "s-0-g-0-b"};
    return n;
  };
  for (std::size_t n = 0; n < seen_.pods.size(); ++n)
    if (*seen_.pods[n]->owner_name == "s-0-g-0-b")
      change(seen_.pods, n, [](LivePod& pod) { pod.scheduled = pod.ready = false; });
  Decision d = look();
  EXPECT_EQ(writes_of(d, Verb::kPatch), 1u);
  EXPECT_EQ(writes_of(d, Verb::kPatchStatus), 1u);
  seen_.failed.push_back({Verb::kPatch, {Kind::kPodClique, "s-0-g-0-b"}, 500, "no", 3, now_});
  d = look();
  EXPECT_EQ(writes_of(d, Verb::kPatch), 0u);
  EXPECT_EQ(writes_of(d, Verb::kPatchStatus), 0u);
  EXPECT_EQ(d.next_look, now_.plus(4 * kSecond)) << "the third failure in a row";
  now_ = now_.plus(4 * kSecond);
  d = look();
  EXPECT_EQ(writes_of(d, Verb::kPatch), 1u);
  EXPECT_EQ(writes_of(d, Verb::kPatchStatus), 1u);
}

TEST_F(PartsTest, ACopyRemembersNothing) {
  look();
  Parts copy(parts_);
  copy.decide(*world_, seen_, now_);
  EXPECT_EQ(copy.decided(), 4u);
}

}  // namespace
}  // namespace grovec::decide

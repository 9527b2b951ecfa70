// Files of steps, fates of writes and caches that lag: what tests/simulator adds to the simulated cluster.
#include "tests/simulator/steps.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/simulator/faults.h"

namespace grovec::simulator {
namespace {

using simulate::Change;
using simulate::Fate;
using simulate::Instant;
using simulate::Kind;
using simulate::Store;

Step one(const std::string& line) {
  const Result<std::vector<Step>> steps = parse_steps(line + "\n");
  EXPECT_TRUE(steps) << line;
  EXPECT_TRUE(steps && steps->size() == 1) << line;
  return steps && !steps->empty() ? steps->front() : Step{};
}

TEST(StepsTest, TimesAndWhatComesBeforeTheRecording) {
  const Step before = one("[before] kubectl create -f input.yaml");
  EXPECT_TRUE(before.before);
  EXPECT_EQ(before.kind, StepKind::kCreate);
  EXPECT_EQ(before.text, "input.yaml");
  EXPECT_FALSE(before.at);
  const Step timed = one("[12.3s] kubectl scale pclq wl-0-a --replicas=3");
  EXPECT_EQ(timed.at, 12'300);
  EXPECT_EQ(timed.kind, StepKind::kScale);
  EXPECT_EQ(timed.kind_word, "pclq");
  EXPECT_EQ(timed.object, "wl-0-a");
  EXPECT_EQ(timed.number, 3);
}

TEST(StepsTest, RemarksAreLeftOutAndRefusalsBelongToTheStepBefore) {
  const Result<std::vector<Step>> steps =
      parse_steps("  # a remark\nkubectl delete pod x\n  # refused: no\nkubectl delete pod y\n");
  ASSERT_TRUE(steps);
  ASSERT_EQ(steps->size(), 2u);
  EXPECT_TRUE((*steps)[0].refused);
  EXPECT_FALSE((*steps)[1].refused);
  EXPECT_EQ((*steps)[1].number_of_line, 4u);
}

TEST(StepsTest, WhatNobodyUnderstandsIsAnErrorWithItsLine) {
  const Result<std::vector<Step>> steps = parse_steps("kubectl delete pod x\nkubectl frobnicate x\n");
  ASSERT_FALSE(steps);
  EXPECT_NE(steps.error().message.find("2"), std::string::npos) << steps.error().message;
  EXPECT_NE(steps.error().message.find("frobnicate"), std::string::npos) << steps.error().message;
}

TEST(FaultsTest, FatesComeAsOftenAsAskedForAndAlikeFromOneSeed) {
  const FaultRates rates{.refused = 100, .lost = 50, .killed_before = 20, .killed_after = 10};
  const auto draw = [&](std::uint64_t seed) {
    std::vector<Fate> out;
    simulate::FateOf fates = random_fates(seed, rates);
    for (std::uint64_t n = 0; n < 20'000; ++n) out.push_back(fates({}, n));
    return out;
  };
  std::map<Fate, int> counts;
  for (const Fate fate : draw(1)) ++counts[fate];
  EXPECT_NEAR(counts[Fate::kRefused], 2000, 300);
  EXPECT_NEAR(counts[Fate::kLost], 1000, 200);
  EXPECT_NEAR(counts[Fate::kKilledBefore], 400, 120);
  EXPECT_NEAR(counts[Fate::kKilledAfter], 200, 80);
  EXPECT_EQ(draw(1), draw(1));
  EXPECT_NE(draw(1), draw(2));
  for (const Fate fate : {random_fates(1, {})({}, 0), random_fates(2, {})({}, 1)}) EXPECT_EQ(fate, Fate::kDone);
}

class LaggingCacheTest : public ::testing::Test {
 protected:
  void make(std::string_view kind, std::string_view name) {
    Arena arena;
    const auto text = [](std::string_view key, std::string_view value) {
      return ir::Member{key, kNowhere, ir::Value::string(value)};
    };
    const ir::Value meta = ir::make_mapping(arena, {text("name", name), text("namespace", "default")});
    const ir::Value tree = ir::make_mapping(
        arena, {text("apiVersion", kind == "Service" ? "v1" : "grove.io/v1alpha1"), text("kind", kind),
                ir::Member{"metadata", kNowhere, meta}});
    ASSERT_TRUE(store_.create(tree, now_).ok());
    cache_.notice(store_.take_changes(), now_);
  }
  std::vector<Change> wait_for_next() {
    const std::optional<Instant> next = cache_.next();
    if (!next) return {};
    now_ = *next;
    return cache_.run(store_, now_);
  }

  Store store_;
  Instant now_ = Instant::from_seconds(1);
  LaggingCache cache_{1, 1000};
};

TEST_F(LaggingCacheTest, EachKindCatchesUpAtATimeOfItsOwnWithAllThatItHasMissed) {
  make("Service", "one");
  make("PodClique", "c");
  make("Service", "two");
  EXPECT_EQ(cache_.view().size(), 0u);
  std::size_t seen = 0, times = 0;
  while (cache_.next()) {
    const std::vector<Change> changes = wait_for_next();
    ASSERT_FALSE(changes.empty());
    for (const Change& c : changes) EXPECT_EQ(c.object().key.kind, changes[0].object().key.kind);
    seen += changes.size();
    ++times;
  }
  EXPECT_EQ(seen, 3u);
  EXPECT_EQ(times, 2u);
  EXPECT_EQ(cache_.view().size(), 3u);
  EXPECT_LE(now_, Instant::from_seconds(2)) << "never later than asked for";
}

TEST_F(LaggingCacheTest, AStartBeginsWithCompleteLists) {
  make("Service", "one");
  cache_.relist(store_);
  EXPECT_EQ(cache_.view().size(), 1u);
  EXPECT_FALSE(cache_.next()) << "nothing is left to be seen";
}

}  // namespace
}  // namespace grovec::simulator

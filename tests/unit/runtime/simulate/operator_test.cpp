// The operator in the simulated cluster: what becomes of its writes, and what it remembers of them.
#include "runtime/simulate/operator.h"

#include <gtest/gtest.h>

#include <map>

#include "runtime/driver/compile.h"

namespace grovec::simulate {
namespace {

using namespace ir;
using decide::Verb;

constexpr std::string_view kSet =
    R"({"apiVersion":"grove.io/v1alpha1","kind":"PodCliqueSet","metadata":{"name":"s","namespace":"default"},)"
    R"("spec":{"replicas":1,"template":{"cliques":[{"name":"a","spec":{"roleName":"a","replicas":2,"minAvailable":2,)"
    R"("podSpec":{"containers":[{"name":"main","image":"app:1"}]}}}]}}})";

// A set, its operator, and nobody else.
class OperatorTest : public ::testing::Test {
 protected:
  OperatorTest() : operator_("default", "s", [this](const Object&) { return world_; }) {
    driver::CompileRequest request;
    request.owner_references = true;
    auto documents = driver::load_text(compilation_.context, "in.json", std::string(kSet), {});
    EXPECT_TRUE(documents && driver::compile_documents(compilation_, request, *documents));
    tree_ = documents->front().document.root;
    const driver::CompiledSet& c = *compilation_.sets.at(0);
    world_ = std::make_shared<const decide::World>(c.module.desired, c.plan);
    EXPECT_TRUE(store_.create(tree_, now_).ok());
    operator_.start(now_);
  }

  // Until nothing is due within so long; what it wrote and was answered.
  std::vector<Written> run(std::int64_t most_ms = 1000) {
    std::vector<Written> out;
    const Instant end = now_.plus(most_ms * 1'000'000);
    for (int n = 0; n < 10'000; ++n) {
      operator_.notice(store_.take_changes(), now_);
      const std::optional<Instant> next = operator_.next();
      if (!next || *next > end) break;
      now_ = std::max(now_, *next);
      operator_.run(store_, store_, now_);
      for (Written& w : operator_.take_writes()) out.push_back(std::move(w));
    }
    now_ = std::max(now_, end);
    return out;
  }
  static FateOf once(Fate fate, Verb verb, decide::Kind kind, int& fired) {
    return [=, &fired](const decide::Action& a, std::uint64_t) {
      if (fired > 0 || a.verb != verb || a.key.kind != kind) return Fate::kDone;
      ++fired;
      return fate;
    };
  }
  std::size_t count(Kind kind) const { return store_.all(kind).size(); }

  // {"spec": {"roleName": "x"}}: a change that somebody else makes.
  Value foreign_change() {
    return make_mapping(arena_, {{"spec", kNowhere, make_mapping(arena_, {{"roleName", kNowhere, Value::string("x")}})}});
  }

  Arena arena_;
  Value tree_;
  driver::Compilation compilation_;
  WorldPtr world_;
  Store store_;
  Instant now_ = Instant::from_seconds(1'800'000'000);
  Operator operator_;
  int fired_ = 0;
};

TEST_F(OperatorTest, MakesWhatIsAskedForAndTellsOfIt) {
  run();
  EXPECT_EQ(count(Kind::kPodClique), 1u);
  EXPECT_EQ(count(Kind::kPodGang), 1u);
  EXPECT_EQ(count(Kind::kPod), 2u);
  std::map<std::string, int> said;
  for (const decide::Event& e : operator_.take_events()) {
    EXPECT_FALSE(e.is_warning) << e.message;
    ++said[e.reason + " on " + std::string(info_of(e.on.kind).kind) + "/" + e.on.name];
  }
  EXPECT_EQ(said, (std::map<std::string, int>{{"PodCliqueCreateOrUpdateSuccessful on PodCliqueSet/s", 1},
                                              {"PodGangCreateOrUpdateSuccessful on PodCliqueSet/s", 1},
                                              {"PodCreateSuccessful on PodClique/s-0-a", 2}}));
}

TEST_F(OperatorTest, ARefusedWriteIsTriedAgainLaterAndSaidOnce) {
  operator_.set_fate(once(Fate::kRefused, Verb::kCreate, decide::Kind::kPodClique, fired_));
  const std::vector<Written> writes = run(500);
  EXPECT_EQ(fired_, 1);
  EXPECT_EQ(count(Kind::kPodClique), 0u);
  EXPECT_EQ(count(Kind::kPod), 0u) << "what relies on it waits";
  int warnings = 0;
  for (const decide::Event& e : operator_.take_events()) warnings += e.is_warning;
  EXPECT_EQ(warnings, 1);
  run(3000);
  EXPECT_EQ(count(Kind::kPodClique), 1u);
  EXPECT_EQ(count(Kind::kPod), 2u);
  run(3000);
  const auto* live = store_.find({Kind::kPodCliqueSet, "default", "s"})->as<decide::LiveSet>();
  EXPECT_TRUE(live->status.last_errors.empty()) << "cleared when it worked";
}

TEST_F(OperatorTest, ALostAnswerIsNoSecondObject) {
  operator_.set_fate(once(Fate::kLost, Verb::kCreate, decide::Kind::kPod, fired_));
  run(5000);
  EXPECT_EQ(fired_, 1);
  EXPECT_EQ(count(Kind::kPod), 2u);
  run(5000);
  const auto* clique = store_.find({Kind::kPodClique, "default", "s-0-a"})->as<decide::LiveClique>();
  EXPECT_TRUE(clique->status.last_errors.empty());
}

TEST_F(OperatorTest, KilledBeforeOrBehindAWriteItGoesOnWhereItWas) {
  for (const Fate fate : {Fate::kKilledBefore, Fate::kKilledAfter}) {
    store_ = Store();
    store_.create(tree_, now_);
    operator_.kill();
    operator_.start(now_);
    fired_ = 0;
    operator_.set_fate(once(fate, Verb::kCreate, decide::Kind::kPod, fired_));
    run();
    EXPECT_FALSE(operator_.is_running());
    EXPECT_EQ(count(Kind::kPod), fate == Fate::kKilledAfter ? 1u : 0u);
    operator_.start(now_);
    run();
    EXPECT_EQ(count(Kind::kPod), 2u);
  }
}

TEST_F(OperatorTest, DoesNotDecideOnAWorldOlderThanItsOwnWrites) {
  const Store old = store_;
  run();
  store_.merge_patch({Kind::kPodClique, "default", "s-0-a"}, foreign_change(), {}, now_);
  operator_.notice(store_.take_changes(), now_);
  const std::uint64_t looks = operator_.looks();
  for (int n = 0; n < 5; ++n) {
    now_ = std::max(now_, *operator_.next());
    operator_.run(store_, old, now_);
  }
  EXPECT_EQ(operator_.looks(), looks) << "that cache has not seen the PodClique that it made";
  EXPECT_TRUE(operator_.take_writes().empty());
  run();
  EXPECT_GT(operator_.looks(), looks);
}

}  // namespace
}  // namespace grovec::simulate

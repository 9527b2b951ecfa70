// Who else is there, and what follows from it.
#include "runtime/live/reconcile/neighbours.h"

#include <gtest/gtest.h>

#include "runtime/live/reconcile/leader.h"

namespace grovec::live {
namespace {

const std::string kOther = "grove-operator-7d9c-x2x_0b5c";  // as controller-runtime calls itself: pod, uuid

Verdict verdict_of(Neighbours neighbours, bool takes_over = false, const std::string& scope = "*") {
  return judge(neighbours, {scope, "here", takes_over});
}

TEST(Neighbours, NobodyIsInTheWay) {
  const Verdict v = verdict_of({});
  EXPECT_EQ(v.refusal, "");
  EXPECT_EQ(v.lease_namespace, "here");
  EXPECT_EQ(v.note, "");
  EXPECT_EQ(verdict_of({{{"here", "", false}}, {}}).refusal, "") << "a Lease that was given back";
}

TEST(Neighbours, AnotherGrovecWithThisLeaseIsWaitedFor) {
  const Verdict v = verdict_of({{{"here", "grovec:*/a_1_2", true}}, {}});
  EXPECT_EQ(v.refusal, "");
  EXPECT_EQ(v.waits_for, "grovec:*/a_1_2");
  EXPECT_EQ(verdict_of({{{"here", "grovec:*/a_1_2", false}}, {}}).waits_for, "") << "it has run out";
}

TEST(Neighbours, AnotherGrovecElsewhereIsInTheWayIfItLooksAfterTheSameSets) {
  const Neighbours all{{{"there", "grovec:*/a_1_2", true}}, {}}, one{{{"there", "grovec:there/a_1_2", true}}, {}};
  EXPECT_NE(verdict_of(all).refusal.find("looks after the same sets"), std::string::npos);
  EXPECT_NE(verdict_of(all, false, "here").refusal, "");
  EXPECT_NE(verdict_of(one).refusal, "") << "we want all";
  EXPECT_EQ(verdict_of(one, false, "here").refusal, "") << "to each its own";
}

TEST(Neighbours, AnotherOperatorThatRunsIsNeverTakenOver) {
  for (const bool takes_over : {false, true}) {
    const Verdict v = verdict_of({{{"grove-system", kOther, true}}, {{"grove-system", 1, 1, false}}}, takes_over);
    EXPECT_NE(v.refusal.find("is running"), std::string::npos) << v.refusal;
    EXPECT_NE(v.refusal.find("kubectl -n grove-system scale deployment grove-operator --replicas=0"),
              std::string::npos);
    EXPECT_NE(verdict_of({{{"grove-system", kOther, true}}, {}}, takes_over).refusal, "") << "by its Lease alone";
    EXPECT_NE(verdict_of({{}, {{"grove-system", 1, 0, false}}}, takes_over).refusal, "") << "it may take no Lease";
    EXPECT_NE(verdict_of({{{"s", kOther, true}}, {{"s", 0, 1, false}}}, takes_over).refusal, "") << "still a pod";
  }
}

TEST(Neighbours, AnotherOperatorThatWasStoppedIsTakenOverIfThatIsSaid) {
  const Neighbours expired{{{"grove-system", kOther, false}}, {{"grove-system", 1, 0, false}}};
  const Neighbours scaled_down{{{"grove-system", kOther, true}}, {{"grove-system", 0, 0, false}}};
  for (const Neighbours& n : {expired, scaled_down}) {
    EXPECT_NE(verdict_of(n).refusal.find("--take-over"), std::string::npos);
    const Verdict v = verdict_of(n, true);
    EXPECT_EQ(v.refusal, "");
    EXPECT_EQ(v.lease_namespace, "grove-system") << "so that it cannot come back beside us";
    EXPECT_NE(v.note.find("to go back: stop this operator, then kubectl -n grove-system scale deployment "
                          "grove-operator --replicas=1"),
              std::string::npos)
        << v.note;
  }
}

TEST(Neighbours, OurOwnDeploymentIsNobodyElse) {
  EXPECT_EQ(verdict_of({{}, {{"grove-system", 2, 2, true}}}).refusal, "");
}

TEST(Neighbours, AnIdentityTellsWhatIsLookedAfter) {
  const std::string identity = identity_of("prod", kube::real_surroundings());
  EXPECT_TRUE(identity.starts_with("grovec:prod/")) << identity;
  EXPECT_EQ(verdict_of({{{"there", identity, true}}, {}}, false, "dev").refusal, "");
  EXPECT_NE(verdict_of({{{"there", identity, true}}, {}}, false, "prod").refusal, "");
}

}  // namespace
}  // namespace grovec::live

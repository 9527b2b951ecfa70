// Whose turn it is, with the time passed in.
#include "runtime/live/reconcile/tenure.h"

#include <gtest/gtest.h>

namespace grovec::live {
namespace {

using namespace std::chrono_literals;

constexpr kube::Instant at(kube::Duration since) { return kube::Instant(since); }
StoredLease lease(const std::string& holder, const std::string& version) { return {holder, version, "", 0, 15}; }

TEST(Tenure, TakesWhatIsNobodysOrItsOwn) {
  EXPECT_TRUE(Tenure("me", 10s).may_take(lease("", "1"), at(0s)));
  EXPECT_TRUE(Tenure("me", 10s).may_take(lease("me", "1"), at(0s)));
}

TEST(Tenure, WaitsUntilALeaseHasNotChangedForAsLongAsItLasts) {
  Tenure t("me", 10s);
  EXPECT_FALSE(t.may_take(lease("other", "1"), at(100s))) << "how old it is cannot be known";
  EXPECT_FALSE(t.may_take(lease("other", "1"), at(115s)));
  EXPECT_FALSE(t.may_take(lease("other", "2"), at(116s))) << "renewed";
  EXPECT_FALSE(t.may_take(lease("other", "2"), at(131s)));
  EXPECT_TRUE(t.may_take(lease("other", "2"), at(131s + 1ns)));
}

TEST(Tenure, WritesUntilTheDeadlineAfterTheRenewalWasSent) {
  Tenure t("me", 10s);
  EXPECT_FALSE(t.leads(at(0s)));
  EXPECT_FALSE(t.has_lost(at(0s))) << "it never led";
  t.renewed(at(5s));
  EXPECT_TRUE(t.leads(at(15s - 1ns)));
  EXPECT_FALSE(t.leads(at(15s)));
  EXPECT_TRUE(t.has_lost(at(15s)));
  t.renewed(at(14s));
  EXPECT_TRUE(t.leads(at(15s)));
  EXPECT_EQ(t.leads_until(), std::optional(at(24s)));
}

TEST(Tenure, SomebodyElsesLeaseEndsItForEver) {
  Tenure t("me", 10s);
  t.renewed(at(0s));
  EXPECT_FALSE(t.may_take(lease("other", "7"), at(1s)));
  EXPECT_TRUE(t.has_lost(at(1s)));
  EXPECT_EQ(t.leads_until(), std::nullopt);
  EXPECT_FALSE(t.may_take(lease("", "8"), at(2s)));
  t.renewed(at(2s));
  EXPECT_FALSE(t.leads(at(2s))) << "an answer that comes late";
}

TEST(Tenure, GivenUpIsNotTakenAgain) {
  Tenure t("me", 10s);
  t.renewed(at(0s));
  t.give_up();
  EXPECT_FALSE(t.leads(at(1s)));
  EXPECT_FALSE(t.may_take(lease("", "2"), at(1s)));
}

}  // namespace
}  // namespace grovec::live

#include "ir/names.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace grovec::ir {
namespace {

std::string suffix(std::uint32_t attempt, std::uint32_t index) {
  auto s = pod_suffix(attempt, index);
  return {s.data(), s.size()};
}

TEST(Names, SeveralAreWrittenWithATextInPlaceOfTheIndex) {
  Arena a;
  const Instance n{.set_replica = 1, .group_replica = 12};
  const Value clique = names::member_clique(a, "llm", "g", "c");
  EXPECT_EQ(name_text(clique, n, {Hole::kGroupReplica, "[2-4]"}), "llm-1-g-[2-4]-c");
  EXPECT_EQ(name_text(clique, n, {Hole::kSetReplica, "0…3"}), "llm-0…3-g-12-c");
  EXPECT_EQ(name_text(clique, n, {Hole::kPodIndex, "[0-9]"}), "llm-1-g-12-c") << "it has none";
}

TEST(Names, APodIsCalledAfterItsPodCliqueHoweverThatIsKnown) {
  Arena a;
  const Instance n{.set_replica = 1, .group_replica = 12, .pod_suffix = pod_suffix(1, 28)};
  const Value clique = names::member_clique(a, "llm", "g", "c");
  EXPECT_EQ(pod_name(name_text(clique, n), n.pod_suffix), name_text(names::pod(a, clique), n));
  EXPECT_EQ(name_text(names::pod_address(a, names::host(a, clique), names::service(a, "llm"), "prod"), n),
            "llm-1-g-12-c-0.llm-1.prod.svc.cluster.local");
  // As the labels of a live PodClique say it.
  EXPECT_EQ(names::service(a, Value::string("llm"), Value::string("1")).as_string(), "llm-1");
}

TEST(Names, FollowTheGeneratorsOfTheReference) {  // expansion 2.1
  Arena a;
  const Instance n{
      .set_replica = 1, .group_replica = 12, .scaled_gang = 10, .pod_index = 3, .pod_suffix = pod_suffix(0, 3)};
  EXPECT_EQ(name_text(names::service(a, "llm"), n), "llm-1");
  EXPECT_EQ(name_text(names::service_address(a, names::service(a, "llm"), "prod"), n), "llm-1.prod.svc.cluster.local");
  EXPECT_EQ(names::role(a, "llm"), "grove.io:pcs:llm");
  EXPECT_EQ(names::role_label(a, "llm"), "grove.io-pcs-llm");
  EXPECT_EQ(names::token_secret(a, "llm"), "llm-ic-sat");
  EXPECT_EQ(name_text(names::scaling_group(a, "llm", "g"), n), "llm-1-g");
  EXPECT_EQ(name_text(names::standalone_clique(a, "llm", "c"), n), "llm-1-c");
  EXPECT_EQ(name_text(names::member_clique(a, "llm", "g", "c"), n), "llm-1-g-12-c");
  EXPECT_EQ(name_text(names::base_gang(a, "llm"), n), "llm-1");
  EXPECT_EQ(name_text(names::scaled_gang(a, "llm", "g"), n), "llm-1-g-10");  // re-based to 0
  EXPECT_EQ(name_text(names::group_replica(a, "llm", "g"), n), "llm-1-g-12");
  EXPECT_EQ(name_text(names::compute_domain(a, "llm", "nv"), n), "llm-1-nv");
  const Value clique = names::member_clique(a, "llm", "g", "c");
  EXPECT_EQ(name_text(names::host(a, clique), n), "llm-1-g-12-c-3");
  EXPECT_EQ(name_text(names::pod(a, clique), n), "llm-1-g-12-c-" + suffix(0, 3));
  EXPECT_EQ(name_text(names::claim_all(a, clique, "T"), n), "llm-1-g-12-c-all-T");
  EXPECT_EQ(name_text(names::claim_each(a, Value::string("llm"), Hole::kSetReplica, "T"), n), "llm-1-T");
}

TEST(PodSuffix, IsTheAttemptThenTheIndexInBase27) {
  EXPECT_EQ(suffix(0, 0), "bbbbb");
  EXPECT_EQ(suffix(0, 1), "bbbbc");
  EXPECT_EQ(suffix(0, 26), "bbbb9");
  EXPECT_EQ(suffix(0, 27), "bbbcb");
  EXPECT_EQ(suffix(1, 0), "cbbbb");
  EXPECT_EQ(suffix(26, kMostPodsOfClique - 1), "99999");
}

TEST(PodSuffix, WalksIndicesInByteOrderOfTheNames) {
  for (std::uint32_t count : {0u, 1u, 20u, 21u, 27u, 28u, 100u, 730u, 20'000u}) {
    std::vector<std::string> walked;
    std::set<std::string> expected;
    PodRange(count).for_each(PodOrder::kByName, [&](std::uint32_t index, const PodSuffix& s) {
      EXPECT_EQ(text_of(s), suffix(0, index));
      walked.emplace_back(text_of(s));
    });
    for (std::uint32_t index = 0; index < count; ++index) expected.insert(suffix(0, index));
    EXPECT_TRUE(std::equal(walked.begin(), walked.end(), expected.begin(), expected.end())) << count;
  }
}

TEST(MatchName, FindsTheIndicesOfAName) {
  Arena a;
  const Value pod = names::pod(a, names::member_clique(a, "llm", "g", "c"));
  std::optional<Instance> n = match_name(pod, "llm-10-g-2-c-" + suffix(1, 77));
  ASSERT_TRUE(n);
  EXPECT_EQ(n->set_replica, 10u);
  EXPECT_EQ(n->group_replica, 2u);
  EXPECT_EQ(text_of(n->pod_suffix), suffix(1, 77));
  EXPECT_EQ(n->pod_index, 0u) << "a name is never decoded to find its index";
}

TEST(MatchName, RefusesOtherNames) {
  Arena a;
  const Value name = names::member_clique(a, "llm", "g", "c");
  for (const char* other : {"llm-1-g-2", "llm-1-g-2-c-", "llm-01-g-2-c", "llm--g-2-c", "llm-1-g-x-c", "lm-1-g-2-c", "",
                            "llm-99999999999-g-2-c", "llm-1-g-2-cc"})
    EXPECT_FALSE(match_name(name, other)) << other;
}

}  // namespace
}  // namespace grovec::ir

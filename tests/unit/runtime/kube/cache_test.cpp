#include "runtime/kube/cache.h"

#include <gtest/gtest.h>

#include "runtime/kube/redact.h"

namespace grovec::kube {
namespace {

using namespace std::chrono_literals;

Item item(std::string_view name, std::string_view uid, std::string_view version) {
  Item out;
  out.json = "{}";
  out.namespace_ = "n";
  out.name = name;
  out.uid = uid;
  out.resource_version = version;
  return out;
}

struct StoreTest : testing::Test {
  std::vector<std::string> changes, versions;
  Store<std::string> store{
      [](const Item& i, std::string& to) {
        to = i.resource_version;
        return true;
      },
      [this](std::string_view key, const Store<std::string>::Entry* before, const Store<std::string>::Entry* after) {
        changes.push_back(std::string(key) + " " + (before ? before->uid + before->value : "-") + " " +
                          (after ? after->uid + after->value : "-"));
      },
      [this](std::string_view v) { versions.emplace_back(v); }};
};

TEST_F(StoreTest, AListSweepsWhatItDoesNotName) {
  store.on_list_begin();
  store.on_object(item("a", "1", "5"));
  store.on_object(item("b", "2", "6"));
  store.on_list_end("9");
  store.on_list_begin();
  store.on_object(item("a", "1", "5"));
  store.on_list_end("20");
  EXPECT_EQ(changes, (std::vector<std::string>{"n/a - 15", "n/b - 26", "n/b 26 -"}));
  EXPECT_EQ(versions, (std::vector<std::string>{"9", "20"}));  // not those of objects in lists
  EXPECT_EQ(store.size(), 1u);
}

TEST_F(StoreTest, AListThatBreaksOffSweepsNothing) {
  store.on_list_begin();
  store.on_object(item("a", "1", "5"));
  store.on_list_end("9");
  store.on_list_begin();
  store.on_list_begin();
  store.on_object(item("a", "1", "5"));
  EXPECT_EQ(store.size(), 1u);
  store.on_list_end("10");
  EXPECT_EQ(changes.size(), 1u);
}

TEST_F(StoreTest, ANewUidAtAnOldNameIsADeathAndABirth) {
  store.on_list_begin();
  store.on_list_end("1");
  store.on_object(item("a", "1", "5"));
  store.on_object(item("a", "2", "8"));
  EXPECT_EQ(changes, (std::vector<std::string>{"n/a - 15", "n/a 15 -", "n/a - 28"}));
  store.on_delete(item("a", "1", "9"));  // late: somebody else has the name
  EXPECT_EQ(store.size(), 1u);
  store.on_delete(item("a", "2", "10"));
  EXPECT_EQ(store.size(), 0u);
  EXPECT_EQ(versions.back(), "10");
}

struct OwnWritesTest : testing::Test {
  std::vector<std::string> woken;
  OwnWrites own{[this](const std::string& owner) { woken.push_back(owner); }};
  Instant now{};
};

TEST_F(OwnWritesTest, AnOwnerIsReadyWhenEveryKindHasReachedItsFloor) {
  own.wrote("s", 1, "10", now);
  own.wrote("s", 2, "7", now);
  own.progress(1, "9");
  EXPECT_FALSE(own.is_ready("s"));
  own.progress(1, "11");
  EXPECT_FALSE(own.is_ready("s"));
  own.progress(2, "7");
  EXPECT_TRUE(own.is_ready("s"));
  EXPECT_EQ(woken, std::vector<std::string>{"s"});
  own.wrote("s", 1, "11", now);  // seen before its answer came
  EXPECT_TRUE(own.is_ready("s"));
}

TEST_F(OwnWritesTest, ADeletionIsOverWhenItsUidIsGone) {
  own.deleting("s", 1, "u1", now);
  own.progress(1, "1000");
  own.gone(1, "u2");
  EXPECT_FALSE(own.is_ready("s"));
  own.gone(1, "u1");
  EXPECT_TRUE(own.is_ready("s"));
}

TEST_F(OwnWritesTest, AListMeetsFloorsEvenWhereVersionsWentBack) {
  own.wrote("s", 1, "1000", now);
  own.deleting("s", 1, "u1", now);
  own.listed(1, "40", [](std::string_view) { return true; });
  EXPECT_FALSE(own.is_ready("s"));
  own.listed(1, "41", [](std::string_view) { return false; });
  EXPECT_TRUE(own.is_ready("s"));
  own.wrote("s", 1, "42", now);
  EXPECT_FALSE(own.is_ready("s"));
}

TEST_F(OwnWritesTest, WhatWaitsTooLongIsNamedWithItsHighestFloor) {
  own.wrote("s", 3, "9", now);
  own.wrote("t", 3, "10", now + 1s);
  own.wrote("u", 4, "50", now + 9s);
  EXPECT_TRUE(own.stuck(now + 4s, 5s).empty());
  const auto stuck = own.stuck(now + 6s, 5s);
  ASSERT_EQ(stuck.size(), 1u);
  EXPECT_EQ(stuck[0].kind, 3u);
  EXPECT_EQ(stuck[0].floor, "10");
}

TEST(KubeRedact, HidesWhatLooksLikeASecretAndNothingElse) {
  const std::pair<const char*, const char*> kRows[] = {
      {"plain words stay", "plain words stay"},
      {"Authorization: Bearer abc.def-1", "Authorization: Bearer <hidden>"},
      {"x eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIi y", "x <hidden> y"},
      {"a -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----b", "a <hidden>b"},
      {R"({"data":{"k":"djE="},"kind":"Secret"})", R"({"data":<hidden>,"kind":"Secret"})"},
      {R"({"stringData": {"k":"}v"}})", R"({"stringData": <hidden>})"},
      {R"("kubectl.kubernetes.io/last-applied-configuration":"{\"a\":1}","b":2)",
       R"("kubectl.kubernetes.io/last-applied-configuration":<hidden>,"b":2)"},
      {"\x1b[31mred\n\xc2\x9bx", "\\x1b[31mred\\x0a\\xc2\\x9bx"},
  };
  for (const auto& [in, out] : kRows) EXPECT_EQ(redact(in), out);
  keep_secret("line-one-of-key\nline-two-of-key");
  EXPECT_EQ(redact("a line-two-of-key b"), "a <hidden> b");
  EXPECT_EQ(redact(std::string(10, 'x'), 4), "xxxx…");
}

TEST(KubeRedact, SecretsThatOverlapDisappearWhole) {
  keep_secret("overlap-one");
  keep_secret("one-overlap-two-long");
  keep_secret("overlap-one-more");
  EXPECT_EQ(redact("a overlap-one-overlap-two-long b overlap-one-more c overlap-on d"),
            "a <hidden> b <hidden> c overlap-on d");
}

TEST(KubeRedact, WhatWasGivenLongAgoIsForgottenFirstHoweverLongItIs) {
  keep_secret("a-key-from-the-beginning-that-is-longer-than-others");
  keep_secret("first-token");
  for (int i = 0; i < 4096; ++i) {
    keep_secret("rotated-" + std::to_string(i));
    keep_secret("a-key-from-the-beginning-that-is-longer-than-others");  // still in use
  }
  EXPECT_EQ(redact("a-key-from-the-beginning-that-is-longer-than-others"), "<hidden>");
  EXPECT_EQ(redact("rotated-4095"), "<hidden>");
  EXPECT_EQ(redact("first-token"), "first-token");
}

}  // namespace
}  // namespace grovec::kube

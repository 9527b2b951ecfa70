#include "runtime/kube/items.h"

#include <gtest/gtest.h>

#include <vector>

#include "runtime/kube/status.h"
#include "runtime/kube/versions.h"

namespace grovec::kube {
namespace {

constexpr std::string_view kEvents =
    R"({"type":"ADDED","object":{"kind":"Pod","metadata":{"annotations":{"object":"{\"a\": [}"},"name":"a","namespace":"n","uid":"u1","resourceVersion":"7"},"object":{"x":1}}})"
    "\n"
    R"({"object":{"metadata":{"resourceVersion":"9","annotations":{"k8s.io/initial-events-end":"true"}}},"type":"BOOKMARK"})"
    R"( {"type":"ERROR","object":{"kind":"Status","metadata":{},"message":"too \"old\"","code":410}})";

std::vector<std::string> read_events(std::string_view text, std::size_t step) {
  std::vector<std::string> out;
  WatchReader reader([&](const Event& e) {
    out.push_back(std::to_string(static_cast<int>(e.type)) + "|" + std::string(e.item.name) + "|" +
                  std::string(e.item.namespace_) + "|" + std::string(e.item.uid) + "|" +
                  std::string(e.item.resource_version) + "|" + (e.initial_events_end ? "end" : "") + "|" +
                  std::to_string(e.code) + "|" + std::string(e.message) + "|" + std::string(e.item.json.substr(0, 9)) +
                  "|" + std::string(1, e.item.json.back()));
  });
  for (std::size_t i = 0; i < text.size(); i += step) {
    Result<Done> done = reader.feed(text.substr(i, step));
    if (!done) {
      out.push_back("error");
      break;
    }
  }
  out.push_back(reader.is_between() ? "between" : "within");
  return out;
}

TEST(KubeItems, EventsAreTheSameHoweverTheirBytesArrive) {
  const std::vector<std::string> kWanted = {R"(0|a|n|u1|7||0||{"kind":"|})", R"(3||||9|end|0||{"metadat|})",
                                            R"(4||||||410|too "old"|{"kind":"|})", "between"};
  for (std::size_t step = 1; step <= kEvents.size(); ++step) ASSERT_EQ(read_events(kEvents, step), kWanted) << step;
}

TEST(KubeItems, WhatIsNoEventIsAnError) {
  for (const char* bad :
       {"<html>", "[1]", R"({"type":"ADDED"})", R"({"type":"ODD","object":{}})", R"({"a":]})",
        R"({"type":"ADDED","object":{"metadata":{"name":"a"}}})", "\"x\"",
        "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"\xff\",\"resourceVersion\":\"1\"}}}"})
    EXPECT_EQ(read_events(bad, 1000)[0], "error") << bad;
}

TEST(KubeItems, AnEventThatHasNotEndedIsNotGiven) {
  EXPECT_EQ(read_events(kEvents.substr(0, 60), 7), std::vector<std::string>{"within"});
}

std::string list_text(std::string_view before, std::string_view items, std::string_view after) {
  return "{" + std::string(before) + "\"items\":[" + std::string(items) + "]" + std::string(after) + "}";
}
const std::string kMetadata = R"("metadata":{"resourceVersion":"12","continue":"tok","items":["x"]})";
const std::string kTwo =
    R"({"metadata":{"name":"a","resourceVersion":"1","uid":"u"},"items":[{"metadata":{"name":"inner"}}]},)"
    R"( {"metadata":{"uid":"v","resourceVersion":"2","name":"b"},"s":"],}"})";

TEST(KubeItems, ListsAreTheSameHoweverTheirBytesArrive) {
  const std::string kTexts[] = {list_text(kMetadata + ",\"kind\":\"items\",", kTwo, ""),
                                list_text("", kTwo, "," + kMetadata + ",\"x\":[1,{\"items\":[]}]")};
  for (const std::string& text : kTexts) {
    for (std::size_t step = 1; step <= text.size(); ++step) {
      std::vector<std::string> names;
      ListReader reader([&](const Item& item) { names.push_back(std::string(item.name) + std::string(item.uid)); });
      for (std::size_t i = 0; i < text.size(); i += step)
        ASSERT_TRUE(reader.feed(std::string_view(text).substr(i, step)));
      Result<ListEnd> end = reader.finish();
      ASSERT_TRUE(end) << end.error().message << step;
      EXPECT_EQ(end->resource_version, "12");
      EXPECT_EQ(end->continue_token, "tok");
      ASSERT_EQ(names, (std::vector<std::string>{"au", "bv"})) << step;
    }
  }
}

TEST(KubeItems, AListWithoutItemsOrEndIsTold) {
  for (const auto& [text, is_good] :
       std::vector<std::pair<std::string, bool>>{{"{" + kMetadata + ",\"items\":null}", true},
                                                 {"{" + kMetadata + ",\"items\":[]}", true},
                                                 {"{" + kMetadata + ",\"items\":[", false},
                                                 {R"({"items":[]})", false},
                                                 {"", false}}) {
    ListReader reader([](const Item&) { FAIL(); });
    ASSERT_TRUE(reader.feed(text));
    EXPECT_EQ(static_cast<bool>(reader.finish()), is_good) << text;
  }
  ListReader reader([](const Item&) {});
  EXPECT_FALSE(reader.feed(list_text("", "1", "")));
}

TEST(KubeItems, AnObjectAboveTheLimitIsRefused) {
  WatchReader reader([](const Event&) { FAIL(); });
  const std::string piece(1 << 20, 'x');
  Result<Done> done = reader.feed(R"({"type":"ADDED","object":{"a":")");
  for (int i = 0; i < 40 && done; ++i) done = reader.feed(piece);
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("16 MiB"), std::string::npos);
}

TEST(KubeItems, WhatWasWritten) {
  Result<Written> w = read_written(R"({"metadata":{"name":"a","namespace":"n","uid":"u","resourceVersion":"7"}})");
  ASSERT_TRUE(w);
  EXPECT_EQ(w->uid + w->resource_version + w->namespace_ + w->name, "u7na");
  EXPECT_FALSE(read_written("no"));
}

TEST(KubeVersions, ShorterIsOlderThenBytes) {
  EXPECT_EQ(compare_versions("9", "10"), std::strong_ordering::less);
  EXPECT_EQ(compare_versions("11", "10"), std::strong_ordering::greater);
  EXPECT_EQ(compare_versions("10", "10"), std::strong_ordering::equal);
  EXPECT_EQ(compare_versions("99999999999999999999999999999999999999", "100000000000000000000000000000000000000"),
            std::strong_ordering::less);
  for (const char* odd : {"", "0", "01", "a", "-1", "1 ", "1000000000000000000000000000000000000000"})
    EXPECT_FALSE(compare_versions(odd, "1")) << odd;
}

TEST(KubeStatus, RetryAfterIsSecondsOrADate) {
  const WallTime now = std::chrono::system_clock::from_time_t(1'000'000'000);  // Sun, 09 Sep 2001 01:46:40 GMT
  EXPECT_EQ(read_retry_after("7", now), std::chrono::seconds(7));
  EXPECT_EQ(read_retry_after("Sun, 09 Sep 2001 01:47:00 GMT", now), std::chrono::seconds(20));
  EXPECT_EQ(read_retry_after("Sun, 09 Sep 2001 01:40:00 GMT", now), std::chrono::seconds(0));
  EXPECT_EQ(read_retry_after("99999999999", now), std::chrono::hours(1));
  EXPECT_FALSE(read_retry_after("soon", now));
}

}  // namespace
}  // namespace grovec::kube

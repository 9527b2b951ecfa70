#include "runtime/kube/watch.h"

#include <gtest/gtest.h>

#include "runtime/kube/backoff.h"
#include "runtime/kube/cache.h"
#include "tests/unit/runtime/kube/tiny_server.h"

namespace grovec::kube {
namespace {

using namespace std::chrono_literals;
using test::access_to;
using test::Exchange;
using test::TestSurroundings;
using test::TinyServer;

std::string object(const std::string& name, int version) {
  return R"({"kind":"Pod","metadata":{"name":")" + name + R"(","namespace":"n","uid":"u-)" + name +
         R"(","resourceVersion":")" + std::to_string(version) + R"("},"spec":{"x":"} ] \" {"}})";
}
std::string event(const char* type, const std::string& name, int version) {
  return std::string(R"({"type":")") + type + R"(","object":)" + object(name, version) + "}\n";
}
std::string bookmark(int version, bool is_end) {
  return R"({"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":")" + std::to_string(version) +
         "\"" + (is_end ? R"(,"annotations":{"k8s.io/initial-events-end":"true"})" : "") + "}}}\n";
}
std::string page(int version, const std::vector<std::string>& names, const std::string& next) {
  std::string items;
  for (const std::string& name : names) items += (items.empty() ? "" : ",") + object(name, 1);
  return R"({"kind":"PodList","metadata":{"resourceVersion":")" + std::to_string(version) + "\"" +
         (next.empty() ? "" : R"(,"continue":")" + next + "\"") + R"(},"items":[)" + items + "]}";
}

struct Sight : Sink {
  std::vector<std::string> lines;
  void on_list_begin() override { lines.push_back("begin"); }
  void on_object(const Item& item) override { lines.push_back("object " + std::string(item.name)); }
  void on_delete(const Item& item) override { lines.push_back("delete " + std::string(item.name)); }
  void on_list_end(std::string_view v) override { lines.push_back("end " + std::string(v)); }
  void on_bookmark(std::string_view v) override { lines.push_back("bookmark " + std::string(v)); }
  void on_broken(const Error& e, Duration again) override {
    lines.push_back("broken");
    errors.push_back(e);
    waits.push_back(again);
  }
  bool has(const std::string& line) const { return std::find(lines.begin(), lines.end(), line) != lines.end(); }
  std::vector<Error> errors;
  std::vector<Duration> waits;
};

/// Server, loop, client and sink of one test.
struct Rig {
  explicit Rig(TinyServer::Handler handler, int speed = 20)
      : server(std::move(handler)), around(speed), loop(around.all), client(loop, access_to(server)) {}
  bool until(const std::function<bool()>& done) { return loop.run_until(done, 6000s); }
  TinyServer server;
  TestSurroundings around;
  Loop loop;
  Client client;
  Sight sight;
};

bool is_probe(const Exchange& e) { return e.has("limit=1") && !e.has("limit=1&"); }

TEST(KubeWatch, AStreamingListEndsAtItsBookmarkAndGoesOn) {
  Rig rig([](const Exchange& e) {
    e.begin_chunks();
    e.chunk(event("ADDED", "a", 900) + event("ADDED", "b", 5) + bookmark(1000, true));
    e.chunk(event("MODIFIED", "a", 1001) + bookmark(1005, false));
    e.wait_for_close();
    return false;
  });
  Watch watch(rig.client, {.path = "/pods"}, rig.sight);
  ASSERT_TRUE(rig.until([&] { return rig.sight.has("bookmark 1005"); }));
  const std::vector<std::string> kWanted = {"begin", "object a", "object b", "end 1000", "object a", "bookmark 1005"};
  EXPECT_EQ(rig.sight.lines, kWanted);
  const Exchange first = rig.server.seen()[0];
  EXPECT_TRUE(first.has("sendInitialEvents=true"));
  EXPECT_TRUE(first.has("resourceVersionMatch=NotOlderThan"));
  EXPECT_FALSE(first.has("resourceVersion="));
  EXPECT_TRUE(first.has("timeoutSeconds=150"));  // chance is 0
  EXPECT_EQ(watch.health().resource_version, "1005");
}

TEST(KubeWatch, ListsByPagesWhereStreamingIsRefused) {
  Rig rig([](const Exchange& e) {
    if (e.has("sendInitialEvents")) {
      e.answer(422, R"({"kind":"Status","reason":"Invalid","message":"sendInitialEvents is forbidden"})");
    } else if (e.has("continue=next")) {
      e.answer(200, page(70, {"b"}, ""));
    } else if (e.has("limit=500")) {
      e.answer(200, page(70, {"a"}, "next"));
    } else {
      e.begin_chunks();
      e.chunk(event("DELETED", "a", 71));
      e.wait_for_close();
      return false;
    }
    return true;
  });
  Watch watch(rig.client, {.path = "/pods"}, rig.sight);
  ASSERT_TRUE(rig.until([&] { return rig.sight.has("delete a"); }));
  const std::vector<std::string> kWanted = {"begin", "object a", "object b", "end 70", "delete a"};
  EXPECT_EQ(rig.sight.lines, kWanted);
  EXPECT_TRUE(rig.server.seen().back().has("resourceVersion=70"));
}

TEST(KubeWatch, AServerThatEndsAWatchIsOrdinaryAndResumedFromTheLastEvent) {
  Rig rig([](const Exchange& e) {
    if (is_probe(e)) {
      e.answer(200, page(30, {"a"}, ""));
      return true;
    }
    e.begin_chunks();
    if (e.has("sendInitialEvents")) {
      e.chunk(event("ADDED", "a", 900) + bookmark(10, true) + event("MODIFIED", "a", 20));
      e.end_chunks();
      return true;
    }
    e.chunk(event("ADDED", "late", 21));
    e.wait_for_close();
    return false;
  });
  Watch watch(rig.client, {.path = "/pods"}, rig.sight);
  ASSERT_TRUE(rig.until([&] { return rig.sight.has("object late"); }));
  EXPECT_FALSE(rig.sight.has("broken"));
  bool has_resumed = false;
  for (const Exchange& e : rig.server.seen()) has_resumed = has_resumed || e.has("resourceVersion=20");
  EXPECT_TRUE(has_resumed);  // never from 900, the version of an object in the list
}

void expects_a_new_list(Rig& rig) {
  Store<int> store([](const Item&, int&) { return true; }, {});
  std::vector<std::string> changes;
  Store<int> deleting([](const Item&, int&) { return true; },
                      [&](std::string_view key, const Store<int>::Entry*, const Store<int>::Entry* after) {
                        changes.push_back((after ? "+" : "-") + std::string(key));
                      });
  Watch watch(rig.client, {.path = "/pods"}, deleting);
  ASSERT_TRUE(rig.until([&] { return std::find(changes.begin(), changes.end(), "-n/b") != changes.end(); }));
  const std::vector<std::string> kWanted = {"+n/a", "+n/b", "-n/b"};
  EXPECT_EQ(changes, kWanted);
}

/// First list: a and b; then `gone`; second list: only a.
TinyServer::Handler two_lists(std::function<bool(const Exchange&)> gone) {
  auto lists = std::make_shared<std::atomic<int>>(0);
  return [gone, lists](const Exchange& e) {
    if (is_probe(e)) {
      e.answer(200, page(500, {}, ""));
      return true;
    }
    if (!e.has("sendInitialEvents")) return gone(e);
    e.begin_chunks();
    if ((*lists)++ == 0) {
      e.chunk(event("ADDED", "a", 1) + event("ADDED", "b", 2) + bookmark(10, true));
      e.end_chunks();
      return true;
    }
    e.chunk(event("ADDED", "a", 1) + bookmark(500, true));
    e.wait_for_close();
    return false;
  };
}

TEST(KubeWatch, GoneAsAnAnswerListsAgainAndMakesTheMissingDeletes) {
  Rig rig(two_lists([](const Exchange& e) {
    e.answer(410, R"({"kind":"Status","code":410,"reason":"Expired","message":"too old resource version"})");
    return true;
  }));
  expects_a_new_list(rig);
}

TEST(KubeWatch, GoneAsAnEventListsAgainAndMakesTheMissingDeletes) {
  Rig rig(two_lists([](const Exchange& e) {
    e.begin_chunks();
    e.chunk(R"({"type":"ERROR","object":{"kind":"Status","code":410,"message":"too old resource version"}})"
            "\n");
    e.end_chunks();
    return true;
  }));
  expects_a_new_list(rig);
}

TEST(KubeWatch, AProbeNoticesThatVersionsWentBack) {
  auto lists = std::make_shared<std::atomic<int>>(0);
  Rig rig(
      [lists](const Exchange& e) {
        if (is_probe(e)) {
          e.answer(200, page(40, {}, ""));
          return true;
        }
        e.begin_chunks();
        if (e.has("sendInitialEvents")) e.chunk(event("ADDED", "a", 1) + bookmark((*lists)++ == 0 ? 100 : 40, true));
        e.wait_for_close();
        return false;
      },
      1);
  Watch watch(rig.client, {.path = "/pods"}, rig.sight);
  ASSERT_TRUE(rig.until([&] { return rig.sight.has("end 100"); }));
  watch.probe("");
  ASSERT_TRUE(rig.until([&] { return rig.sight.has("end 40"); }));
  ASSERT_FALSE(rig.around.warnings.empty());
  EXPECT_NE(rig.around.warnings[0].find("went back"), std::string::npos);
}

TEST(KubeWatch, AnEventWithALowerVersionListsAgain) {
  auto lists = std::make_shared<std::atomic<int>>(0);
  Rig rig([lists](const Exchange& e) {
    e.begin_chunks();
    if ((*lists)++ == 0) {
      e.chunk(bookmark(100, true) + bookmark(50, false));
    } else {
      e.chunk(bookmark(51, true));
    }
    e.wait_for_close();
    return false;
  });
  Watch watch(rig.client, {.path = "/pods"}, rig.sight);
  ASSERT_TRUE(rig.until([&] { return rig.sight.has("end 51"); }));
}

TEST(KubeWatch, AFloorThatIsNotReachedListsAgain) {
  auto lists = std::make_shared<std::atomic<int>>(0);
  Rig rig(
      [lists](const Exchange& e) {
        if (is_probe(e)) {
          e.answer(200, page(120, {}, ""));
          return true;
        }
        e.begin_chunks();
        if (e.has("sendInitialEvents")) e.chunk(bookmark((*lists)++ == 0 ? 100 : 120, true));
        e.wait_for_close();
        return false;
      },
      1);
  Watch watch(rig.client, {.path = "/pods"}, rig.sight);
  ASSERT_TRUE(rig.until([&] { return rig.sight.has("end 100"); }));
  watch.probe("110");
  EXPECT_TRUE(rig.until([&] { return rig.sight.has("end 120"); }));
}

TEST(KubeWatch, MayEndWhileItsProbeIsUnderWay) {
  Rig rig(
      [](const Exchange& e) {
        if (!is_probe(e)) {
          e.begin_chunks();
          e.chunk(bookmark(10, true));
        }
        e.wait_for_close();
        return false;
      },
      1);
  {
    Watch watch(rig.client, {.path = "/pods"}, rig.sight);
    ASSERT_TRUE(rig.until([&] { return rig.sight.has("end 10"); }));
    watch.probe("");
    ASSERT_TRUE(rig.until([&] { return rig.server.seen().size() == 2; }));
  }
  EXPECT_TRUE(rig.until([&] { return rig.client.waiting() == 0; }));  // cancelled; nobody is called
}

TEST(KubeWatch, ASilentConnectionIsReplaced) {
  Rig rig([](const Exchange& e) {
    if (is_probe(e)) {
      e.answer(200, page(10, {}, ""));
      return true;
    }
    e.begin_chunks();
    if (e.has("sendInitialEvents")) e.chunk(bookmark(10, true));
    if (e.has("resourceVersion=10")) e.chunk(event("ADDED", "after", 11));
    e.wait_for_close();
    return false;
  });
  Watch watch(rig.client, {.path = "/pods", .idle = 60s}, rig.sight);
  const Instant before = rig.loop.now();
  ASSERT_TRUE(rig.until([&] { return rig.sight.has("object after"); }));
  EXPECT_GE(rig.loop.now() - before, 60s);
  EXPECT_FALSE(rig.sight.has("broken"));
}

TEST(KubeWatch, AnObjectCutInTheMiddleIsNeverDelivered) {
  Rig rig([](const Exchange& e) {
    if (is_probe(e)) {
      e.answer(200, page(10, {}, ""));
      return true;
    }
    e.begin_chunks();
    if (e.has("sendInitialEvents")) {
      e.chunk(bookmark(10, true) + event("ADDED", "cut", 11).substr(0, 60));
      e.end_chunks();
      return true;
    }
    e.chunk(event("ADDED", "whole", 11));
    e.wait_for_close();
    return false;
  });
  Watch watch(rig.client, {.path = "/pods"}, rig.sight);
  ASSERT_TRUE(rig.until([&] { return rig.sight.has("object whole"); }));
  EXPECT_FALSE(rig.sight.has("object cut"));
  EXPECT_EQ(rig.sight.errors.size(), 1u);
}

TEST(KubeWatch, GarbageBreaksTheConnectionAndNothingElse) {
  auto n = std::make_shared<std::atomic<int>>(0);
  Rig rig([n](const Exchange& e) {
    e.begin_chunks();
    if ((*n)++ == 0) {
      e.chunk("<html>busy</html>");
    } else {
      e.chunk(bookmark(10, true));
    }
    e.wait_for_close();
    return false;
  });
  Watch watch(rig.client, {.path = "/pods"}, rig.sight);
  ASSERT_TRUE(rig.until([&] { return rig.sight.has("end 10"); }));
  ASSERT_EQ(rig.sight.errors.size(), 1u);
  EXPECT_EQ(rig.sight.errors[0].kind, Error::kContent);
}

TEST(KubeWatch, BacksOffByItselfWithTheUsualNumbers) {
  Rig rig([](const Exchange& e) {
    if (e.has("/good")) {
      e.begin_chunks();
      e.chunk(bookmark(10, true));
      e.wait_for_close();
      return false;
    }
    e.answer(403, R"({"kind":"Status","reason":"Forbidden","message":"pods is forbidden"})");
    return true;
  });
  Sight good;
  Watch other(rig.client, {.path = "/good"}, good);
  Watch watch(rig.client, {.path = "/bad"}, rig.sight);
  ASSERT_TRUE(rig.until([&] { return rig.sight.waits.size() == 7; }));
  const std::vector<Duration> kWanted = {800ms, 1600ms, 3200ms, 6400ms, 12800ms, 25600ms, 30s};
  EXPECT_EQ(rig.sight.waits, kWanted);
  EXPECT_EQ(rig.sight.errors[0].kind, Error::kDenied);
  EXPECT_FALSE(good.has("broken"));
}

// A handler that throws must not leave a program that goes on without its watch.
TEST(KubeWatchDeathTest, AHandlerThatThrowsEndsTheProgram) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  struct Throwing : Sink {
    void on_object(const Item&) override { throw std::runtime_error("a mistake"); }
    void on_delete(const Item&) override {}
    void on_list_begin() override {}
    void on_list_end(std::string_view) override {}
    void on_bookmark(std::string_view) override {}
    void on_broken(const Error&, Duration) override {}
  };
  for (const bool is_streaming : {true, false}) {
    EXPECT_DEATH(
        {
          Rig rig([](const Exchange& e) {
            e.answer(200, e.has("watch=1") ? event("ADDED", "a", 1) : page(1, {"a"}, ""));
            return true;
          });
          Throwing sink;
          Watch watch(rig.client, {.path = "/pods", .streaming_list = is_streaming}, sink);
          rig.until([] { return false; });
        },
        "");
  }
}

TEST(KubeWatch, RetryAfterIsHonoured) {
  Rig rig([](const Exchange& e) {
    e.answer(429, "{}", "Retry-After: 17\r\n");
    return true;
  });
  Watch watch(rig.client, {.path = "/pods"}, rig.sight);
  ASSERT_TRUE(rig.until([&] { return !rig.sight.waits.empty(); }));
  EXPECT_EQ(rig.sight.waits[0], 17s);
}

TEST(KubeWatch, RequestsDoNotWaitBehindWatches) {
  Rig rig(
      [](const Exchange& e) {
        if (e.has("/quick")) {
          e.answer(200, "{}");
          return true;
        }
        e.begin_chunks();
        e.chunk(bookmark(10, true));
        e.wait_for_close();
        return false;
      },
      1);
  std::vector<std::unique_ptr<Sight>> sinks;
  std::vector<std::unique_ptr<Watch>> watches;
  for (int i = 0; i < 40; ++i) {
    sinks.push_back(std::make_unique<Sight>());
    watches.push_back(std::make_unique<Watch>(rig.client, WatchSpec{.path = "/pods"}, *sinks.back()));
  }
  ASSERT_TRUE(rig.loop.run_until([&] { return sinks.back()->has("end 10"); }, 60s));
  Request request{.path = "/quick"};
  request.deadline = 30s;
  EXPECT_FALSE(rig.client.call(std::move(request)).error);
}

TEST(KubeList, StartsAgainWithoutPagesWhenTheyExpire) {
  Rig rig([](const Exchange& e) {
    if (e.has("continue=next")) {
      e.answer(410, R"({"kind":"Status","code":410,"reason":"Expired"})");
    } else if (e.has("limit=")) {
      e.answer(200, page(70, {"a"}, "next"));
    } else {
      e.answer(200, page(80, {"a", "b"}, ""));
    }
    return true;
  });
  Result<ListEnd> end = list(rig.client, {.path = "/pods"}, rig.sight);
  ASSERT_TRUE(end) << end.error().message;
  EXPECT_EQ(end->resource_version, "80");
  EXPECT_EQ(rig.sight.lines.back(), "end 80");
}

TEST(KubeList, SaysAtOnceWhatIsRefused) {
  Rig rig([](const Exchange& e) {
    e.answer(404, "404 page not found");
    return true;
  });
  Result<ListEnd> end = list(rig.client, {.path = "/nothing"}, rig.sight);
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().message, "GET /nothing: 404: 404 page not found");
  EXPECT_EQ(rig.server.seen().size(), 1u);
}

TEST(KubeBackoff, StartsAgainAfterTwoQuietMinutes) {
  Backoff backoff;
  Instant now{};
  EXPECT_EQ(backoff.next(now, 0.5), 1200ms);
  EXPECT_EQ(backoff.next(now + 1s, 0), 1600ms);
  EXPECT_EQ(backoff.next(now + 1s + 2min, 0), 3200ms);
  EXPECT_EQ(backoff.next(now + 2s + 4min, 0), 800ms);
  for (int i = 0; i < 100; ++i) backoff.next(now + 5min, 0.99);
  EXPECT_LE(backoff.next(now + 5min, 0.99), 60s);
}

}  // namespace
}  // namespace grovec::kube

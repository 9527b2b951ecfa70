#include <gtest/gtest.h>

#include <deque>

#include "runtime/initc/arguments.h"
#include "runtime/initc/pods.h"
#include "runtime/initc/tally.h"
#include "runtime/initc/wait.h"

namespace grovec::initc {
namespace {

using std::chrono::milliseconds;

std::string pod_json(const std::string& uid, const std::string& clique, bool ready, const std::string& version = "7") {
  return R"({"kind":"Pod","metadata":{"uid":")" + uid + R"(","resourceVersion":")" + version +
         R"(","labels":{"grove.io/podclique":")" + clique +
         R"(","other":"x"},"ownerReferences":[{"apiVersion":"v1","kind":"Node","name":"n"},)" +
         R"({"apiVersion":"grove.io/v1alpha1","kind":"PodClique","name":")" + clique +
         R"(","controller":true}]},"spec":{"deep":[{"a":[1,-2.5e3,null]}]},)" +
         R"("status":{"phase":"Running","conditions":[{"type":"Initialized","status":"True"},{"type":"Ready","status":")" +
         (ready ? "True" : "False") + R"("}]}})";
}

std::string event(const std::string& type, const std::string& object) {
  return R"({"type":")" + type + R"(","object":)" + object + "}\n";
}

std::string page(const std::vector<std::string>& pods, const std::string& version, const std::string& more = "") {
  std::string items;
  for (const std::string& pod : pods) items += (items.empty() ? "" : ",") + pod;
  return R"({"kind":"PodList","metadata":{"resourceVersion":")" + version + R"(","continue":")" + more +
         R"("},"items":[)" + items + "]}";
}

TEST(InitcArguments, TakesUpstreamsFormsAndTheLastCountOfAName) {
  Result<Arguments> read = read_arguments({"--podcliques=a-0-x:2", "--podcliques", "b:1", "--podcliques=a-0-x:3"});
  ASSERT_TRUE(read);
  ASSERT_EQ(read->wanted.size(), 2u);
  EXPECT_EQ(read->wanted[0].clique, "a-0-x");
  EXPECT_EQ(read->wanted[0].count, 3);
  EXPECT_EQ(read->wanted[1].count, 1);
}

TEST(InitcArguments, RefusesWhatUpstreamRefuses) {
  for (const char* word :
       {"--podcliques=a", "--podcliques=a:", "--podcliques=a:0", "--podcliques=a:-1", "--podcliques=a:1x",
        "--podcliques=:1", "--podcliques=a:1:2", "--podcliques=a:99999999999", "--other", "a:1", "--podcliques"})
    EXPECT_FALSE(read_arguments({word})) << word;
}

TEST(InitcPods, ReadsWhatCountsAndSkipsTheRest) {
  std::optional<Event> read = read_event(event("MODIFIED", pod_json("u", "a", true)));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->kind, Event::kPut);
  EXPECT_EQ(read->pod.uid, "u");
  EXPECT_EQ(read->pod.label, "a");
  EXPECT_EQ(read->pod.owner, "a");
  EXPECT_TRUE(read->pod.ready);
  EXPECT_EQ(read->version, "7");
}

TEST(InitcPods, EveryBeginningOfAnEventIsNoEvent) {
  std::string whole = event("ADDED", pod_json("u\\u00e9\\\"", "a", true));
  whole.pop_back();
  for (size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(read_event(whole.substr(0, size))) << size;
  EXPECT_TRUE(read_event(whole));
  EXPECT_FALSE(read_event(whole + "x"));
}

TEST(InitcPods, DepthIsBounded) {
  EXPECT_FALSE(read_event(R"({"type":"ADDED","object":)" + std::string(100'000, '[')));
}

TEST(InitcPods, AnErrorEventHasCodeAndMessage) {
  std::optional<Event> read =
      read_event(R"({"type":"ERROR","object":{"kind":"Status","status":"Failure","message":"too old","code":410}})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->kind, Event::kError);
  EXPECT_EQ(read->code, 410);
  EXPECT_EQ(read->message, "too old");
}

TEST(InitcTally, CountsByLabelAndOwnerNeverByName) {
  Tally tally({{"x-1", 1}});
  tally.put({"1", "x-10", "x-10", true});
  tally.put({"2", "x-1", "", true});      // nobody's
  tally.put({"3", "x-1", "x-10", true});  // labelled by hand
  tally.put({"4", "x-1", "x-1", false});
  EXPECT_FALSE(tally.is_done());
  tally.put({"4", "x-1", "x-1", true});
  EXPECT_TRUE(tally.is_done());
}

TEST(InitcTally, AllCountsAtTheSameMoment) {
  Tally tally({{"a", 1}, {"b", 1}});
  tally.put({"1", "a", "a", true});
  tally.remove("1");
  tally.put({"2", "b", "b", true});
  EXPECT_FALSE(tally.is_done());
  tally.put({"3", "a", "a", true});
  EXPECT_TRUE(tally.is_done());
  EXPECT_EQ(tally.text(), "a 1/1, b 1/1");
}

/// Answers from a list; each is checked against the request that takes it.
struct Script final : Transport {
  struct Step {
    std::string expected;  ///< part of the path
    int status = 200;
    std::vector<std::string> pieces;
    std::string error;
    int retry_after = 0;
  };
  std::deque<Step> steps;
  std::vector<std::string> tokens;

  Answer get(const Get& get, const std::function<bool(int, std::string_view)>& on_data) override {
    if (steps.empty()) {
      ADD_FAILURE() << "one request too many: " << get.path;
      std::abort();
    }
    Step step = std::move(steps.front());
    steps.pop_front();
    tokens.push_back(get.token);
    EXPECT_NE(get.path.find(step.expected), std::string::npos) << get.path;
    Answer answer{step.status, step.error, false, std::chrono::seconds(step.retry_after)};
    for (const std::string& piece : step.pieces) {
      if (answer.stopped) break;
      answer.stopped = !on_data(step.status, piece);
    }
    if (answer.stopped) answer.error.clear();
    return answer;
  }
};

struct Waits : testing::Test {
  Script script;
  std::vector<milliseconds> slept;
  std::vector<std::string> lines;
  std::chrono::steady_clock::time_point now{};
  int token = 0;

  void run(std::vector<Wanted> wanted) {
    World world{[&] { return now += std::chrono::seconds(2); }, [&](milliseconds time) { slept.push_back(time); },
                [] { return 0.0; }, [&] { return Result<std::string>("token-" + std::to_string(token++)); },
                [&](std::string_view line) { lines.emplace_back(line); }};
    Tally tally(std::move(wanted));
    wait_for(tally, {"ns", "gang"}, script, world);
    EXPECT_TRUE(tally.is_done());
    EXPECT_TRUE(script.steps.empty());
  }
};

TEST_F(Waits, ListsByPagesAndWatchesFromThere) {
  script.steps = {{"/api/v1/namespaces/ns/pods?labelSelector=grove.io%2Fpodgang%3Dgang&limit=20",
                   200,
                   {page({pod_json("1", "a", true)}, "5", "next")},
                   ""},
                  {"continue=next", 200, {page({}, "5")}, ""},
                  {"resourceVersion=5&timeoutSeconds=150", 200, {event("ADDED", pod_json("2", "a", true, "9"))}, ""}};
  run({{"a", 2}});
  EXPECT_EQ(lines, (std::vector<std::string>{"waiting for Ready pods of PodGang ns/gang: a 1/2", "done: a 2/2"}));
  EXPECT_TRUE(slept.empty());
}

TEST_F(Waits, ResumesFromTheLastEventOrBookmark) {
  std::string bookmark = event("BOOKMARK", R"({"kind":"Pod","metadata":{"resourceVersion":"11"}})");
  std::string last = event("ADDED", pod_json("1", "a", true, "12"));
  script.steps = {{"limit=", 200, {page({}, "5")}, ""},
                  {"resourceVersion=5&",
                   200,
                   {event("ADDED", pod_json("2", "b", true, "9")), bookmark.substr(0, 20), bookmark.substr(20)},
                   ""},
                  {"resourceVersion=11&", 200, {}, "the answer broke off"},
                  {"resourceVersion=11&", 200, {last.substr(0, 30)}, "the answer broke off"},
                  {"resourceVersion=11&", 200, {last}, ""}};
  run({{"a", 1}});
  EXPECT_EQ(lines.size(), 2u) << "a watch that ends is normal";
}

TEST_F(Waits, ListsAgainAfter410AsAnswerAndAsEvent) {
  std::string gone = event("ERROR", R"({"kind":"Status","code":410,"message":"too old"})");
  script.steps = {{"limit=", 200, {page({pod_json("1", "a", true)}, "5")}, ""},
                  {"resourceVersion=5&", 410, {}, ""},
                  {"limit=", 200, {page({pod_json("1", "a", true)}, "6")}, ""},
                  {"resourceVersion=6&", 200, {gone}, ""},
                  {"limit=", 200, {page({pod_json("2", "b", true)}, "8")}, ""},  // pod 1 went in between
                  {"resourceVersion=8&", 200, {event("ADDED", pod_json("3", "a", true, "9"))}, ""}};
  run({{"a", 1}, {"b", 1}});
}

TEST_F(Waits, SaysATroubleOnceBacksOffAndReadsTheTokenAnew) {
  std::string denied = R"({"kind":"Status","message":"pods is forbidden","code":403})";
  script.steps = {{"limit=", 403, {denied}, ""},
                  {"limit=", 403, {denied}, ""},
                  {"limit=", 401, {}, ""},
                  {"limit=", 429, {}, "", 7},
                  {"limit=", 0, {}, "cannot connect"},
                  {"limit=", 200, {page({pod_json("1", "a", true)}, "5")}, ""}};
  run({{"a", 1}});
  EXPECT_EQ(slept, (std::vector<milliseconds>{milliseconds(800), milliseconds(1600), milliseconds(3200),
                                              milliseconds(7000), milliseconds(12800)}));
  EXPECT_EQ(lines[0], "the API server answers 403: pods is forbidden; trying again");
  EXPECT_EQ(lines[1], "the API server answers 401; trying again");
  EXPECT_EQ(script.tokens.back(), "token-5");
}

TEST_F(Waits, AHalfReadListIsNotWatchedFrom) {
  script.steps = {{"limit=", 200, {page({}, "5", "next")}, ""},
                  {"continue=next", 410, {}, ""},
                  {"limit=", 200, {page({pod_json("1", "a", true)}, "6")}, ""}};
  run({{"a", 1}});
}

TEST_F(Waits, NothingToWaitForAsksNobody) { run({}); }

TEST_F(Waits, GarbageInTheStreamIsListedAgain) {
  script.steps = {{"limit=", 200, {page({}, "5")}, ""},
                  {"resourceVersion=5&", 200, {"{]\n"}, ""},
                  {"limit=", 200, {page({pod_json("1", "a", true)}, "6")}, ""}};
  run({{"a", 1}});
  EXPECT_EQ(lines[1], "the API server sends what is no event; trying again");
}

}  // namespace
}  // namespace grovec::initc

#include "runtime/kube/client.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "runtime/kube/redact.h"
#include "tests/unit/runtime/kube/tiny_server.h"

namespace grovec::kube {
namespace {

using namespace std::chrono_literals;
using test::access_to;
using test::Exchange;
using test::TestSurroundings;
using test::TinyServer;

Request post(std::string path, bool idempotent = false) {
  Request r;
  r.method = Method::kPost;
  r.path = std::move(path);
  r.body = "{}";
  r.idempotent = idempotent;
  return r;
}

TEST(KubePaths, FollowGroupNamespaceNameAndSubresource) {
  EXPECT_EQ(path_of("", "v1", "pods", "n", "p", "status"), "/api/v1/namespaces/n/pods/p/status");
  EXPECT_EQ(path_of("apps", "v1", "deployments", ""), "/apis/apps/v1/deployments");
  EXPECT_EQ(path_of("", "v1", "namespaces", "", "a/b"), "/api/v1/namespaces/a%2Fb");
}

TEST(KubeClient, GivesTheBodyOfAnAnswer) {
  TinyServer server([](const Exchange& e) {
    e.answer(200, "{\"a\":1}", "Warning: 299 - \"old \\\"thing\\\"\"\r\n");
    return true;
  });
  TestSurroundings around;
  Loop loop(around.all);
  Client client(loop, access_to(server));
  const Answer answer = client.call({.path = "/x", .query = {{"labelSelector", "a=b,c"}}});
  EXPECT_FALSE(answer.error);
  EXPECT_EQ(answer.body, "{\"a\":1}");
  ASSERT_EQ(answer.warnings.size(), 1u);
  EXPECT_EQ(answer.warnings[0], "old \"thing\"");
  const Exchange seen = server.seen()[0];
  EXPECT_EQ(seen.target, "/x?labelSelector=a%3Db%2Cc");
  EXPECT_EQ(seen.head.find("Expect:"), std::string::npos);
  EXPECT_NE(seen.head.find("Accept-Encoding: gzip"), std::string::npos);
}

TEST(KubeClient, KeepsItsConnection) {
  TinyServer server([](const Exchange& e) {
    e.answer(200, "{}");
    return true;
  });
  TestSurroundings around;
  Loop loop(around.all);
  Client client(loop, access_to(server));
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(client.call({.path = "/x"}).error);
  EXPECT_EQ(server.connections(), 1);
}

TEST(KubeClient, RepeatsAGetWhoseAnswerWasLost) {
  TinyServer server([](const Exchange& e) {
    if (e.number < 2) return false;
    e.answer(200, "{}");
    return true;
  });
  TestSurroundings around(20);
  Loop loop(around.all);
  Client client(loop, access_to(server));
  const Answer answer = client.call({.path = "/x"});
  EXPECT_FALSE(answer.error);
  EXPECT_GE(answer.attempts, 2u);
}

TEST(KubeClient, DoesNotRepeatAPostWhoseAnswerWasLost) {
  // The first answer makes the connection one that is reused: libcurl itself would send again over a new one.
  TinyServer server([](const Exchange& e) {
    if (e.method == "POST") return false;
    e.answer(200, "{}");
    return true;
  });
  TestSurroundings around(20);
  Loop loop(around.all);
  Client client(loop, access_to(server));
  EXPECT_FALSE(client.call({.path = "/warm"}).error);
  const Answer answer = client.call(post("/x"));
  ASSERT_TRUE(answer.error);
  EXPECT_EQ(answer.error->kind, Error::kRetry);
  EXPECT_TRUE(answer.outcome_unknown);
  EXPECT_NE(answer.error->message.find("may have been carried out"), std::string::npos);
  EXPECT_EQ(server.count("POST"), 1);
}

TEST(KubeClient, RepeatsAnIdempotentWrite) {
  TinyServer server([posts = std::make_shared<std::atomic<int>>(0)](const Exchange& e) {
    if ((*posts)++ == 0) return false;
    e.answer(201, "{}");
    return true;
  });
  TestSurroundings around(20);
  Loop loop(around.all);
  Client client(loop, access_to(server));
  EXPECT_EQ(client.call(post("/x", true)).status, 201);
  EXPECT_EQ(server.count("POST"), 2);
}

TEST(KubeClient, RepeatsAPostThatWasTurnedAway) {
  TinyServer server([](const Exchange& e) {
    e.answer(e.number == 0 ? 429 : 201, "{}", e.number == 0 ? "Retry-After: 3\r\n" : "");
    return true;
  });
  TestSurroundings around(20);
  Loop loop(around.all);
  Client client(loop, access_to(server));
  const Instant before = loop.now();
  const Answer answer = client.call(post("/x"));
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.attempts, 2u);
  EXPECT_GE(loop.now() - before, 3s);
  EXPECT_EQ(client.in_flight_limit(), 8u);  // half of 16
}

TEST(KubeClient, DoesNotRepeatAPostAfterAnErrorOfTheServer) {
  TinyServer server([](const Exchange& e) {
    e.answer(500, R"({"kind":"Status","message":"etcdserver: no space","reason":"InternalError"})");
    return true;
  });
  TestSurroundings around(20);
  Loop loop(around.all);
  Client client(loop, access_to(server));
  const Answer answer = client.call(post("/x"));
  EXPECT_EQ(answer.error->message, "POST /x: 500 InternalError: etcdserver: no space");
  EXPECT_EQ(answer.error->kind, Error::kRetry);
  EXPECT_EQ(server.count("POST"), 1);
}

// The API server says so of a field that a kind does not declare; asking again changes nothing.
TEST(KubeClient, AFieldThatIsNotDeclaredIsAMistakeOfTheRequest) {
  TinyServer server([](const Exchange& e) {
    e.answer(
        500,
        R"({"kind":"Status","message":"failed to create typed patch object: .spec.x: field not declared in schema"})");
    return true;
  });
  TestSurroundings around(20);
  Loop loop(around.all);
  Client client(loop, access_to(server));
  const Answer answer = client.call(post("/x", true));
  EXPECT_EQ(answer.error->kind, Error::kContent);
  EXPECT_EQ(server.count("POST"), 1);
}

TEST(KubeClient, KindsOfErrorsFollowTheStatus) {
  const std::pair<int, Error::Kind> kRows[] = {{400, Error::kContent}, {401, Error::kDenied},   {403, Error::kDenied},
                                               {404, Error::kGone},    {409, Error::kConflict}, {410, Error::kGone},
                                               {422, Error::kContent}};
  TinyServer server([](const Exchange& e) {
    e.answer(std::stoi(e.target.substr(1)), "no");
    return true;
  });
  TestSurroundings around;
  Loop loop(around.all);
  Client client(loop, access_to(server));
  for (const auto& [status, kind] : kRows) {
    const Answer answer = client.call({.path = "/" + std::to_string(status)});
    ASSERT_TRUE(answer.error) << status;
    EXPECT_EQ(answer.error->kind, kind) << status;
    EXPECT_EQ(answer.attempts, 1u) << status;
  }
}

TEST(KubeClient, DoesNotFollowARedirect) {
  TinyServer server([](const Exchange& e) {
    e.answer(302, "", "Location: /elsewhere\r\n");
    return true;
  });
  TestSurroundings around;
  Loop loop(around.all);
  Client client(loop, access_to(server));
  const Answer answer = client.call({.path = "/x"});
  EXPECT_EQ(answer.error->kind, Error::kUsage);
  EXPECT_EQ(server.seen().size(), 1u);
}

TEST(KubeClient, ADeadlineEndsARequestThatGetsNoAnswer) {
  TinyServer server([](const Exchange& e) {
    e.wait_for_close();
    return false;
  });
  TestSurroundings around;
  Loop loop(around.all);
  Client client(loop, access_to(server));
  Request request = post("/x");
  request.deadline = 200ms;
  const Answer answer = client.call(std::move(request));
  ASSERT_TRUE(answer.error);
  EXPECT_NE(answer.error->message.find("within 200 ms"), std::string::npos) << answer.error->message;
  EXPECT_TRUE(answer.outcome_unknown);
  EXPECT_EQ(client.waiting(), 0u);
}

TEST(KubeClient, AnAnswerThatIsTooLargeIsCutOff) {
  TinyServer server([](const Exchange& e) {
    e.answer(200, std::string(3 << 20, 'x'));
    return false;
  });
  TestSurroundings around;
  Loop loop(around.all);
  Client client(loop, access_to(server));
  const Answer answer = client.call({.path = "/x", .most_bytes = 1u << 20});
  EXPECT_EQ(answer.error->kind, Error::kContent);
  EXPECT_EQ(answer.error->message, "GET /x: the answer is larger than 1 MiB");
}

TEST(KubeClient, CancelCallsBackOnceAndNotFromWithin) {
  TinyServer server([](const Exchange& e) {
    e.wait_for_close();
    return false;
  });
  TestSurroundings around;
  Loop loop(around.all);
  Client client(loop, access_to(server));
  int calls = 0;
  Answer last;
  const Client::RequestId id = client.send({.path = "/x"}, [&](Answer a) {
    ++calls;
    last = std::move(a);
  });
  loop.run_until([&] { return !server.seen().empty(); }, 60s);
  client.cancel(id);
  EXPECT_EQ(calls, 0);
  loop.run_until([&] { return calls > 0; }, 60s);
  loop.run_until([] { return false; }, 50ms);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(last.error->kind, Error::kUsage);
}

TEST(KubeClient, NoMoreThanTheLimitAreInFlight) {
  std::atomic<int> now = 0, most = 0;
  TinyServer server([&](const Exchange& e) {
    ++now;
    // The first three wait for each other, so that there are three at once however slow the machine is.
    for (int i = 0; i < 30'000 && most < 3 && now < 3; ++i) std::this_thread::sleep_for(1ms);
    for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) continue;
    std::this_thread::sleep_for(5ms);  // a fourth would be seen
    --now;
    e.answer(200, "{}");
    return true;
  });
  TestSurroundings around;
  Loop loop(around.all);
  Client client(loop, access_to(server), {.in_flight = 3});
  int left = 12;
  for (int i = 0; i < 12; ++i) client.send({.path = "/x"}, [&](const Answer&) { --left; });
  EXPECT_TRUE(loop.run_until([&] { return left == 0; }, 60s));
  EXPECT_EQ(most, 3);
}

TEST(KubeClient, QpsAndBurstAreObeyed) {
  TinyServer server([](const Exchange& e) {
    e.answer(200, "{}");
    return true;
  });
  TestSurroundings around(20);
  Loop loop(around.all);
  Client client(loop, access_to(server), {.qps = 5, .burst = 2});
  int left = 7;
  const Instant before = loop.now();
  for (int i = 0; i < 7; ++i) client.send({.path = "/x"}, [&](const Answer&) { --left; });
  EXPECT_TRUE(loop.run_until([&] { return left == 0; }, 1200s));
  EXPECT_GE(loop.now() - before, 999ms);  // two at once, five at five a second
}

TEST(KubeClient, ConnectionRefusedIsSaidWithinSeconds) {
  std::string url;
  {
    TinyServer gone([](const Exchange&) { return false; });
    url = gone.url();
  }
  TestSurroundings around(20);
  Loop loop(around.all);
  Access access;
  access.server = url;
  Client client(loop, access);
  const Answer answer = client.call(post("/x"));
  EXPECT_NE(answer.error->message.find("no connection to " + url), std::string::npos) << answer.error->message;
  EXPECT_FALSE(answer.outcome_unknown);
  EXPECT_EQ(answer.attempts, 4u);
}

TEST(KubeClient, ATokenThatRotatedIsReadAgainAfter401) {
  const std::string file = std::filesystem::temp_directory_path() / ("grovec-token-" + std::to_string(::getpid()));
  std::ofstream(file) << "first-token-value\n";
  TinyServer server([&](const Exchange& e) {
    const bool is_new = e.head.find("Bearer second-token-value\r\n") != std::string::npos;
    e.answer(is_new ? 200 : 401, "{}");
    return true;
  });
  TestSurroundings around;
  Loop loop(around.all);
  Access access = access_to(server);
  access.token.file = file;
  Client client(loop, access);
  EXPECT_EQ(client.call({.path = "/x"}).status, 401);
  std::ofstream(file) << "second-token-value\n";
  EXPECT_EQ(client.call({.path = "/x"}).status, 200);
  EXPECT_EQ(server.seen().size(), 3u);  // one 401 before the change; one 401 and its repetition after it
  EXPECT_EQ(around.text().find("token-value"), std::string::npos) << around.text();
  std::filesystem::remove(file);
}

TEST(KubeClient, NoSecretGetsIntoErrorsOrTheLog) {
  keep_secret("planted-token-12345");
  TinyServer server([](const Exchange& e) {
    e.answer(
        403,
        R"({"kind":"Status","message":"no planted-token-12345 {\"data\":{\"k\":\"cGxhbnRlZA==\"},\"stringData\":{\"p\":\"hunter2hunter2\"}}"})",
        "Warning: 299 - \"Bearer planted-token-12345\"\r\n");
    return true;
  });
  TestSurroundings around;
  Loop loop(around.all);
  Access access = access_to(server);
  access.token.bytes = "planted-token-12345";
  Client client(loop, access);
  const Answer answer = client.call({.path = "/x"});
  ASSERT_NE(server.seen()[0].head.find("Bearer planted-token-12345"), std::string::npos);
  std::string shown = answer.error->message + around.text();
  for (const std::string& w : answer.warnings) shown += w;
  for (const char* secret : {"planted", "cGxhbnRlZA", "hunter2"})
    EXPECT_EQ(shown.find(secret), std::string::npos) << secret << " in " << shown;
}

}  // namespace
}  // namespace grovec::kube

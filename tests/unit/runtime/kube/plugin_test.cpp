#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "runtime/kube/client.h"
#include "runtime/kube/exec_plugin.h"
#include "tests/unit/runtime/kube/tiny_server.h"

namespace grovec::kube {
namespace {

using namespace std::chrono_literals;
using test::Exchange;
using test::TestSurroundings;
using test::TinyServer;

/// A plugin that is a script, and a server that wants the token it is told.
struct PluginTest : testing::Test {
  PluginTest()
      : server([this](const Exchange& e) {
          const bool is_good = e.head.find("Bearer " + wanted + "\r\n") != std::string::npos;
          e.answer(is_good ? 200 : 401, "{}");
          return true;
        }) {
    folder = std::filesystem::temp_directory_path() / ("grovec-plugin-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
  }
  ~PluginTest() override { std::filesystem::remove_all(folder); }
  Access access(const std::string& script) {
    const std::string path = folder + "/login";
    std::ofstream(path) << "#!/bin/sh\necho run >>" << folder << "/runs\n" << script;
    ::chmod(path.c_str(), 0755);
    Access out = test::access_to(server);
    out.plugin = ExecPlugin{"client.authentication.k8s.io/v1", path, "", {}, {{"GREETING", "hi"}},
                            ExecPlugin::Interactive::kNever,   false};
    return out;
  }
  static std::string credential(const std::string& token, const std::string& expires = "") {
    return R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":")" + token +
           "\"" + (expires.empty() ? "" : R"(,"expirationTimestamp":")" + expires + "\"") + "}}";
  }
  int runs() const {
    std::ifstream in(folder + "/runs");
    return static_cast<int>(std::count(std::istreambuf_iterator<char>(in), {}, '\n'));
  }
  std::string folder, wanted = "planted-plugin-token";
  TestSurroundings around;
  TinyServer server;
};

TEST_F(PluginTest, RunsOnceForManyRequestsAndPassesItsEnvironment) {
  Loop loop(around.all);
  Client client(loop,
                access("[ \"$GREETING\" = hi ] || exit 9\ncase $KUBERNETES_EXEC_INFO in *'\"interactive\":false'*) "
                       ";; *) exit 8;; esac\ncat <<'E'\n" +
                       credential(wanted) + "\nE\n"));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.call({.path = "/x"}).status, 200);
  EXPECT_EQ(runs(), 1);
  EXPECT_EQ(around.text().find("planted"), std::string::npos);
}

TEST_F(PluginTest, RunsAgainWhenItsCredentialHasExpired) {
  WallTime now = *read_time("2026-01-01T00:00:00Z");
  around.all.wall_time = [&] { return now; };
  Loop loop(around.all);
  Client client(loop, access("cat <<'E'\n" + credential(wanted, "2026-01-01T01:00:00+00:00") + "\nE\n"));
  EXPECT_EQ(client.call({.path = "/x"}).status, 200);
  now += 59min;
  EXPECT_EQ(client.call({.path = "/x"}).status, 200);
  EXPECT_EQ(runs(), 1);
  now += 1min;
  EXPECT_EQ(client.call({.path = "/x"}).status, 200);
  EXPECT_EQ(runs(), 2);
}

TEST_F(PluginTest, RenewsALittleEarlyAndNotForEachRequest) {
  WallTime now = *read_time("2026-01-01T00:00:00Z");
  around.all.wall_time = [&] { return now; };
  Loop loop(around.all);
  // A plugin that gives out what it has, however old.
  Client client(loop, access("cat <<'E'\n" + credential(wanted, "2026-01-01T01:00:00Z") + "\nE\n"));
  EXPECT_EQ(client.call({.path = "/x"}).status, 200);
  now += 59min + 49s;
  EXPECT_EQ(client.call({.path = "/x"}).status, 200);
  EXPECT_EQ(runs(), 1);
  now += 1s;  // ten seconds before its end
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.call({.path = "/x"}).status, 200);
  EXPECT_EQ(runs(), 2);
  now += 9s;
  EXPECT_EQ(client.call({.path = "/x"}).status, 200);
  EXPECT_EQ(runs(), 2);
}

TEST_F(PluginTest, AFailedEarlyRenewalKeepsWhatIsStillGood) {
  WallTime now = *read_time("2026-01-01T00:00:00Z");
  around.all.wall_time = [&] { return now; };
  Loop loop(around.all);
  Client client(loop, access("[ $(wc -l <" + folder + "/runs) = 1 ] || exit 7\ncat <<'E'\n" +
                             credential(wanted, "2026-01-01T01:00:00Z") + "\nE\n"));
  EXPECT_EQ(client.call({.path = "/x"}).status, 200);
  now += 59min + 55s;
  EXPECT_EQ(client.call({.path = "/x"}).status, 200);
  EXPECT_EQ(runs(), 2);
  ASSERT_EQ(around.warnings.size(), 1u);
  EXPECT_NE(around.warnings[0].find("ended with code 7"), std::string::npos);
  now += 5s;  // now it has expired
  const Answer answer = client.call({.path = "/x"});
  ASSERT_TRUE(answer.error);
  EXPECT_NE(answer.error->message.find("ended with code 7"), std::string::npos);
  EXPECT_EQ(runs(), 3);
}

TEST_F(PluginTest, RunsAgainAfter401Once) {
  Loop loop(around.all);
  Client client(loop, access("cat <<'E'\n" + credential("another-token") + "\nE\n"));
  const Answer answer = client.call({.path = "/x"});
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(runs(), 2);
  EXPECT_EQ(server.seen().size(), 2u);
}

TEST_F(PluginTest, ItsStandardErrorIsPassedOnWithoutControlCharacters) {
  Loop loop(around.all);
  Client client(loop, access("printf 'open \\033[31mhttps://login\\n' >&2\nexit 3\n"));
  const Answer answer = client.call({.path = "/x"});
  ASSERT_TRUE(answer.error);
  EXPECT_EQ(answer.error->message, "the credential plugin `" + folder + "/login` ended with code 3");
  EXPECT_EQ(answer.error->kind, Error::kDenied);
  ASSERT_EQ(around.warnings.size(), 1u);
  EXPECT_EQ(around.warnings[0], folder + "/login: open \\x1b[31mhttps://login");
  EXPECT_TRUE(server.seen().empty());
}

TEST_F(PluginTest, ARunDoesNotHoldUpTheLoop) {
  Loop loop(around.all);
  Client client(loop, access("sleep 1\ncat <<'E'\n" + credential(wanted) + "\nE\n"));
  int ticks = 0;
  std::function<void()> tick = [&] {
    ++ticks;
    loop.after(50ms, tick);
  };
  tick();
  EXPECT_EQ(client.call({.path = "/x"}).status, 200);
  EXPECT_GE(ticks, 10);
}

TEST_F(PluginTest, AMissingPluginGivesItsHint) {
  Loop loop(around.all);
  Access a = access("");
  a.plugin->command = folder + "/not-there";
  a.plugin->install_hint = "install it\nwith love";
  Client client(loop, a);
  EXPECT_EQ(client.call({.path = "/x"}).error->message,
            "cannot start the credential plugin `" + folder +
                "/not-there`: No such file or directory; install it\\x0awith love");
}

TEST_F(PluginTest, OneThatMustAskNeedsATerminal) {
  if (::isatty(STDIN_FILENO)) GTEST_SKIP() << "standard input is a terminal";
  Loop loop(around.all);
  Access a = access("");
  a.plugin->interactive = ExecPlugin::Interactive::kAlways;
  Client client(loop, a);
  EXPECT_NE(client.call({.path = "/x"}).error->message.find("there is no terminal"), std::string::npos);
  EXPECT_EQ(runs(), 0);
}

TEST(KubePluginOutput, IsChecked) {
  const ExecPlugin plugin{"client.authentication.k8s.io/v1", "p", "", {}, {}, {}, false};
  const std::string head = R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":)";
  EXPECT_TRUE(read_plugin_output(head + R"({"token":"t"}})", plugin));
  for (const std::string& bad :
       {std::string("no"), head + "{}}", head + R"({"token":"t\nInjected: 1"}})", head + R"({"clientKeyData":"k"}})",
        head + R"({"token":"t","expirationTimestamp":"tomorrow"}})",
        std::string(
            R"({"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","status":{"token":"t"}})"),
        std::string(R"({"kind":"Pod"})")})
    EXPECT_FALSE(read_plugin_output(bad, plugin)) << bad;
}

TEST(KubePluginOutput, TimesAreRfc3339) {
  EXPECT_EQ(read_time("2001-09-09T01:46:40Z"), std::chrono::system_clock::from_time_t(1'000'000'000));
  EXPECT_EQ(read_time("2001-09-09T03:46:40.5+02:00"), std::chrono::system_clock::from_time_t(1'000'000'000));
  for (const char* bad :
       {"", "2001", "2001-13-09T01:46:40Z", "2001-09-09 01:46:40Z", "2001-09-09T01:46:40", "2001-09-09T01:46:40Zx"})
    EXPECT_FALSE(read_time(bad)) << bad;
}

}  // namespace
}  // namespace grovec::kube

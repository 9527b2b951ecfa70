// Requests in pieces, pages over a real socket, and lines of the log.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runtime/live/reconcile/log.h"
#include "runtime/live/serve/request.h"
#include "runtime/live/serve/server.h"

namespace grovec::live {
namespace {

using namespace std::chrono_literals;
using State = RequestReader::State;

TEST(RequestReader, ReadsAHeadByteByByte) {
  RequestReader reader;
  const std::string text = "GET /metrics?x=1 HTTP/1.1\r\nHost: a\r\n\r\n";
  for (std::size_t i = 0; i + 1 < text.size(); ++i) ASSERT_EQ(reader.read(text.substr(i, 1)), State::kMore) << i;
  ASSERT_EQ(reader.read(text.substr(text.size() - 1)), State::kDone);
  EXPECT_EQ(reader.method(), "GET");
  EXPECT_EQ(reader.path(), "/metrics");
}

TEST(RequestReader, RefusesWhatIsNoRequestForAPage) {
  EXPECT_EQ(RequestReader().read("what is this\r\n\r\n"), State::kBroken);
  EXPECT_EQ(RequestReader().read("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"), State::kBroken);
  EXPECT_EQ(RequestReader().read("GET /" + std::string(RequestReader::kLargest, 'a')), State::kBroken);
}

int connect_to(const std::string& address) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
  return fd;
}

// What comes back until the server closes.
std::string exchange(kube::Loop& loop, const std::string& address, const std::string& request) {
  const int fd = connect_to(address);
  EXPECT_EQ(send(fd, request.data(), request.size(), 0), static_cast<ssize_t>(request.size()));
  std::string out;
  const bool is_over = loop.run_until(
      [&] {
        char buffer[4096];
        ssize_t n = 0;
        while ((n = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT)) > 0) out.append(buffer, static_cast<std::size_t>(n));
        if (n < 0) loop.after(1ms, [] {});
        return n == 0;
      },
      30s);
  EXPECT_TRUE(is_over);
  close(fd);
  return out;
}

TEST(Server, ServesPages) {
  kube::Loop loop(kube::real_surroundings());
  Server server(loop, [](std::string_view path) {
    return path == "/big" ? Page{200, std::string(3'000'000, 'x')} : Page{503, "asked for " + std::string(path) + "\n"};
  });
  const auto address = server.listen("127.0.0.1:0");
  ASSERT_TRUE(address) << address.error().message;
  EXPECT_TRUE(address->starts_with("127.0.0.1:")) << *address;
  const std::string page = exchange(loop, *address, "GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(page.starts_with("HTTP/1.1 503 Service Unavailable\r\n")) << page;
  EXPECT_TRUE(page.ends_with("\r\n\r\nasked for /readyz\n")) << page;
  const std::string head = exchange(loop, *address, "HEAD /readyz HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_NE(head.find("Content-Length: 18\r\n"), std::string::npos) << head;
  EXPECT_TRUE(head.ends_with("\r\n\r\n")) << head;
  EXPECT_TRUE(exchange(loop, *address, "POST / HTTP/1.1\r\nHost: a\r\n\r\n").starts_with("HTTP/1.1 405 "));
  EXPECT_TRUE(exchange(loop, *address, "nonsense\r\n\r\n").starts_with("HTTP/1.1 400 "));
  EXPECT_GT(exchange(loop, *address, "GET /big HTTP/1.1\r\nHost: a\r\n\r\n").size(), 3'000'000u);
}

TEST(Server, SaysWhyItCannotListen) {
  kube::Loop loop(kube::real_surroundings());
  const auto page = [](std::string_view) { return Page{}; };
  Server first(loop, page), second(loop, page), third(loop, page);
  const auto address = first.listen("127.0.0.1:0");
  ASSERT_TRUE(address);
  const auto taken = second.listen(*address);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind, Error::kIo);
  const auto wrong = third.listen("somewhere");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().kind, Error::kUsage);
}

TEST(Log, IsALineForPeopleOrAnObjectForMachines) {
  for (const bool is_json : {false, true}) {
    std::string said;
    const Log log(
        is_json ? Log::Format::kJson : Log::Format::kText, [] { return decide::Instant::from_seconds(0); },
        [&](bool is_warning, const std::string& line) { said = (is_warning ? "W " : "I ") + line; });
    log(true, "a \"b\"", {{"kind", "Pod"}});
    EXPECT_EQ(said, is_json ? R"(W {"time":"1970-01-01T00:00:00Z","level":"warning","message":"a \"b\"","kind":"Pod"})"
                            : "W a \"b\"");
  }
}

TEST(Log, CopiesShareTheirLevel) {
  std::string said;
  Log log(
      Log::Format::kText, [] { return decide::Instant(); }, [&](bool, const std::string& line) { said += line; });
  const Log copy = log;
  copy.say(Level::kDebug, "a");
  copy.say(Level::kInfo, "b");
  log.set_level(Level::kDebug);
  copy.say(Level::kDebug, "c");
  log.set_level(Level::kWarning);
  copy(false, "d");
  copy(true, "e");
  EXPECT_EQ(said, "bce");
}

}  // namespace
}  // namespace grovec::live

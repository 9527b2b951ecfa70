#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <poll.h>

#include "runtime/kube/client.h"
#include "tests/unit/runtime/kube/tiny_server.h"
#include "tests/unit/runtime/kube/tls_server.h"

namespace grovec::kube {
namespace {

using test::Exchange;
using test::issue;
using test::Pair;
using test::Subject;
using test::TestSurroundings;
using test::TinyServer;
using test::TlsServer;

const Pair& authority() {
  static const Pair made = issue({.name = "authority", .alternatives = "", .is_authority = true});
  return made;
}

/// One GET with a token, so that a test can see whether it went to a server that must not have it.
struct TlsTest : testing::Test {
  Answer get(Access access) {
    access.token.bytes = "planted-tls-token";
    Loop loop(around.all);
    Client client(loop, std::move(access));
    return client.call({.path = "/x"});
  }
  Access access_to(const std::string& url) const {
    Access out;
    out.server = url;
    out.authority.bytes = authority().pem();
    return out;
  }
  /// Nothing was sent, nothing was tried again, and the message says why.
  void refuses(TlsServer& server, const std::string& why, const std::string& what_to_do) {
    const Answer answer = get(access_to(server.url()));
    ASSERT_TRUE(answer.error);
    EXPECT_EQ(answer.status, 0);
    EXPECT_EQ(answer.error->kind, Error::kIo);
    EXPECT_FALSE(answer.outcome_unknown);
    EXPECT_NE(answer.error->message.find("is not trusted"), std::string::npos) << answer.error->message;
    EXPECT_NE(answer.error->message.find(why), std::string::npos) << answer.error->message;
    EXPECT_NE(answer.error->message.find(what_to_do), std::string::npos) << answer.error->message;
    EXPECT_TRUE(server.heads().empty());
  }
  TestSurroundings around;
};

TEST_F(TlsTest, TheRightAuthorityIsTrusted) {
  TlsServer server(issue({}, &authority()));
  EXPECT_EQ(get(access_to(server.url())).status, 200);
  ASSERT_EQ(server.heads().size(), 1u);
  EXPECT_NE(server.heads()[0].find("Bearer planted-tls-token"), std::string::npos);
}

TEST_F(TlsTest, AnotherAuthorityIsRefused) {
  const Pair stranger = issue({.name = "stranger", .alternatives = "", .is_authority = true});
  TlsServer server(issue({}, &stranger));
  refuses(server, "issuer", "`certificate-authority` of the cluster");
  TlsServer by_itself(issue({}));
  refuses(by_itself, "self-signed", "`certificate-authority` of the cluster");
}

TEST_F(TlsTest, AnExpiredCertificateIsRefused) {
  TlsServer server(issue({.days = -1}, &authority()));
  refuses(server, "expired", "renew the certificate");
}

TEST_F(TlsTest, AnotherHostIsRefused) {
  TlsServer address(issue({.alternatives = "IP:127.0.0.2"}, &authority()));
  refuses(address, "127.0.0.1", "`tls-server-name`");
  // A name in the subject alone counts for nothing.
  TlsServer name(issue({.name = "127.0.0.1", .alternatives = "DNS:other.example.com"}, &authority()));
  refuses(name, "127.0.0.1", "`tls-server-name`");
}

TEST_F(TlsTest, TheNameOfTheKubeconfigIsVerifiedInsteadOfTheHost) {
  TlsServer server(issue({.alternatives = "DNS:inner.example.com"}, &authority()));
  Access access = access_to(server.url());
  access.tls_server_name = "inner.example.com";
  EXPECT_EQ(get(access).status, 200);
  EXPECT_NE(server.heads().at(0).find("Host: 127.0.0.1:" + std::to_string(server.port()) + "\r\n"), std::string::npos);
  access.tls_server_name = "outer.example.com";
  EXPECT_NE(get(access).error->message.find("is not trusted"), std::string::npos);
  EXPECT_EQ(server.heads().size(), 1u);
}

TEST_F(TlsTest, ACertificateProvesWhoWeAre) {
  const Pair people = issue({.name = "people", .alternatives = "", .is_authority = true});
  TlsServer server(issue({}, &authority()), &people);
  Access access = access_to(server.url());
  EXPECT_TRUE(get(access).error);
  EXPECT_TRUE(server.heads().empty());
  const Pair me = issue({.name = "me", .alternatives = ""}, &people);
  access.certificate.bytes = me.pem();
  access.key.bytes = me.key_pem();
  EXPECT_EQ(get(access).status, 200);
  access.key.bytes = issue({}).key_pem();  // somebody else's
  const Answer wrong = get(access);
  ASSERT_TRUE(wrong.error);
  EXPECT_NE(wrong.error->message.find("is not trusted"), std::string::npos) << wrong.error->message;
  EXPECT_EQ(server.heads().size(), 1u);
}

TEST_F(TlsTest, OnlyTheOptionTurnsVerificationOff) {
  TlsServer server(issue({.days = -1}));
  Access access = access_to(server.url());
  access.insecure = true;
  access.authority = {};
  EXPECT_EQ(get(access).status, 200);
}

// --- proxies -------------------------------------------------------------------------------------------------------

/// Carries bytes to a port of this machine until one side ends.
bool tunnel(const Exchange& e, int port) {
  const int there = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  at.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::connect(there, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0) {
    e.write("HTTP/1.1 200 Connection established\r\n\r\n");
    pollfd ends[2] = {{e.socket, POLLIN, 0}, {there, POLLIN, 0}};
    char buffer[16 << 10];
    for (bool is_open = true; is_open && ::poll(ends, 2, 60'000) > 0;)
      for (int i = 0; i < 2 && is_open; ++i) {
        if (!ends[i].revents) continue;
        const ssize_t n = ::recv(ends[i].fd, buffer, sizeof buffer, 0);
        is_open = n > 0 && ::send(ends[1 - i].fd, buffer, static_cast<std::size_t>(n), MSG_NOSIGNAL) == n;
      }
  }
  ::close(there);
  return false;
}

TEST_F(TlsTest, TheProxyOfTheKubeconfigIsATunnelAndSeesNoCredential) {
  TlsServer server(issue({}, &authority()));
  TinyServer proxy([&](const Exchange& e) { return tunnel(e, server.port()); });
  Access access = access_to(server.url());
  access.proxy = proxy.url();
  EXPECT_EQ(get(access).status, 200);
  ASSERT_EQ(proxy.seen().size(), 1u);
  EXPECT_EQ(proxy.seen()[0].method, "CONNECT");
  EXPECT_EQ(proxy.seen()[0].target, "127.0.0.1:" + std::to_string(server.port()));
  EXPECT_EQ(proxy.seen()[0].head.find("planted"), std::string::npos);
  EXPECT_NE(server.heads().at(0).find("Bearer planted-tls-token"), std::string::npos);
}

TEST_F(TlsTest, AProxyThatRefusesIsToldAndTheServerLeftAlone) {
  TlsServer server(issue({}, &authority()));
  TinyServer proxy([](const Exchange& e) {
    e.answer(403, "");
    return false;
  });
  Access access = access_to(server.url());
  access.proxy = proxy.url();
  const Answer answer = get(access);
  ASSERT_TRUE(answer.error);
  EXPECT_NE(answer.error->message.find("403"), std::string::npos) << answer.error->message;
  EXPECT_TRUE(server.heads().empty());
}

/// Variables for the length of a test.
struct Variable {
  Variable(const char* n, const std::string& value) : name(n) { ::setenv(n, value.c_str(), 1); }
  ~Variable() { ::unsetenv(name); }
  const char* name;
};

// 0.0.0.0 leads to this machine and is not called loopback, so that it takes the environment's proxy.
TEST_F(TlsTest, TheEnvironmentsProxyAndItsExceptions) {
  TlsServer server(issue({.alternatives = "IP:0.0.0.0,IP:127.0.0.1"}, &authority()));
  TinyServer proxy([&](const Exchange& e) { return tunnel(e, server.port()); });
  const std::string elsewhere = "https://0.0.0.0:" + std::to_string(server.port());
  Variable https("HTTPS_PROXY", proxy.url());
  EXPECT_EQ(get(access_to(elsewhere)).status, 200);
  EXPECT_EQ(proxy.seen().size(), 1u);
  {
    Variable except("NO_PROXY", "example.com,0.0.0.0");
    EXPECT_EQ(get(access_to(elsewhere)).status, 200);
    EXPECT_EQ(proxy.seen().size(), 1u) << "NO_PROXY names the server";
  }
  {
    Variable except("NO_PROXY", "10.0.0.0/8,0.0.0.0/8");
    EXPECT_EQ(get(access_to(elsewhere)).status, 200);
    EXPECT_EQ(proxy.seen().size(), 1u) << "NO_PROXY names its network";
  }
  EXPECT_EQ(get(access_to(server.url())).status, 200);
  EXPECT_EQ(proxy.seen().size(), 1u) << "loopback needs no proxy, as in Go";
  // The kubeconfig's proxy is taken whatever the environment says.
  Variable except("NO_PROXY", "*");
  Access access = access_to(elsewhere);
  access.proxy = proxy.url();
  EXPECT_EQ(get(access).status, 200);
  EXPECT_EQ(proxy.seen().size(), 2u);
}

// --- a peer that is gone -------------------------------------------------------------------------------------------

/// Our end of a connection to that port; -1: there is none.
int socket_to(int port) {
  for (int fd = 3; fd < 1024; ++fd) {
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0 && peer.sin_family == AF_INET &&
        ntohs(peer.sin_port) == port)
      return fd;
  }
  return -1;
}

template <typename T>
T option_of(int socket, int level, int name) {
  T value{};
  socklen_t size = sizeof value;
  EXPECT_EQ(::getsockopt(socket, level, name, &value, &size), 0);
  return value;
}

// The kernel gives up a connection whose peer acknowledges nothing for 30 s; its own limit is a quarter of an hour.
TEST_F(TlsTest, TheKernelGivesUpAPeerThatAcknowledgesNothing) {
  unsigned user_timeout = 0;
  int keep_alive = 0, idle = 0, interval = 0;
  TinyServer* self = nullptr;
  TinyServer server([&](const Exchange& e) {
    const int ours = socket_to(std::stoi(self->url().substr(self->url().rfind(':') + 1)));
    user_timeout = option_of<unsigned>(ours, IPPROTO_TCP, TCP_USER_TIMEOUT);
    keep_alive = option_of<int>(ours, SOL_SOCKET, SO_KEEPALIVE);
    idle = option_of<int>(ours, IPPROTO_TCP, TCP_KEEPIDLE);
    interval = option_of<int>(ours, IPPROTO_TCP, TCP_KEEPINTVL);
    e.answer(200, "{}");
    return true;
  });
  self = &server;
  EXPECT_EQ(get(test::access_to(server)).status, 200);
  EXPECT_EQ(user_timeout, 30'000u);
  EXPECT_EQ(keep_alive, 1);
  EXPECT_EQ(idle, 30);
  EXPECT_EQ(interval, 15);
}

}  // namespace
}  // namespace grovec::kube

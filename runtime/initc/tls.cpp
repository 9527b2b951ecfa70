#include "runtime/initc/tls.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace grovec::initc {
namespace {

constexpr unsigned kUserTimeoutMs = 30'000;  // data that nobody acknowledges

std::chrono::milliseconds left(std::chrono::steady_clock::time_point deadline) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
}

bool is_address(const std::string& host) {
  in6_addr address;
  return ::inet_pton(AF_INET, host.c_str(), &address) == 1 || ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

}  // namespace

Tls::~Tls() {
  if (fd_ >= 0) ::close(fd_);
}

bool Tls::wait(short events, Deadline deadline) const {
  for (;;) {
    pollfd wanted{fd_, events, 0};
    int got = ::poll(&wanted, 1, static_cast<int>(std::max<std::int64_t>(0, left(deadline).count())));
    if (got > 0) return true;
    if (got == 0 || errno != EINTR) return false;
  }
}

std::string Tls::reach(const std::string& host, const std::string& port, Deadline deadline) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (int error = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found); error != 0)
    return "cannot find " + host + ": " + ::gai_strerror(error);
  std::string why = "no address";
  for (addrinfo* at = found; at && fd_ < 0; at = at->ai_next) {
    fd_ = ::socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int error = 0;
    socklen_t size = sizeof error;
    if (fd_ >= 0 && ::connect(fd_, at->ai_addr, at->ai_addrlen) != 0) {
      error = errno;
      if (error == EINPROGRESS && !wait(POLLOUT, deadline)) error = ETIMEDOUT;
      if (error == EINPROGRESS) ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
    }
    if (fd_ >= 0 && error == 0) break;
    why = std::strerror(fd_ < 0 ? errno : error);
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  ::freeaddrinfo(found);
  if (fd_ < 0) return "cannot connect to " + host + ":" + port + ": " + why;
  int on = 1;
  ::setsockopt(fd_, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(fd_, IPPROTO_TCP, TCP_USER_TIMEOUT, &kUserTimeoutMs, sizeof kUserTimeoutMs);
  return {};
}

std::string Tls::expect(const std::string& host) {
  X509_VERIFY_PARAM* wanted = SSL_get0_param(ssl_.get());
  if (is_address(host)) {
    if (X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str()) == 1) return {};
  } else if (SSL_set_tlsext_host_name(ssl_.get(), host.c_str()) == 1 &&
             X509_VERIFY_PARAM_set1_host(wanted, host.c_str(), host.size()) == 1) {
    return {};
  }
  return "no host name: " + host;
}

bool Tls::again(int code, Deadline deadline) {
  int error = SSL_get_error(ssl_.get(), code);
  if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return false;
  late_ = !wait(error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline);
  return !late_;
}

std::string Tls::connect(const std::string& host, const std::string& port, const std::string& ca_file,
                         std::chrono::milliseconds limit) {
  Deadline deadline = std::chrono::steady_clock::now() + limit;
  context_.reset(SSL_CTX_new(TLS_client_method()));
  if (!context_) return "TLS does not start";
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_options(context_.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);  // HTTP says where an answer ends
  if (SSL_CTX_load_verify_file(context_.get(), ca_file.c_str()) != 1)
    return "cannot read the certificates in " + ca_file;
  if (std::string error = reach(host, port, deadline); !error.empty()) return error;
  ssl_.reset(SSL_new(context_.get()));
  if (!ssl_ || SSL_set_fd(ssl_.get(), fd_) != 1) return "TLS does not start";
  if (std::string error = expect(host); !error.empty()) return error;
  int code;
  do {
    code = SSL_connect(ssl_.get());
  } while (code != 1 && again(code, deadline));
  if (code == 1) return {};
  long verdict = SSL_get_verify_result(ssl_.get());
  if (verdict != X509_V_OK)
    return "the certificate of " + host + ":" + port + " is refused: " + X509_verify_cert_error_string(verdict);
  return "no TLS with " + host + ":" + port + (late_ ? ": no answer in time" : "");
}

std::string Tls::write(std::string_view data, std::chrono::milliseconds limit) {
  Deadline deadline = std::chrono::steady_clock::now() + limit;
  int code;
  do {
    code = SSL_write(ssl_.get(), data.data(), static_cast<int>(data.size()));
  } while (code <= 0 && again(code, deadline));
  return code > 0 ? "" : "the request was not sent";
}

Result<size_t> Tls::read(char* into, size_t size, std::chrono::milliseconds limit) {
  Deadline deadline = std::chrono::steady_clock::now() + limit;
  int code;
  do {
    code = SSL_read(ssl_.get(), into, static_cast<int>(size));
  } while (code <= 0 && again(code, deadline));
  if (code > 0) return static_cast<size_t>(code);
  if (!late_ && SSL_get_error(ssl_.get(), code) == SSL_ERROR_ZERO_RETURN) return size_t{0};
  return Error{late_ ? "nothing came for " + std::to_string(limit.count() / 1000) + " s" : "the connection broke off",
               Error::kRetry};
}

}  // namespace grovec::initc

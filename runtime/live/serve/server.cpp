#include "runtime/live/serve/server.h"

#include <netdb.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "runtime/live/serve/request.h"

namespace grovec::live {

namespace {

std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    default:
      return "Service Unavailable";
  }
}

std::string text_of(const Page& page, bool with_body) {
  std::string out = "HTTP/1.1 " + std::to_string(page.status) + " " + std::string(reason_of(page.status)) + "\r\n";
  out +=
      "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: " + std::to_string(page.body.size());
  out += "\r\nConnection: close\r\n\r\n";
  return with_body ? out + page.body : out;
}

Result<std::string> bound_address(int fd) {
  sockaddr_storage own{};
  socklen_t size = sizeof own;
  char host[64] = "", port[16] = "";
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&own), &size) != 0 ||
      getnameinfo(reinterpret_cast<sockaddr*>(&own), size, host, sizeof host, port, sizeof port,
                  NI_NUMERICHOST | NI_NUMERICSERV) != 0)
    return Error{std::strerror(errno), Error::kIo};
  return own.ss_family == AF_INET6 ? "[" + std::string(host) + "]:" + port : std::string(host) + ":" + port;
}

}  // namespace

struct Server::Connection {
  explicit Connection(int f) : fd(f) {}
  int fd;
  RequestReader reader;
  std::string out;
  std::size_t sent = 0;
  kube::Loop::TimerId timer = 0;
};

Server::Server(kube::Loop& loop, std::function<Page(std::string_view)> page) : loop_(loop), page_(std::move(page)) {}

Server::~Server() {
  while (!connections_.empty()) drop(connections_.begin()->first);
  if (fd_ < 0) return;
  loop_.forget(fd_);
  close(fd_);
}

Result<std::string> Server::listen(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  const Error unusable{"`" + address + "` is no address to listen on: HOST:PORT, both numbers", Error::kUsage};
  if (colon == std::string::npos) return unusable;
  std::string host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV;
  if (getaddrinfo(host.empty() ? nullptr : host.c_str(), address.c_str() + colon + 1, &hints, &found) != 0)
    return unusable;
  fd_ = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int yes = 1;
  setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const bool is_bound = fd_ >= 0 && bind(fd_, found->ai_addr, found->ai_addrlen) == 0 && ::listen(fd_, 16) == 0;
  const int error = errno;
  freeaddrinfo(found);
  if (!is_bound) {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
    return Error{"cannot listen on " + address + ": " + std::strerror(error), Error::kIo};
  }
  loop_.when_readable(fd_, [this] { accept_all(); });
  return bound_address(fd_);
}

void Server::accept_all() {
  for (;;) {
    const int fd = accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) return;
    if (connections_.size() >= kMostConnections) {
      close(fd);
      continue;
    }
    Connection& c = *(connections_[fd] = std::make_unique<Connection>(fd));
    c.timer = loop_.after(kPatience, [this, fd] {
      connections_[fd]->timer = 0;
      drop(fd);
    });
    loop_.when_ready(fd, EPOLLIN, [this, fd](std::uint32_t) {
      if (const auto at = connections_.find(fd); at != connections_.end()) serve(*at->second);
    });
  }
}

void Server::serve(Connection& c) {
  if (!c.out.empty()) return flush(c);
  char buffer[4096];
  const ssize_t n = recv(c.fd, buffer, sizeof buffer, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) return drop(c.fd);
  switch (c.reader.read({buffer, static_cast<std::size_t>(n)})) {
    case RequestReader::State::kMore:
      return;
    case RequestReader::State::kBroken:
      c.out = text_of({400, "this is no request for a page\n"}, true);
      break;
    case RequestReader::State::kDone:
      answer(c);
      break;
  }
  flush(c);
}

void Server::answer(Connection& c) {
  const std::string method = c.reader.method();
  if (method != "GET" && method != "HEAD")
    c.out = text_of({405, "GET and HEAD only\n"}, true);
  else
    c.out = text_of(page_(c.reader.path()), method == "GET");
}

void Server::flush(Connection& c) {
  while (c.sent < c.out.size()) {
    const ssize_t n = send(c.fd, c.out.data() + c.sent, c.out.size() - c.sent, MSG_NOSIGNAL);
    if (n < 0 && errno == EAGAIN) {
      loop_.when_ready(c.fd, EPOLLOUT, [this, fd = c.fd](std::uint32_t) {
        if (const auto at = connections_.find(fd); at != connections_.end()) flush(*at->second);
      });
      return;
    }
    if (n <= 0) break;
    c.sent += static_cast<std::size_t>(n);
  }
  drop(c.fd);
}

void Server::drop(int fd) {
  const auto at = connections_.find(fd);
  if (at == connections_.end()) return;
  loop_.cancel(at->second->timer);
  loop_.forget(fd);
  close(fd);
  connections_.erase(at);
}

}  // namespace grovec::live

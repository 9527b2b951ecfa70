/// \file An HTTP server on loopback whose every byte a test decides; a thread for each connection.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "runtime/kube/client.h"

namespace grovec::test {

struct Exchange {
  std::string method, target, head, body;
  int number = 0;      ///< of all requests, from 0
  int connection = 0;  ///< from 0
  int socket = -1;

  bool has(std::string_view text) const { return target.find(text) != std::string::npos; }
  void write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t n = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  void answer(int status, std::string_view text, std::string_view more = "") const {
    write("HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Type: application/json\r\nContent-Length: " +
          std::to_string(text.size()) + "\r\n" + std::string(more) + "\r\n" + std::string(text));
  }
  /// The beginning of an answer without an end: `chunk` what follows, `end_chunks` its end.
  void begin_chunks() const { write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"); }
  void chunk(std::string_view text) const {
    char size[32];
    std::snprintf(size, sizeof size, "%zx\r\n", text.size());
    write(size + std::string(text) + "\r\n");
  }
  void end_chunks() const { write("0\r\n\r\n"); }
  /// Until the client closes, at most `ms`.
  void wait_for_close(int ms = 60'000) const {
    pollfd p{socket, POLLRDHUP | POLLIN, 0};
    ::poll(&p, 1, ms);
  }
};

class TinyServer {
 public:
  /// False: close the connection.
  using Handler = std::function<bool(const Exchange&)>;

  explicit TinyServer(Handler handler) : handler_(std::move(handler)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&at), size);
    ::listen(listener_, 64);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
    threads_.emplace_back([this] { accept_all(); });
  }
  ~TinyServer() {
    ::shutdown(listener_, SHUT_RDWR);
    {
      std::lock_guard lock(lock_);
      is_over_ = true;
      for (int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
    }
    threads_[0].join();
    for (std::size_t i = 1; i < threads_.size(); ++i) threads_[i].join();
    for (int socket : sockets_) ::close(socket);
    ::close(listener_);
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  int connections() const { return connections_; }
  std::vector<Exchange> seen() {
    std::lock_guard lock(lock_);
    return seen_;
  }
  int count(std::string_view method) {
    int n = 0;
    for (const Exchange& e : seen()) n += e.method == method;
    return n;
  }

 private:
  void accept_all() {
    while (true) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) return;
      std::lock_guard lock(lock_);
      if (is_over_) {
        ::close(socket);
        return;
      }
      sockets_.push_back(socket);
      threads_.emplace_back([this, socket, n = connections_++] { serve(socket, n); });
    }
  }

  void serve(int socket, int connection) {
    std::string bytes;
    while (true) {
      std::size_t end;
      while ((end = bytes.find("\r\n\r\n")) == bytes.npos)
        if (!more(socket, bytes)) return;
      Exchange e;
      e.head = bytes.substr(0, end + 2);
      bytes.erase(0, end + 4);
      std::size_t length = 0;
      if (const std::size_t at = e.head.find("Content-Length: "); at != e.head.npos)
        length = std::stoul(e.head.substr(at + 16));
      while (bytes.size() < length)
        if (!more(socket, bytes)) return;
      e.body = bytes.substr(0, length);
      bytes.erase(0, length);
      e.method = e.head.substr(0, e.head.find(' '));
      e.target = e.head.substr(e.method.size() + 1, e.head.find(' ', e.method.size() + 1) - e.method.size() - 1);
      e.connection = connection;
      e.socket = socket;
      {
        std::lock_guard lock(lock_);
        e.number = static_cast<int>(seen_.size());
        seen_.push_back(e);
      }
      if (handler_(e)) continue;
      ::shutdown(socket, SHUT_RDWR);
      return;
    }
  }

  static bool more(int socket, std::string& bytes) {
    char buffer[16 << 10];
    const ssize_t n = ::recv(socket, buffer, sizeof buffer, 0);
    if (n > 0) bytes.append(buffer, static_cast<std::size_t>(n));
    return n > 0;
  }

  Handler handler_;
  int listener_ = -1, port_ = 0;
  std::atomic<int> connections_ = 0;
  std::mutex lock_;
  bool is_over_ = false;
  std::vector<int> sockets_;
  std::vector<Exchange> seen_;
  std::vector<std::thread> threads_;
};

/// Time that runs `speed` times as fast, chance that is always `random`, and a log that is kept.
struct TestSurroundings {
  explicit TestSurroundings(int speed = 1, double random = 0) {
    all = kube::real_surroundings();
    const auto start = std::chrono::steady_clock::now();
    all.now = [start, speed] { return start + (std::chrono::steady_clock::now() - start) * speed; };
    all.sleep_for = [speed](kube::Duration d) { return d / speed; };
    all.random = [random] { return random; };
    all.environment = [](const std::string&) { return std::optional<std::string>(); };
    all.log_level = kube::LogLevel::kDetail;
    all.log = [this](kube::LogLevel level, std::string_view line) {
      lines.emplace_back(line);
      if (level == kube::LogLevel::kWarning) warnings.emplace_back(line);
    };
  }
  TestSurroundings(const TestSurroundings&) = delete;
  std::string text() const {
    std::string out;
    for (const std::string& line : lines) out += line + "\n";
    return out;
  }
  kube::Surroundings all;
  std::vector<std::string> lines, warnings;
};

inline kube::Access access_to(const TinyServer& server) {
  kube::Access out;
  out.server = server.url();
  return out;
}

}  // namespace grovec::test

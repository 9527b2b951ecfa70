/// \file Pages over HTTP for probes and scrapers, served by the client's loop: GET and HEAD, one request a connection.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "ir/base/result.h"
#include "runtime/kube/loop.h"

namespace grovec::live {

struct Page {
  int status = 200;
  std::string body;
};

class Server {
 public:
  static constexpr std::size_t kMostConnections = 32;
  static constexpr kube::Duration kPatience = std::chrono::seconds(10);  ///< with one connection

  /// `page` makes the answer for a path.
  Server(kube::Loop& loop, std::function<Page(std::string_view path)> page);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// `HOST:PORT`, both numbers; without a host: every address of the machine; port 0: any. The address that it listens
  /// on. Error (kUsage): no such address; (kIo): it is taken.
  Result<std::string> listen(const std::string& address);

 private:
  struct Connection;
  void accept_all();
  void serve(Connection& c);
  void answer(Connection& c);
  void flush(Connection& c);
  void drop(int fd);

  kube::Loop& loop_;
  std::function<Page(std::string_view)> page_;
  int fd_ = -1;
  std::map<int, std::unique_ptr<Connection>> connections_;
};

}  // namespace grovec::live

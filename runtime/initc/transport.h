/// \file One GET over TLS: all that waiting needs of a network. transport.cpp has it with Boost.Beast; tests have
/// scripts.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace grovec::initc {

struct Get {
  std::string path;  ///< with its query
  std::string token;
  std::chrono::seconds idle{30};  ///< between two pieces of the answer
};

struct Answer {
  int status = 0;        ///< 0: there was none
  std::string error;     ///< why there was none, or why it ended early; empty if it came to its end
  bool stopped = false;  ///< `on_data` said so
  std::chrono::seconds retry_after{0};
};

class Transport {
 public:
  virtual ~Transport() = default;
  /// Hands the body on in pieces until it ends or `on_data`, which is told the status, returns false. Every step has a
  /// deadline; redirects are answers like others.
  virtual Answer get(const Get& get, const std::function<bool(int status, std::string_view)>& on_data) = 0;
};

/// A connection for each request; the authority is read anew each time, since it may rotate.
std::unique_ptr<Transport> make_transport(const std::string& host, const std::string& port, const std::string& ca_file);

}  // namespace grovec::initc

/// \file A TLS connection with a deadline for each step; made for one request.
#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "ir/base/result.h"

namespace grovec::initc {

class Tls {
 public:
  Tls() = default;
  ~Tls();
  Tls(const Tls&) = delete;
  Tls& operator=(const Tls&) = delete;

  /// Connects and checks that the certificate is of that authority, for that host, and in time. An empty text is
  /// success.
  std::string connect(const std::string& host, const std::string& port, const std::string& ca_file,
                      std::chrono::milliseconds limit);
  std::string write(std::string_view data, std::chrono::milliseconds limit);
  /// Bytes read; 0 is the end of the stream.
  Result<size_t> read(char* into, size_t size, std::chrono::milliseconds limit);

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  template <class T, void (*release)(T*)>
  struct Release {
    void operator()(T* owned) const { release(owned); }
  };

  std::string reach(const std::string& host, const std::string& port, Deadline deadline);
  std::string expect(const std::string& host);
  bool wait(short events, Deadline deadline) const;
  /// After an SSL call that returned `code`: true to call it again.
  bool again(int code, Deadline deadline);

  int fd_ = -1;
  bool late_ = false;  ///< what failed was a deadline
  std::unique_ptr<SSL_CTX, Release<SSL_CTX, SSL_CTX_free>> context_;
  std::unique_ptr<SSL, Release<SSL, SSL_free>> ssl_;
};

}  // namespace grovec::initc

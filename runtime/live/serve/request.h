/// \file The head of an HTTP request, read as it comes in. request.cpp alone includes Boost.Beast, which is large.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace grovec::live {

class RequestReader {
 public:
  enum class State : std::uint8_t { kMore, kDone, kBroken };
  static constexpr std::size_t kLargest = 8u << 10;

  RequestReader();
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  /// The next bytes. kBroken: no HTTP, a head of more than kLargest, or a body, which nobody here wants.
  State read(std::string_view bytes);
  /// Once it is kDone; the path is without its query.
  std::string method() const, path() const;

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace grovec::live

/// \file Reports as JSON, written piece by piece: memory does not grow with the report.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/output/output.h"

namespace grovec::driver {

/// Compact JSON with members in the order of the calls. Goes to a string, and from there to a writer if there is one.
/// The caller keeps objects and lists balanced.
class JsonStream {
 public:
  explicit JsonStream(std::string& buffer, FdWriter* out = nullptr) : buffer_(&buffer), out_(out) {}

  JsonStream& begin_object() { return open('{'); }
  JsonStream& end_object() { return close('}'); }
  JsonStream& begin_list() { return open('['); }
  JsonStream& end_list() { return close(']'); }
  JsonStream& key(std::string_view name);
  JsonStream& value(std::string_view text);
  JsonStream& value(const char* text) { return value(std::string_view(text)); }
  JsonStream& value(bool b) { return raw(b ? "true" : "false"); }
  JsonStream& value(std::int64_t n) { return raw(std::to_string(n)); }
  JsonStream& value(std::uint64_t n) { return raw(std::to_string(n)); }
  JsonStream& value(std::uint32_t n) { return raw(std::to_string(n)); }
  JsonStream& value(std::int32_t n) { return raw(std::to_string(n)); }
  JsonStream& null() { return raw("null"); }
  /// Text that is JSON already.
  JsonStream& raw(std::string_view json);
  template <class T>
  JsonStream& member(std::string_view name, const T& v) {
    return key(name).value(v);
  }
  /// Hands everything to the writer.
  void flush();

 private:
  JsonStream& open(char c);
  JsonStream& close(char c);
  void separate();

  static constexpr std::size_t kFlushAbove = 32 * 1024;
  std::string* buffer_;
  FdWriter* out_;
  bool needs_comma_ = false;
};

}  // namespace grovec::driver

/// \file Where values begin and end in JSON that arrives in pieces: brackets and quotes, nothing else. Internal to
/// `runtime/kube`.
#pragma once

#include <bitset>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "ir/base/result.h"

namespace grovec::kube {

/// Cuts a stream into its values (kStream), or the items out of a list (kList). What it gives is balanced; whether it
/// is JSON is for the reader of the piece to say.
class Splitter {
 public:
  enum class Mode : std::uint8_t { kStream, kList };
  /// `object`: in a stream, the member `object` of the value; else empty. Padding follows the value (items.h).
  using OnValue = std::function<Result<Done>(std::string_view value, std::string_view object)>;

  Splitter(Mode mode, OnValue on_value) : mode_(mode), on_value_(std::move(on_value)) {}

  Result<Done> feed(std::string_view bytes);
  /// Nothing but white space since the last value.
  bool is_between() const { return depth_ == 0 && !is_in_string_; }
  /// kList: everything but the items, followed by padding.
  std::string_view head();

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1), kMostDepth = 512;
  Result<Done> scan();
  Result<Done> open(std::size_t at, bool is_object);
  Result<Done> close(std::size_t at, bool is_object);
  void end_string(std::size_t at);
  void compact();
  std::string_view piece(std::size_t begin, std::size_t end) const {
    return std::string_view(bytes_).substr(begin, end - begin);
  }

  Mode mode_;
  OnValue on_value_;
  std::string bytes_, head_, last_string_;
  std::bitset<kMostDepth + 1> is_object_;
  std::size_t scanned_ = 0, depth_ = 0;
  std::size_t value_begin_ = kNone, object_begin_ = kNone, object_end_ = kNone, string_begin_ = kNone;
  std::size_t head_from_ = 0;
  bool is_in_string_ = false, is_escaped_ = false, is_in_items_ = false, has_ended_ = false;
};

}  // namespace grovec::kube

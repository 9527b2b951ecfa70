#include "runtime/kube/splitter.h"

#include <algorithm>

#include "runtime/kube/items.h"

namespace grovec::kube {

namespace {
constexpr std::size_t kMostHead = 1u << 20, kLongestKey = 16, kKeptCapacity = 1u << 20;

Error garbage(std::string_view what) { return {"the server sent no JSON: " + std::string(what), Error::kContent}; }

/// Room for padding behind what is there, with defined bytes in it.
void pad(std::string& text) {
  const std::size_t size = text.size();
  text.append(kItemPadding, ' ');
  text.resize(size);
}
}  // namespace

Result<Done> Splitter::feed(std::string_view bytes) {
  bytes_.append(bytes);
  pad(bytes_);
  Result<Done> done = scan();
  if (!done) return done;
  compact();
  if (bytes_.size() > kMostItemBytes) return garbage("an object larger than 16 MiB");
  if (head_.size() > kMostHead) return garbage("a list with more than 1 MiB besides its items");
  return done;
}

Result<Done> Splitter::scan() {
  for (; scanned_ < bytes_.size(); ++scanned_) {
    const char c = bytes_[scanned_];
    if (is_in_string_) {
      if (is_escaped_) {
        is_escaped_ = false;
      } else if (c == '\\') {
        is_escaped_ = true;
      } else if (c == '"') {
        end_string(scanned_);
      }
      continue;
    }
    switch (c) {
      case '"':
        if (depth_ == 0) return garbage("a string where an object should be");
        if (is_in_items_ && depth_ == 2) return garbage("an item that is no object");
        is_in_string_ = true;
        string_begin_ = depth_ == 1 ? scanned_ + 1 : kNone;
        break;
      case '{':
      case '[':
        if (Result<Done> done = open(scanned_, c == '{'); !done) return done;
        break;
      case '}':
      case ']':
        if (Result<Done> done = close(scanned_, c == '}'); !done) return done;
        break;
      case ' ':
      case '\n':
      case '\r':
      case '\t':
        break;
      default:
        if (depth_ == 0) return garbage("text between objects");
        if (is_in_items_ && depth_ == 2 && c != ',') return garbage("an item that is no object");
    }
  }
  return Done{};
}

void Splitter::end_string(std::size_t at) {
  is_in_string_ = false;
  if (depth_ != 1) return;
  last_string_.clear();
  if (string_begin_ != kNone && at - string_begin_ <= kLongestKey) last_string_ = piece(string_begin_, at);
  string_begin_ = kNone;
}

Result<Done> Splitter::open(std::size_t at, bool is_object) {
  if (has_ended_) return garbage("text behind the list");
  if (depth_ == 0 && !is_object) return garbage("a list where an object should be");
  if (depth_ == kMostDepth) return garbage("nested deeper than 512");
  if (depth_ == 0) {
    value_begin_ = at;
    object_begin_ = object_end_ = kNone;
    if (mode_ == Mode::kList) head_from_ = at;
  }
  if (depth_ == 1 && mode_ == Mode::kStream && is_object && last_string_ == "object" && object_begin_ == kNone)
    object_begin_ = at;
  if (depth_ == 1 && mode_ == Mode::kList && !is_object && last_string_ == "items") {
    is_in_items_ = true;
    head_.append(piece(head_from_, at + 1));
    head_from_ = kNone;
  }
  if (is_in_items_ && depth_ == 2) {
    if (!is_object) return garbage("an item that is no object");
    value_begin_ = at;
  }
  is_object_[depth_++] = is_object;
  return Done{};
}

Result<Done> Splitter::close(std::size_t at, bool is_object) {
  if (depth_ == 0 || is_object_[depth_ - 1] != is_object) return garbage("brackets that do not match");
  --depth_;
  if (depth_ == 1 && object_begin_ != kNone && object_end_ == kNone && mode_ == Mode::kStream) object_end_ = at + 1;
  if (is_in_items_ && depth_ == 1) {
    is_in_items_ = false;
    head_from_ = at;
    return Done{};
  }
  const bool is_item = is_in_items_ && depth_ == 2;
  const bool is_event = mode_ == Mode::kStream && depth_ == 0;
  if (mode_ == Mode::kList && depth_ == 0) {
    head_.append(piece(head_from_, at + 1));
    head_from_ = kNone;
    has_ended_ = true;
    value_begin_ = kNone;
    return Done{};
  }
  if (!is_item && !is_event) return Done{};
  const std::string_view value = piece(value_begin_, at + 1);
  if (value.size() > kMostItemBytes) return garbage("an object larger than 16 MiB");
  const std::string_view object = object_end_ == kNone ? std::string_view() : piece(object_begin_, object_end_);
  Result<Done> done = on_value_(value, object);
  value_begin_ = kNone;
  return done;
}

/// Forgets what has been dealt with, so that memory is bounded by the largest object.
void Splitter::compact() {
  std::size_t keep = scanned_;
  const bool is_in_value = depth_ > 0 && (mode_ == Mode::kStream || (is_in_items_ && depth_ > 2));
  if (is_in_value) keep = value_begin_;
  if (mode_ == Mode::kList && head_from_ != kNone && depth_ > 0) {
    // A key or string that is not complete stays; the rest moves to the head.
    keep = string_begin_ != kNone && is_in_string_ ? string_begin_ - 1 : scanned_;
    head_.append(piece(head_from_, keep));
    head_from_ = 0;
  }
  if (keep == 0) return;
  bytes_.erase(0, keep);
  scanned_ -= keep;
  for (std::size_t* at : {&value_begin_, &object_begin_, &object_end_, &string_begin_})
    if (*at != kNone) *at = *at >= keep ? *at - keep : kNone;
  if (bytes_.empty() && bytes_.capacity() > kKeptCapacity) bytes_.shrink_to_fit();
}

std::string_view Splitter::head() {
  pad(head_);
  return head_;
}

}  // namespace grovec::kube

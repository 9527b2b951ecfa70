#include "runtime/diff/side.h"

#include <algorithm>
#include <charconv>

#include "ir/base/check.h"

namespace grovec::diff {

using namespace ir;

std::string_view TextPieces::next() {
  if (side_.value->kind() == ValueKind::kString) return at_++ == 0 ? side_.value->as_string() : std::string_view();
  const std::span<const Piece> pieces = side_.value->pieces();
  while (at_ < pieces.size()) {
    const Piece& piece = pieces[at_++];
    if (!piece.is_hole) {
      if (!piece.text.empty()) return piece.text;
      continue;
    }
    if (piece.hole == Hole::kPodSuffix) {
      const PodSuffix& suffix = side_.instance.pod_suffix;
      std::copy(suffix.begin(), suffix.end(), hole_.begin());
      return {hole_.data(), suffix.size()};
    }
    char* end = std::to_chars(hole_.data(), hole_.data() + hole_.size(), index_of(piece.hole, side_.instance)).ptr;
    return {hole_.data(), static_cast<std::size_t>(end - hole_.data())};
  }
  return {};
}

bool Items::next(Side& item) {
  const std::span<const Value> items = sequence_.value->items();
  while (at_ < items.size()) {
    if (items[at_].kind() != ValueKind::kRepeat) {
      item = sequence_.with(items[at_++]);
      return true;
    }
    if (next_of_repeat(items[at_].as_repeat(), item)) return true;
    in_repeat_ = false;
    ++at_;
  }
  return false;
}

bool Items::next_of_repeat(const Repeat& repeat, Side& item) {
  if (!in_repeat_) {
    GROVEC_CHECK(sequence_.counter);
    in_repeat_ = true;
    body_at_ = 0;
    index_ = 0;
    order_ = 0;
    if (repeat.body.empty())
      left_ = 0;
    else if (repeat.variable == Hole::kPodIndex)
      begin_pods(repeat);
    else
      left_ = sequence_.counter->count(repeat.count, sequence_.instance);
  } else if (body_at_ == repeat.body.size()) {
    body_at_ = 0;
    if (--left_ > 0) {
      if (repeat.variable != Hole::kPodIndex)
        ++index_;
      else if (++order_; !next_index())
        left_ = 0;
    }
  }
  if (left_ == 0) return false;
  item = sequence_.with(repeat.body[body_at_++]);
  if (repeat.variable != Hole::kPodIndex) {
    item.instance.group_replica = index_;
    return true;
  }
  item.instance.pod_index = index_;
  item.instance.pod_suffix = is_listed_ ? listed_[order_].suffix : pod_suffix(0, index_);
  return true;
}

void Items::begin_pods(const Repeat& repeat) {
  const PodRange pods = sequence_.counter->pods(repeat.count, sequence_.instance);
  count_ = left_ = pods.size();
  is_listed_ = pods.is_listed();
  listed_.clear();
  if (is_listed_)
    pods.for_each(PodOrder::kByName,
                  [&](std::uint32_t index, const PodSuffix& suffix) { listed_.push_back({index, suffix}); });
  if (left_ > 0 && !next_index()) left_ = 0;
}

// Finds the first place from `order_` on whose index exists. Suffixes are four digits of base 27, and letters sort
// behind digits, so place n of a digit stands for value n + 20 below 7, else n - 7 (ir/pods.h).
bool Items::next_index() {
  if (is_listed_) {
    if (order_ >= listed_.size()) return false;
    index_ = listed_[order_].index;
    return true;
  }
  constexpr std::uint32_t kLetters = 20, kDigits = 7, kBase = 27, kAll = kBase * kBase * kBase * kBase;
  while (order_ < kAll) {
    std::uint32_t span = kAll / kBase, index = 0, rest = order_;
    for (; span > 0; span /= kBase) {
      const std::uint32_t place = rest / span;
      rest %= span;
      index += (place < kDigits ? place + kLetters : place - kDigits) * span;
      if (index >= count_) break;
    }
    if (span == 0) {
      index_ = index;
      return true;
    }
    order_ = (order_ / span + 1) * span;  // nothing below this prefix exists
  }
  return false;
}

bool is_text(const Value& value) { return value.kind() == ValueKind::kString || value.kind() == ValueKind::kPattern; }

bool is_nothing(const Side& side) {
  switch (side.value->kind()) {
    case ValueKind::kNull:
      return true;
    case ValueKind::kMapping:
      return side.value->size() == 0;
    case ValueKind::kSequence: {
      Side item;
      return side.value->size() == 0 || !Items(side).next(item);
    }
    default:
      return false;
  }
}

bool same_text(const Side& a, const Side& b) {
  if (a.value->kind() == ValueKind::kString && b.value->kind() == ValueKind::kString)
    return a.value->as_string() == b.value->as_string();
  TextPieces left(a), right(b);
  std::string_view x = left.next(), y = right.next();
  while (!x.empty() && !y.empty()) {
    const std::size_t n = std::min(x.size(), y.size());
    if (x.substr(0, n) != y.substr(0, n)) return false;
    x = n == x.size() ? left.next() : x.substr(n);
    y = n == y.size() ? right.next() : y.substr(n);
  }
  return x.empty() && y.empty();
}

std::string text_of(const Side& side) {
  std::string out;
  if (!is_text(*side.value)) return out;
  TextPieces pieces(side);
  for (std::string_view piece = pieces.next(); !piece.empty(); piece = pieces.next()) out += piece;
  return out;
}

std::size_t size_of(const Side& sequence) {
  std::size_t n = 0;
  Side item;
  for (Items items(sequence); items.next(item);) ++n;
  return n;
}

}  // namespace grovec::diff

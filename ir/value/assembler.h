/// \file Builds a tree from the inside out with two stacks, so that a collection is copied into the arena once, when
/// its size is known. What all readers share.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "ir/value/value.h"

namespace grovec::ir {

class Assembler {
 public:
  explicit Assembler(Arena& arena) : arena_(&arena) {}

  /// Start of a collection: the height to which its `close_` takes the stack down.
  std::size_t open_sequence() const { return items_.size(); }
  std::size_t open_mapping() const { return members_.size(); }

  void add_item(const Value& value) { items_.push_back(value); }
  void add_member(std::string_view key, OriginId key_at, const Value& value) {
    members_.push_back({key, key_at, value});
  }
  std::span<const Value> items_from(std::size_t start) const { return std::span(items_).subspan(start); }
  std::span<const Member> members_from(std::size_t start) const { return std::span(members_).subspan(start); }

  Value close_sequence(std::size_t start, OriginId at) {
    const Value v = make_sequence(*arena_, items_from(start), at);
    items_.resize(start);
    return v;
  }

  /// Sorts the members. Of equal keys the last one added stays; `duplicate(earlier, later)` is called for each other.
  template <class F>
  Value close_mapping(std::size_t start, OriginId at, F&& duplicate) {
    const std::span<Member> all = std::span(members_).subspan(start);
    sort(all);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (kept > 0 && all[kept - 1].key == all[i].key) {
        duplicate(std::as_const(all[kept - 1]), std::as_const(all[i]));
        all[kept - 1] = all[i];
      } else {
        if (kept != i) all[kept] = all[i];
        ++kept;
      }
    }
    const Value v = Value::mapping(arena_->copy(std::span<const Member>(all.first(kept))), at);
    members_.resize(start);
    return v;
  }

  void clear() {
    items_.clear();
    members_.clear();
  }

 private:
  static void sort(std::span<Member> all) {
    constexpr std::size_t kSmall = 24;  // above it, insertion costs more than the buffer of a merge
    const auto less = [](const Member& a, const Member& b) { return a.key < b.key; };
    if (all.size() > kSmall) {
      if (!std::is_sorted(all.begin(), all.end(), less)) std::stable_sort(all.begin(), all.end(), less);
      return;
    }
    for (std::size_t i = 1; i < all.size(); ++i) {
      if (!less(all[i], all[i - 1])) continue;
      const Member moving = all[i];
      std::size_t to = i;
      for (; to > 0 && less(moving, all[to - 1]); --to) all[to] = all[to - 1];
      all[to] = moving;
    }
  }

  Arena* arena_;
  std::vector<Value> items_;
  std::vector<Member> members_;
};

}  // namespace grovec::ir

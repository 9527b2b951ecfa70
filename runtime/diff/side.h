/// \file One side of a comparison: a plain tree, or a description seen as one of its instances. Nothing is rendered.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "ir/names.h"
#include "ir/value/value.h"

namespace grovec::diff {

/// A node with what fills its holes. A plain tree needs only `value`; a description also `counter`, if it counts. What
/// it points at must outlive it.
struct Side {
  const ir::Value* value = nullptr;
  const ir::Counter* counter = nullptr;
  ir::Instance instance{};

  Side with(const ir::Value& node) const { return {&node, counter, instance}; }
};

/// The text of a string or a Pattern, in pieces that live until the next call.
class TextPieces {
 public:
  explicit TextPieces(const Side& side) : side_(side) {}
  /// The next piece; empty at the end.
  std::string_view next();

 private:
  const Side& side_;
  std::size_t at_ = 0;
  std::array<char, 12> hole_{};
};

/// The items of a sequence, those of a Repeat one by one.
class Items {
 public:
  explicit Items(const Side& sequence) : sequence_(sequence) {}
  /// The next item into `item`, or false at the end.
  bool next(Side& item);

 private:
  bool next_of_repeat(const ir::Repeat& repeat, Side& item);
  void begin_pods(const ir::Repeat& repeat);
  bool next_index();

  const Side& sequence_;
  std::size_t at_ = 0;       // in the items
  std::size_t body_at_ = 0;  // in the body of the Repeat at `at_`
  std::uint32_t left_ = 0;   // iterations of that Repeat still to come, this one included
  std::uint32_t count_ = 0;  // all of them
  std::uint32_t index_ = 0;  // of this iteration
  std::uint32_t order_ = 0;  // predicted pods: place of `index_` among all four-digit suffixes; listed ones: in `listed_`
  std::vector<ir::LivePod> listed_;  // live pods that are not as predicted, by name
  bool in_repeat_ = false, is_listed_ = false;
};

/// null, an empty mapping, or a sequence without items: the API server does not tell these from a missing field.
bool is_nothing(const Side& side);
bool is_text(const ir::Value& value);
bool same_text(const Side& a, const Side& b);
/// The text of a string or a Pattern; empty for any other node.
std::string text_of(const Side& side);
/// How many items a sequence has.
std::size_t size_of(const Side& sequence);

}  // namespace grovec::diff

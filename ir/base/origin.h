/// \file Where a value comes from: a span of a source, and the spans behind it.
#pragma once

#include <cstdint>
#include <vector>

#include "ir/base/sources.h"

namespace grovec {

/// Handle of an Origin; 0 is "nowhere" (a value that no text caused).
enum class OriginId : std::uint32_t {};
inline constexpr OriginId kNowhere{0};

/// What the next link of a chain means, so that a note can say it.
enum class OriginCause : std::uint8_t {
  kNone,
  kMixin,     ///< the value was written in a mixin, used at `cause`
  kOverride,  ///< the value replaces one written at `cause`
  kDefault,   ///< filled in because of what stands at `cause`
  kArgument,  ///< a parameter or constant, given at `cause`
  kAlias,     ///< YAML alias at `cause` repeats the anchor here
};

/// A span [begin, end) of bytes, and the chain of spans behind it.
struct Origin {
  SourceId source{};
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  OriginId cause = kNowhere;
  OriginCause why = OriginCause::kNone;
};

/// Owns the origins of one run. Not thread-safe.
class Origins {
 public:
  Origins() : entries_(1) {}
  OriginId add(SourceId source, std::uint32_t begin, std::uint32_t end) {
    entries_.push_back({source, begin, end, kNowhere, OriginCause::kNone});
    return static_cast<OriginId>(entries_.size() - 1);
  }
  /// The same span as `at` with a link behind it.
  OriginId chain(OriginId at, OriginCause why, OriginId cause) {
    Origin o = entries_[static_cast<std::size_t>(at)];
    o.cause = cause;
    o.why = why;
    entries_.push_back(o);
    return static_cast<OriginId>(entries_.size() - 1);
  }
  const Origin& operator[](OriginId id) const { return entries_[static_cast<std::size_t>(id)]; }
  std::size_t size() const { return entries_.size(); }
  void clear() { entries_.resize(1); }

 private:
  std::vector<Origin> entries_;
};

}  // namespace grovec

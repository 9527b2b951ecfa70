/// \file A moment as a number, and the text that Kubernetes objects carry for it (RFC 3339, whole seconds).
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace grovec::decide {

/// Nanoseconds since 1970-01-01T00:00:00Z. 0 = never, unknown.
struct Instant {
  std::int64_t ns = 0;

  static constexpr Instant from_seconds(std::int64_t s) { return {s * 1'000'000'000}; }
  static constexpr Instant from_millis(std::int64_t ms) { return {ms * 1'000'000}; }
  constexpr std::int64_t seconds() const { return ns / 1'000'000'000; }
  /// As objects store it: without the fraction of a second.
  constexpr Instant whole() const { return from_seconds(seconds()); }
  constexpr bool known() const { return ns != 0; }
  constexpr Instant plus(std::int64_t nanoseconds) const { return {ns + nanoseconds}; }
  constexpr auto operator<=>(const Instant&) const = default;
};
inline constexpr std::int64_t kSecond = 1'000'000'000;

/// "2026-07-01T12:00:00Z".
std::string time_text(Instant at);
/// RFC 3339 with or without a fraction; UTC or with an offset. Nothing if it is no time.
std::optional<Instant> parse_time(std::string_view text);

}  // namespace grovec::decide

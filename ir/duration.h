/// \file Go durations (`1h30m`, `250ms`): parsing and Go's canonical text (reference: admission 1.10).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace grovec::ir {

/// Nanoseconds as time.ParseDuration reads them; nothing if the text is no duration or out of range.
std::optional<std::int64_t> parse_duration(std::string_view text);
/// time.Duration.String: 4h0m0s, 1m30s, 1.5s, 250ms, 0s.
std::string duration_text(std::int64_t nanoseconds);

}  // namespace grovec::ir

/// \file What the client takes from outside: time, chance, environment and a place for its log. Tests pass their own.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace grovec::kube {

using Duration = std::chrono::nanoseconds;
/// Monotonic: deadlines, back-off and idleness. The wall clock may jump without any effect on them.
using Instant = std::chrono::steady_clock::time_point;
/// Only for what others state in wall-clock time: the expiry of a credential, a Retry-After date.
using WallTime = std::chrono::system_clock::time_point;

/// Levels of the log, as `-v` counts them.
enum class LogLevel : std::uint8_t {
  kWarning = 0,  ///< always shown: an insecure connection, a token file that others can read
  kRequest = 1,  ///< one line for each request and for each phase of a watch
  kDetail = 2,   ///< back-off, connections, credentials being read again
};

struct Surroundings {
  std::function<Instant()> now;
  std::function<WallTime()> wall_time;
  std::function<double()> random;  ///< in [0, 1)
  std::function<std::optional<std::string>(const std::string& name)> environment;
  /// Gets whole lines without a line end, already free of secrets (redact.h) and control characters.
  std::function<void(LogLevel, std::string_view)> log;
  /// How long the loop really sleeps to let this much time pass by `now`. Unset: as long.
  std::function<Duration(Duration)> sleep_for;
  LogLevel log_level = LogLevel::kWarning;  ///< lines above it are not even composed
};

/// The machine's clocks, a seeded generator, getenv, and warnings to standard error as `grovec: warning: …`.
Surroundings real_surroundings();

}  // namespace grovec::kube

/// \file The waiting itself: a consistent list, then a watch from there, and what follows from each way in which they
/// end.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "runtime/initc/tally.h"
#include "runtime/initc/transport.h"

namespace grovec::initc {

/// What the waiting takes from outside.
struct World {
  std::function<std::chrono::steady_clock::time_point()> now;
  std::function<void(std::chrono::milliseconds)> sleep;
  std::function<double()> random;  ///< in [0, 1)
  std::function<Result<std::string>()> token;
  std::function<void(std::string_view line)> log;
};

struct Place {
  std::string namespace_name;
  std::string gang;
};

/// Returns once every count is reached; there is no time limit, as there is none upstream. Says in one line what it
/// waits for, and each trouble once.
void wait_for(Tally& tally, const Place& place, Transport& transport, const World& world);

/// Delays between attempts: client-go's numbers.
class BackOff {
 public:
  explicit BackOff(const World& world) : world_(world) {}
  /// The next delay, at least `floor`.
  std::chrono::milliseconds next(std::chrono::milliseconds floor);

 private:
  const World& world_;
  std::chrono::milliseconds delay_{800};
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace grovec::initc

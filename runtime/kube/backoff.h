/// \file How long to wait after the n-th failure in a row. Internal to `runtime/kube`.
#pragma once

#include <algorithm>
#include <optional>

#include "runtime/kube/surroundings.h"

namespace grovec::kube {

/// Grows by a factor of two from `first` to `most`, each time with up to `jitter` times itself on top; starts again
/// after `reset` without a failure. The defaults are client-go's for a watch.
struct Backoff {
  Duration first = std::chrono::milliseconds(800), most = std::chrono::seconds(30);
  double jitter = 1.0;
  Duration reset = std::chrono::minutes(2);

  std::uint32_t failures = 0;
  std::optional<Instant> last = {};

  /// `random` in [0, 1).
  Duration next(Instant now, double random) {
    if (last && now - *last > reset) failures = 0;
    last = now;
    const std::uint32_t doublings = std::min(failures++, 20u);
    const double base = std::min(static_cast<double>(first.count()) * static_cast<double>(1u << doublings),
                                 static_cast<double>(most.count()));
    return Duration(static_cast<Duration::rep>(base * (1 + jitter * random)));
  }
  void succeeded() { failures = 0; }
};

}  // namespace grovec::kube

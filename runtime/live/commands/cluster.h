/// \file How commands reach the cluster that the options name.
#pragma once

#include <memory>

#include "runtime/kube/client.h"
#include "runtime/live/connect.h"
#include "runtime/live/signals.h"

namespace grovec::live {

/// A connection and what is asked for through it.
struct Cluster {
  kube::Surroundings surroundings;
  std::unique_ptr<kube::Loop> loop;
  std::unique_ptr<kube::Client> client;
  std::string namespace_;  ///< of the option, else of the context
  bool is_interrupted = false;
  std::unique_ptr<Signals> signals;

  /// From here on Ctrl-C sets `is_interrupted`; whoever writes or waits looks at it.
  void watch_signals();
  /// Turns the loop for so long, or until Ctrl-C.
  void pause(kube::Duration duration);
};

/// Opens nothing yet: the first request does.
Result<std::unique_ptr<Cluster>> reach(const cli::Options& options);

/// `--timeout`, as 30s, 5m, 1h, or a number of seconds; `otherwise` without it.
Result<kube::Duration> timeout_of(const cli::Options& options, kube::Duration otherwise);

inline constexpr std::string_view kGroveGroup = "grove.io", kGroveVersion = "v1alpha1";

}  // namespace grovec::live

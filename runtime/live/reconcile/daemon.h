/// \file `grovec reconcile` without --once: its turn by the Lease, its pages, its end.
#pragma once

#include <string>

#include "runtime/live/reconcile/leader.h"
#include "runtime/live/reconcile/operator.h"

namespace grovec::live {

struct DaemonOptions {
  std::string metrics_address;  ///< empty: the default, if it is free; `off`: none
  std::string health_address;   ///< of the probes alone; empty: with the metrics
  bool is_elected = true;       ///< false: takes no Lease
  bool takes_over = false;
  kube::Surroundings lease_surroundings;  ///< of the thread that renews the Lease: nothing is shared
};

/// Until `interrupted`, or until the Lease is lost. The exit code; after it has led, the process ends here.
int run_daemon(kube::Client& client, OperatorOptions options, LeaderOptions election, const DaemonOptions& daemon,
               const bool& interrupted);

}  // namespace grovec::live

/// \file What the operator counts and measures, as Prometheus reads it, and what probes ask.
#pragma once

#include "runtime/live/reconcile/operator.h"
#include "runtime/live/serve/server.h"

namespace grovec::live {

/// /healthz, /readyz, /metrics. `op` is null as long as another operator leads: ready to follow it.
Page page_of(std::string_view path, const kube::Client& client, const Operator* op);

}  // namespace grovec::live

/// \file `diff --live`: what applying files would change.
#pragma once

#include "runtime/driver/compile.h"
#include "runtime/live/commands/cluster.h"

namespace grovec::live {

/// The request behind the options of `apply` and `diff --live`. Sets that name no namespace are in the cluster's.
Result<driver::CompileRequest> documents_request(const cli::Options& options, Cluster& cluster);

/// A row of the table in runtime/live/main.cpp: returns the exit code.
int run_live_diff(const cli::Options& options);

}  // namespace grovec::live

/// \file `status` and `rollout status` from a live cluster.
#pragma once

#include "runtime/terminal/options.h"

namespace grovec::live {

/// Rows of the table in runtime/live/main.cpp: they return the exit code.
int run_status(const cli::Options& options);
int run_rollout(const cli::Options& options);

}  // namespace grovec::live

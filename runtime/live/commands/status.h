/// \file `status` and `rollout status` from a live cluster.
#pragma once

#include <string>
#include <vector>

#include "runtime/live/commands/cluster.h"

namespace grovec::live {

/// Rows of the table in runtime/live/main.cpp: they return the exit code.
int run_status(const cli::Options& options);
int run_rollout(const cli::Options& options);

/// Looks until these sets are updated and available, and prints what changes meanwhile; the exit code.
int wait_for_sets(Cluster& cluster, const cli::Options& options, const std::string& space,
                  const std::vector<std::string>& names, kube::Duration timeout);

}  // namespace grovec::live

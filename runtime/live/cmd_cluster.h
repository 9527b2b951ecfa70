/// \file `grovec cluster`: which cluster is meant, who we are there, what it has.
#pragma once

#include "runtime/terminal/options.h"

namespace grovec::live {

/// The exit code.
int run_cluster(const cli::Options& options);

}  // namespace grovec::live

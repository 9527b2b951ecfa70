/// \file `apply`: the cluster made equal to files, after saying what that does.
#pragma once

#include "runtime/terminal/options.h"

namespace grovec::live {

/// A row of the table in runtime/live/main.cpp: returns the exit code.
int run_apply(const cli::Options& options);

}  // namespace grovec::live

/// \file `graph --live`: one page of what lives of sets, pods in the colors of their states.
#pragma once

#include "runtime/terminal/options.h"

namespace grovec::live {

/// A row of the table in runtime/live/main.cpp: returns the exit code.
int run_live_graph(const cli::Options& options);

}  // namespace grovec::live

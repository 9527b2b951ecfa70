/// \file `plan --live`: what applying files would do now, from the observed world.
#pragma once

#include "runtime/terminal/options.h"

namespace grovec::live {

/// A row of the table in runtime/live/main.cpp: returns the exit code.
int run_live_plan(const cli::Options& options);

}  // namespace grovec::live

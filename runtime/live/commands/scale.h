/// \file `scale` and `delete`: one object changed by hand, after saying what that does.
#pragma once

#include "runtime/terminal/options.h"

namespace grovec::live {

/// Rows of the table in runtime/live/main.cpp: they return the exit code.
int run_scale(const cli::Options& options);
int run_delete(const cli::Options& options);

}  // namespace grovec::live

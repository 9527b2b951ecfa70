/// \file `reconcile`: the operator as a daemon, or once.
#pragma once

#include "runtime/terminal/options.h"

namespace grovec::live {

/// The exit code.
int run_reconcile(const cli::Options& options);

}  // namespace grovec::live

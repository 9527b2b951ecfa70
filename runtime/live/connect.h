/// \file From the options of a command to the cluster they name; shared by all commands of grovec-live.
#pragma once

#include <string_view>

#include "runtime/kube/access.h"
#include "runtime/live/commands/console.h"
#include "runtime/terminal/options.h"

namespace grovec::live {

/// --kubeconfig, --context, --namespace, --insecure-skip-tls-verify.
kube::AccessOptions access_options(const cli::Options& options);
/// The machine's, with the log as loud as the number of -v says.
kube::Surroundings surroundings_of(const cli::Options& options);

}  // namespace grovec::live

/// \file `status` and `rollout status` from a live cluster.
#pragma once

#include <span>
#include <string>

namespace grovec::live {

/// `args` without the name of the command. The exit code.
int status_command(std::span<const std::string> args);
/// `args` behind `rollout`: `status NAME`.
int rollout_command(std::span<const std::string> args);

}  // namespace grovec::live

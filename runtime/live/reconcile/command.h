/// \file `reconcile`: the operator as a daemon, or once.
#pragma once

#include <span>
#include <string>

namespace grovec::live {

/// `args` without the name of the command. The exit code.
int reconcile(std::span<const std::string> args);

}  // namespace grovec::live

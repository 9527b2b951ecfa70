/// \file `scale` and `delete`: one object changed by hand, after saying what that does.
#pragma once

#include <span>
#include <string>

namespace grovec::live {

/// `args` without the name of the command. The exit code.
int scale_command(std::span<const std::string> args);
int delete_command(std::span<const std::string> args);

}  // namespace grovec::live

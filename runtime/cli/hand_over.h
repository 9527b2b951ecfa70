/// \file From `grovec`, which knows no network, to `grovec-live`, which does: by exec, as git does with its helpers.
#pragma once

#include <span>
#include <string>

#include "ir/base/result.h"
#include "runtime/terminal/live_commands.h"

namespace grovec::cli {

/// Where the program is: beside this one, in ../libexec/grovec of it, else in PATH. kUsage with all places if nowhere.
Result<std::string> find_live_program(const std::string& own_path, const std::string& path_variable,
                                      std::string_view program = kLiveProgram);

inline constexpr std::string_view kInitcProgram = "grovec-initc";

/// Becomes that program with these arguments (the command first). Returns only if that failed: the exit code.
int hand_over(std::span<const std::string> args, std::string_view program = kLiveProgram);

}  // namespace grovec::cli

/// \file What commands of grovec-live print, and their exit codes: those of grovec (docs/cli.md).
#pragma once

#include <string>
#include <string_view>

#include "ir/base/result.h"
#include "runtime/terminal/options.h"

namespace grovec::live {

enum ExitCode : int { kClean = 0, kFound = 1, kUsage = 2, kFailed = 3 };

/// 1 for content and conflicts, 2 for usage, 3 for everything between us and the cluster.
ExitCode exit_code_of(Error::Kind kind);
/// `grovec: message` on standard error; the exit code.
int fail(const Error& error);
int fail(ExitCode code, std::string_view message);

/// Writes all of it or gives up; never raises a signal.
void print(int fd, std::string_view text);
/// --color and --quiet, from here on.
void set_habits(const cli::Options& options);
/// A warning, or what is about to be done, on standard error; nothing with --quiet.
void warn(std::string_view message);
void tell(std::string_view message);
/// Colours belong on this descriptor: as --color says, else a terminal that is not dumb, and no NO_COLOR.
bool use_color(int fd);
/// `question [y/N] ` on standard error, and whether the answer begins with y. Only on a terminal.
bool ask(std::string_view question);
bool is_terminal(int fd);

}  // namespace grovec::live

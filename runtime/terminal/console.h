/// \file What both programs say to people beside their output, and the numbers they end with.
#pragma once

#include <string>
#include <string_view>

#include "ir/base/result.h"
#include "runtime/terminal/options.h"

namespace grovec::cli {

/// Exit codes of every command (docs/cli.md).
enum ExitCode : int {
  kClean = 0,       ///< done; for check, diff and `--check`: nothing found
  kFound = 1,       ///< errors found, or differences
  kUsage = 2,       ///< the command line is wrong
  kCannotRead = 3,  ///< files, streams or the cluster failed
  kChanges = 4,     ///< plan --detailed-exitcode: something changes
};

/// 1 for content and conflicts, 2 for usage, 3 for everything between us and files or the cluster.
ExitCode exit_code_of(Error::Kind kind);

/// Prints `grovec: message` to stderr and returns the error's exit code.
int fail(const Error& error);
int fail(int exit_code, std::string_view message);

/// Writes all of it or gives up, without stdio.
void print(int fd, std::string_view text);
void print_error(std::string_view text);

/// What every message of `fail` passes on its way to people: for a program that knows secrets.
void set_message_filter(std::string (*filter)(std::string_view));

/// --color and --quiet, from here on.
void set_habits(const Options& options);
/// Whether colours belong on this descriptor: as `--color` says; by default on a terminal that is not dumb, unless
/// NO_COLOR is set.
bool use_color(int fd);
/// -q: errors only, no warnings, summaries and hints.
bool is_quiet();
/// Whether progress may be shown: a terminal that can move its cursor, and no -q.
bool shows_progress();

}  // namespace grovec::cli

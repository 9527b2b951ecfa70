/// \file The table of subcommands. To add one: a file cmd_<name>.cpp that defines its Command, and a row in
/// commands.cpp.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "runtime/terminal/options.h"

namespace grovec::cli {

/// Exit codes of every command (DESIGN, command line).
enum ExitCode : int {
  kClean = 0,       ///< done; for check, diff and `--check`: nothing found
  kFound = 1,       ///< errors found, or differences
  kUsage = 2,       ///< the command line is wrong
  kCannotRead = 3,  ///< files, streams or the cluster failed
  kChanges = 4,     ///< plan --detailed-exitcode: something changes
};

struct Command {
  std::string_view name;
  std::string_view summary;   ///< one line for the overview
  std::string_view usage;     ///< "grovec compile [OPTIONS] FILE..."
  std::string_view examples;  ///< lines of the help text, each "  grovec ...\n"
  std::span<const OptionSpec> options;
  int (*run)(const Options& options);
  /// Whether `--out FILE` replaces standard output (else the command has an `--out` of its own, or prints nothing).
  bool writes_file = true;
  /// Run by grovec-live, to which it is handed over; `run`, if there is one, is for `--dump`.
  bool is_live = false;
  /// An option with which grovec-live runs it, or empty.
  std::string_view live_option = {};
};

/// All of them, by name.
std::span<const Command* const> commands();
/// Those that grovec-live runs (runtime/terminal/live_commands.h).
std::span<const Command> handed_over_commands();
/// `status --dump`: no cluster is asked.
int run_status_of_dump(const Options& options);

/// Runs `args` (without the program's name). Never throws; returns the exit code.
int run_command_line(std::span<const std::string> args);

ExitCode exit_code_of(Error::Kind kind);

/// Prints `grovec: message` to stderr and returns the error's exit code.
int fail(const Error& error);
int fail(int exit_code, std::string_view message);

/// Writes to stderr without stdio.
void print_error(std::string_view text);
/// Whether colours belong on this descriptor: as `--color` says; by default on a terminal that is not dumb, unless
/// NO_COLOR is set.
bool use_color(int fd);
/// --quiet and --color, from here on.
void set_habits(const Options& options);
/// -q: errors only, no warnings, summaries and hints.
bool is_quiet();
/// Whether progress may be shown: a terminal that can move its cursor, and no -q.
bool shows_progress();

}  // namespace grovec::cli

/// \file The table of subcommands. To add one: a file cmd_<name>.cpp that defines its Command, and a row in
/// commands.cpp.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "runtime/terminal/console.h"
#include "runtime/terminal/options.h"

namespace grovec::cli {

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

}  // namespace grovec::cli

/// \file Commands that talk to a cluster: what both programs know of them. `grovec` has them in its table (help,
/// completion, man pages) and hands over to `grovec-live`, which runs them. To add one: a row in live_commands.cpp, a
/// row in runtime/live/main.cpp.
#pragma once

#include <span>
#include <string_view>

#include "runtime/terminal/options.h"

namespace grovec::cli {

struct LiveCommand {
  std::string_view name, summary, usage, examples;
  std::span<const OptionSpec> options;
  bool has_own_row = true;  ///< false: grovec has a command of this name, which hands over if an option says so
};

std::span<const LiveCommand> live_commands();

/// Options that every command has.
inline constexpr OptionSpec kCommonOptions[] = {
    {"--quiet", "-q", {}, "errors only: no warnings, no summary", {}},
    {"--color", {}, "WHEN", "colours (default: auto, on terminals)", "auto|always|never"},
};

/// First argument of grovec-live when grovec starts it: the version of both has to be the same.
inline constexpr std::string_view kHandOverOption = "--from-grovec=";
inline constexpr std::string_view kLiveProgram = "grovec-live";

}  // namespace grovec::cli

/// \file Scripts that complete command lines, and man pages, from the table of commands.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/cli/commands.h"

namespace grovec::cli {

/// What may stand in a place.
struct Words {
  std::vector<std::string> words;
  bool files = false;
};
/// Values of an option: its choices, passes, codes, kinds, or files.
Words values_of(const OptionSpec& option);
/// Operands of a command: views, codes, shells, or files.
Words operands_of(const Command& command);

/// `text` between single quotes, for a shell; `escape` stands for a quote in it.
std::string quoted(std::string_view text, std::string_view escape = "'\\''");

std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();
/// grovec(1), or grovec-COMMAND(1).
std::string man_page();
std::string man_page(const Command& command);

}  // namespace grovec::cli

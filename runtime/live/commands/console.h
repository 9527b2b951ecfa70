/// \file What commands of grovec-live ask and tell people; exit codes and errors are those of grovec.
#pragma once

#include <string_view>

#include "runtime/terminal/console.h"

namespace grovec::live {

using enum cli::ExitCode;
using cli::exit_code_of;
using cli::ExitCode;
using cli::fail;
using cli::print;
using cli::set_habits;
using cli::use_color;

/// A warning, or what is about to be done, on standard error; nothing with --quiet.
void warn(std::string_view message);
void tell(std::string_view message);
/// `question [y/N] ` on standard error, and whether the answer begins with y. Only on a terminal.
bool ask(std::string_view question);
bool is_terminal(int fd);

}  // namespace grovec::live

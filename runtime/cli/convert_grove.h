/// \file `convert --to grove`: files, dumps and folders into .grove files, and what the language has no word for
/// beside.
#pragma once

#include "runtime/cli/commands.h"

namespace grovec::cli {

/// Returns the exit code: 1 if something was refused and left out.
int convert_files_to_grove(const Options& options);

}  // namespace grovec::cli

/// \file Replacing a file that people edit: whole or not at all, as the same file, and only if it is still what was
/// read.
#pragma once

#include <string>

#include "ir/base/result.h"

namespace grovec::driver {

/// Why a file is not to be replaced: it is a link, lies behind one, has a second name, or is no regular file. Empty if
/// nothing speaks against it. Of an absolute path, only the file itself is looked at.
std::string why_not_replaced(const std::string& path);

/// Writes `after` beside the file, with its mode and owner, and renames it over the file if that still holds `before`.
Result<Done> replace_file(const std::string& path, const std::string& before, const std::string& after);

}  // namespace grovec::driver

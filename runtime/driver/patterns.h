/// \file Patterns of `.grovec.yaml`.
#pragma once

#include <string>
#include <vector>

#include "runtime/driver/suppress.h"

namespace grovec::driver {

/// Whether one of the globs of this file names a path. They are relative to the folder of the file.
bool names_path(const SuppressionFile& file, const std::vector<std::string>& globs, const std::string& path);

}  // namespace grovec::driver

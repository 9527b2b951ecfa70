/// \file Patterns for paths that count from one place, not on every tail of a path as `matches_path` does.
#pragma once

#include <string>
#include <string_view>

#include "runtime/input/input.h"

namespace grovec::driver {

/// As `matches_path`, on the whole path only; a glob that matches a folder matches what is below.
bool matches_whole_path(const std::string& glob, std::string_view path);

/// Whether a walk passes over it.
bool is_excluded(const std::string& path, const InputOptions& options);

}  // namespace grovec::driver

/// \file Files as they are in a git commit, for `--old-ref`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ir/base/result.h"

namespace grovec::driver {

/// Whether `ref` names a commit of the checkout that holds `folder`. Errors: no git (3), no checkout (2), no such ref
/// (2).
Result<Done> check_git_ref(const std::string& folder, const std::string& ref);

/// The file's text at `ref`; nothing if it did not exist there.
Result<std::optional<std::string>> text_at_ref(const std::string& path, const std::string& ref);

/// The root folder of the checkout around `folder`.
Result<std::string> top_of_checkout(const std::string& folder);
/// Files of the commit that may hold a PodCliqueSet, told by their text; relative to the root of the checkout.
Result<std::vector<std::string>> files_with_sets(const std::string& root, const std::string& ref);
/// The text of a file of the commit, its path relative to the root.
Result<std::optional<std::string>> text_at_top(const std::string& root, const std::string& file,
                                               const std::string& ref);

}  // namespace grovec::driver

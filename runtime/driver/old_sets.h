/// \file The sets of an earlier commit, wherever they stood: an update is told by namespace and name, not by file.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/input/git_text.h"
#include "runtime/input/load.h"

namespace grovec::driver {

/// A set of the earlier commit and the file it stood in.
struct OldSet {
  std::string namespace_, name;  ///< namespace empty: none is named
  std::string path;              ///< in the file system, as it would be named from here
  std::string shown;             ///< `REF:path`
};

/// What an earlier commit has.
struct OldSets {
  std::vector<OldSet> sets;
  std::set<std::string> patches;  ///< files that a kustomization of the commit patches with; as `OldSet::path`
};

/// Every PodCliqueSet of the commit in the checkout around `folder`. Files are chosen by their text first; nothing is
/// checked out. What is no set, a patch of one, or too large to be one, is left out.
Result<OldSets> sets_at_ref(const std::string& folder, CommitTexts& commit, const LanguageOptions& language);

/// Whether a file lies at or below one of the operands.
bool is_below(const std::string& path, const std::vector<std::string>& operands);

}  // namespace grovec::driver

/// \file What a command would write, compared with what is there: for output that is kept in Git.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "runtime/output/output_folder.h"

namespace grovec::cli {

/// Differences so far. Of a long text only the beginning is kept.
struct Stale {
  std::string diff;
  std::uint64_t files = 0;   ///< that differ, are missing, or should not be there
  std::uint64_t hidden = 0;  ///< of them without their diff
};

/// A folder that is only read: each file is compared with the one of its name, and with the index also those that
/// should not be there. What the folder's index does not list is not ours and does not count.
class FolderComparison final : public driver::FolderSink {
 public:
  /// `out` outlives the comparison.
  FolderComparison(std::string folder, Stale& out);
  Result<Done> add(const std::string& name, std::string_view text) override;
  Result<Done> commit(std::string_view index) override;

 private:
  std::string folder_;
  Stale& out_;
  std::set<std::string> added_;
};

/// Compares one file with what it should be. A file that is missing is empty.
Result<Done> compare_file(const std::string& path, std::string_view text, Stale& out);

/// Prints the differences and what makes them go away; the exit code.
int report_stale(const Stale& stale, std::string_view remedy);

}  // namespace grovec::cli

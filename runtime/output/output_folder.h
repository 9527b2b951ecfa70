/// \file A folder of files that grovec keeps: it writes, replaces and removes its own and leaves everything else alone.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ir/base/result.h"

namespace grovec::driver {

/// The names in the text of an index; nothing if it is no index of ours.
using ReadIndex = std::function<std::optional<std::set<std::string>>(std::string text)>;

/// Files of one folder, and an index that says which of them are ours. The folder, the ones above it, links to it and
/// everything that no index lists stay as they are.
///
/// `add` writes into a subfolder `.grovec-new`; nothing of the folder changes before `commit`. That moves each file to
/// its place by a rename, removes what the old index lists and the new one does not, and moves the index last. Whoever
/// is stopped in the middle leaves each file old or new, never in part, and a list in `.grovec-new`, from which the
/// next run knows what is ours. Without `commit` the destructor removes what was made.
class OutputFolder {
 public:
  /// Makes the folder, and those above it, where they are missing. Fails if another process fills it.
  static Result<std::unique_ptr<OutputFolder>> create(const std::string& path, std::string index_name,
                                                      const ReadIndex& read_index);
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  /// `name` is a plain file name, each given once.
  Result<Done> add(const std::string& name, std::string_view text);
  /// Fails before anything changed if a name belongs to something that is not ours.
  Result<Done> commit(std::string_view index);

 private:
  OutputFolder() = default;
  Result<Done> make_folders();
  Result<Done> open_folder();
  Result<Done> open_work();
  Result<Done> read_old_names(const ReadIndex& read_index);
  Result<Done> write_new(const std::string& name, std::string_view text);
  Result<Done> check_names() const;
  Result<Done> write_list_of_ours();
  Result<Done> move_in(const std::string& name);
  Result<Done> failed(std::string_view name, int error) const;

  std::string path_, index_name_;
  std::vector<std::string> made_;   ///< folders that were not there before, outermost first
  std::vector<std::string> added_;  ///< in the order of `add`
  std::set<std::string> ours_;      ///< listed by the old index, or by a run that was stopped
  int folder_ = -1, work_ = -1;
  bool is_moving_ = false;  ///< the folder has changed, or is about to
};

}  // namespace grovec::driver

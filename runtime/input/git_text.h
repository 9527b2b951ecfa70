/// \file Files as they are in a git commit, for `--old-ref`.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "ir/base/result.h"
#include "runtime/input/git_process.h"

namespace grovec::driver {

/// Whether `ref` names a commit of the checkout that holds `folder`. Errors: no git (3), no checkout (2), no such ref
/// (2).
Result<Done> check_git_ref(const std::string& folder, const std::string& ref);

/// The root folder of the checkout around `folder`.
Result<std::string> top_of_checkout(const std::string& folder);
/// Files of the commit that may hold a PodCliqueSet, told by their text; relative to the root of the checkout.
Result<std::vector<std::string>> files_with_sets(const std::string& root, const std::string& ref);

/// Kustomizations of the commit that name patches.
Result<std::vector<std::string>> kustomizations_with_patches(const std::string& root, const std::string& ref);

/// Texts of one commit. Each checkout has its files read by one git process, which starts with the first file; the
/// commit is the one that `ref` named then. Threads may share it.
class CommitTexts {
 public:
  explicit CommitTexts(std::string ref) : ref_(std::move(ref)) {}

  const std::string& ref() const { return ref_; }

  /// The file's text; nothing if it did not exist there. Errors: those of `check_git_ref` for the file's folder (3),
  /// git does not go on (3), more than kLargestFile (1).
  Result<std::optional<std::string>> text(const std::string& path);
  /// The same for a path that is relative to the root of a checkout.
  Result<std::optional<std::string>> text_at_top(const std::string& root, const std::string& file);

 private:
  struct Checkout {
    Checkout(std::string name, const std::string& root) : commit(std::move(name)), blobs(root) {}
    std::string commit;
    GitBlobs blobs;
  };

  /// The checkout at `root`; nullptr if files have to be asked for one by one.
  Checkout* checkout(const std::string& root);
  Result<std::optional<std::string>> from_blobs(Checkout& checkout, const std::string& file, const std::string& path);
  /// By a git of its own, in `folder`; `object` is the file in git's notation.
  Result<std::optional<std::string>> ask(const std::string& folder, const std::string& object, const std::string& path);

  std::string ref_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Checkout>> checkouts_;
};

}  // namespace grovec::driver

#include "runtime/input/git_text.h"

#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>

#include "ir/base/utf8.h"
#include "runtime/input/input.h"

namespace grovec::driver {

namespace {

constexpr std::size_t kMostCheckouts = 8;  // with a process that waits for questions

std::string real_path(const std::string& path) {
  char resolved[PATH_MAX];
  return ::realpath(path.c_str(), resolved) ? resolved : std::string();
}

/// The nearest folder with a `.git` at or above a real path; empty: none.
std::string root_above(std::string folder) {
  while (!folder.empty()) {
    if (::access((folder + "/.git").c_str(), F_OK) == 0) return folder;
    folder.resize(folder.rfind('/') == std::string::npos ? 0 : folder.rfind('/'));
  }
  return folder;
}

/// Whether a tree can be asked for it as it is: no parts to be worked out, and nothing that ends a question.
bool is_plain(const std::string& file) {
  const std::string whole = "/" + file + "/";
  return file.find('\n') == std::string::npos && whole.find("//") == std::string::npos &&
         whole.find("/./") == std::string::npos && whole.find("/../") == std::string::npos;
}

Error too_large(const std::string& path, const std::string& ref) {
  return Error{"`" + printable(path) + "` at `" + ref + "` is larger than the limit of 64 MiB for a file",
               Error::kContent};
}

}  // namespace

Result<Done> check_git_ref(const std::string& folder, const std::string& ref) {
  Result<GitAnswer> inside = run_git({"-C", folder, "rev-parse", "--is-inside-work-tree"});
  if (!inside) return inside.error();
  if (inside->exit_code != 0)
    return Error{"`" + folder + "` is in no git checkout, so `--old-ref` cannot be used" + words_of(*inside),
                 Error::kUsage};
  Result<GitAnswer> commit = run_git({"-C", folder, "rev-parse", "--verify", "--end-of-options", ref + "^{commit}"});
  if (!commit) return commit.error();
  if (commit->exit_code != 0) {
    Result<GitAnswer> shallow = run_git({"-C", folder, "rev-parse", "--is-shallow-repository"});
    const bool is_shallow = shallow && shallow->out.starts_with("true");
    return Error{
        "git knows no commit `" + ref + "`" +
            (is_shallow ? "; this is a shallow clone: fetch the history, in GitHub's checkout with `fetch-depth: 0`"
                        : words_of(*commit)),
        Error::kUsage};
  }
  return Done{};
}

Result<std::string> top_of_checkout(const std::string& folder) {
  Result<GitAnswer> top = run_git({"-C", folder, "rev-parse", "--show-toplevel"});
  if (!top) return top.error();
  if (top->exit_code != 0) return Error{"`" + folder + "` is in no git checkout" + words_of(*top), Error::kUsage};
  while (top->out.ends_with('\n')) top->out.pop_back();
  return std::move(top->out);
}

namespace {

Result<std::vector<std::string>> files_that_say(const std::string& root, const std::string& ref,
                                                const std::string& pattern, const std::vector<std::string>& globs) {
  std::vector<std::string> words = {"-C", root, "grep", "-l", "-z", "-I", "-E", "-e", pattern, ref, "--"};
  words.insert(words.end(), globs.begin(), globs.end());
  Result<GitAnswer> found = run_git(words);
  if (!found) return found.error();
  if (found->exit_code > 1 || found->exit_code < 0)
    return Error{"git cannot search commit `" + ref + "`" + words_of(*found)};
  std::vector<std::string> out;
  std::string_view list = found->out;
  const std::string prefix = ref + ":";
  while (!list.empty()) {
    const std::size_t end = std::min(list.find('\0'), list.size());
    std::string_view name = list.substr(0, end);
    if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
    if (!name.empty()) out.emplace_back(name);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return out;
}

}  // namespace

Result<std::vector<std::string>> files_with_sets(const std::string& root, const std::string& ref) {
  // `set` at the start of a line is how .grove files declare one.
  return files_that_say(root, ref, "PodCliqueSet|^[[:space:]]*set[[:space:]]",
                        {"*.yaml", "*.yml", "*.json", "*.grove"});
}

Result<std::vector<std::string>> kustomizations_with_patches(const std::string& root, const std::string& ref) {
  return files_that_say(root, ref, "patches",
                        {":(glob)**/kustomization.yaml", ":(glob)**/kustomization.yml", ":(glob)**/Kustomization"});
}

Result<std::optional<std::string>> CommitTexts::text(const std::string& path) {
  // The folder may have gone since: the nearest one that is there knows the commit as well.
  std::string folder = folder_of(path), name = path.substr(path.rfind('/') + 1);
  while (::access(folder.c_str(), F_OK) != 0 && folder != "." && folder != "/") {
    name = folder.substr(folder.rfind('/') + 1) + "/" + name;
    folder = folder_of(folder);
  }
  const std::string real = real_path(folder), root = root_above(real);
  if (!root.empty() && is_plain(name)) {
    const std::lock_guard lock(mutex_);
    if (Checkout* known = checkout(root))
      return from_blobs(*known, (real == root ? "" : real.substr(root.size() + 1) + "/") + name, path);
  }
  return ask(folder, "./" + name, path);
}

Result<std::optional<std::string>> CommitTexts::text_at_top(const std::string& root, const std::string& file) {
  const std::string path = root + "/" + file;
  if (is_plain(file)) {
    const std::lock_guard lock(mutex_);
    if (Checkout* known = checkout(root)) return from_blobs(*known, file, path);
  }
  return ask(root, file, path);
}

CommitTexts::Checkout* CommitTexts::checkout(const std::string& root) {
  if (const auto known = checkouts_.find(root); known != checkouts_.end()) return known->second.get();
  if (checkouts_.size() == kMostCheckouts) return nullptr;
  std::unique_ptr<Checkout>& made = checkouts_[root];
  // A `.git` may be anything; and why git knows no such commit is what asking for the file tells.
  Result<std::string> top = top_of_checkout(root);
  if (!top || *top != root) return nullptr;
  Result<GitAnswer> commit = run_git({"-C", root, "rev-parse", "--verify", "--end-of-options", ref_ + "^{commit}"});
  if (!commit || commit->exit_code != 0) return nullptr;
  made = std::make_unique<Checkout>(commit->out.substr(0, commit->out.find('\n')), root);
  return made.get();
}

Result<std::optional<std::string>> CommitTexts::from_blobs(Checkout& checkout, const std::string& file,
                                                           const std::string& path) {
  Result<std::optional<std::string>> text = checkout.blobs.read(checkout.commit + ":" + file);
  if (!text && text.error().kind == Error::kContent) return too_large(path, ref_);
  return text;
}

Result<std::optional<std::string>> CommitTexts::ask(const std::string& folder, const std::string& object,
                                                    const std::string& path) {
  Result<GitAnswer> shown = run_git({"-C", folder, "show", "--end-of-options", ref_ + ":" + object});
  if (!shown) return shown.error();
  if (shown->out.size() > kLargestFile) return too_large(path, ref_);
  if (shown->exit_code != 0) {  // the file is not there, or the folder belongs to another checkout, or to none
    Result<Done> known = check_git_ref(folder, ref_);
    if (!known) return Error{known.error().message};
    return std::optional<std::string>();
  }
  return std::optional<std::string>(std::move(shown->out));
}

}  // namespace grovec::driver

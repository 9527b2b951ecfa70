#include "runtime/driver/old_sets.h"

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <filesystem>

#include "runtime/input/walked.h"

namespace grovec::driver {

namespace {

std::string real_path(const std::string& path) {
  char resolved[PATH_MAX];
  return ::realpath(path.c_str(), resolved) ? resolved : std::string();
}

Result<Done> add_sets(const std::string& root, const std::string& file, CommitTexts& commit,
                      const LanguageOptions& language, std::vector<OldSet>& out) {
  const std::string path = root + "/" + file;
  Result<std::optional<std::string>> text = commit.text_at_top(root, file);
  if (!text && text.error().kind != Error::kContent) return text.error();
  if (!text || !*text) return Done{};
  Context context;
  LanguageOptions at_ref = language;
  at_ref.commit = &commit;
  Result<std::vector<LoadedDocument>> documents = load_text(context, path, std::move(**text), at_ref);
  if (!documents) return Done{};
  for (const LoadedDocument& d : *documents) {
    if (d.kind != DocumentKind::kSet) continue;
    const ir::Value& metadata = d.document.root["metadata"];
    out.push_back({std::string(metadata["namespace"].as_string()), std::string(metadata["name"].as_string()), path,
                   commit.ref() + ":" + file});
  }
  return Done{};
}

}  // namespace

namespace {

Result<std::set<std::string>> patches_at_ref(const std::string& root, CommitTexts& commit) {
  Result<std::vector<std::string>> files = kustomizations_with_patches(root, commit.ref());
  if (!files) return files.error();
  std::set<std::string> out;
  for (const std::string& file : *files) {
    Result<std::optional<std::string>> text = commit.text_at_top(root, file);
    if (!text && text.error().kind != Error::kContent) return text.error();
    if (!text || !*text) continue;
    const std::filesystem::path folder = std::filesystem::path(root + "/" + file).parent_path();
    for (const std::string& patch : read_kustomization(file, std::move(**text)).patches)
      out.insert((folder / patch).lexically_normal().string());
  }
  return out;
}

}  // namespace

Result<OldSets> sets_at_ref(const std::string& folder, CommitTexts& commit, const LanguageOptions& language) {
  Result<std::string> root = top_of_checkout(folder);
  if (!root) return root.error();
  Result<std::vector<std::string>> files = files_with_sets(*root, commit.ref());
  if (!files) return files.error();
  OldSets out;
  Result<std::set<std::string>> patches = patches_at_ref(*root, commit);
  if (!patches) return patches.error();
  out.patches = std::move(*patches);
  for (const std::string& file : *files) {
    if (out.patches.contains(*root + "/" + file)) continue;
    if (Result<Done> added = add_sets(*root, file, commit, language, out.sets); !added) return added.error();
  }
  return out;
}

bool is_below(const std::string& path, const std::vector<std::string>& operands) {
  return std::any_of(operands.begin(), operands.end(), [&](const std::string& operand) {
    std::string real = real_path(operand);
    if (real.empty()) {  // a file that went with its set, or a folder that did
      const std::string folder = real_path(folder_of(operand));
      const std::size_t slash = operand.rfind('/');
      real = folder + "/" + (slash == std::string::npos ? operand : operand.substr(slash + 1));
    }
    return path == real || path.starts_with(real == "/" ? real : real + "/");
  });
}

}  // namespace grovec::driver

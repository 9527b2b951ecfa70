#include "runtime/input/walked.h"

#include <sys/stat.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <set>

#include "frontend/reader.h"
#include "ir/base/context.h"
#include "ir/base/edit_distance.h"

namespace grovec::driver {

using ir::Value;

namespace {

/// A key that is `name` but for its case or one slip.
bool has_near_miss(const Value& root, std::string_view name) {
  const std::string_view names[] = {name};
  for (const ir::Member& m : root.members())
    if (m.key != name && !nearest_name(m.key, names).empty()) return true;
  return false;
}

bool is_text(const Value& v) { return v.is_string() && !v.as_string().empty(); }

std::string real_path(const std::string& path) {
  char resolved[PATH_MAX];
  return ::realpath(path.c_str(), resolved) ? resolved : std::string();
}

/// Reads one kustomization and adds the real paths of its patches.
class Kustomizations {
 public:
  void read_folder(const std::string& folder, int depth = 0) {
    if (depth > 16 || !seen_.insert(real_path(folder)).second) return;
    for (std::string_view name : {"kustomization.yaml", "kustomization.yml", "Kustomization"}) {
      const std::string path = folder + "/" + std::string(name);
      struct stat st;
      if (::stat(path.c_str(), &st) == 0 && S_ISREG(st.st_mode)) read_file(path, folder, depth);
    }
  }
  const std::map<std::string, std::string>& patches() const { return patches_; }

 private:
  void read_file(const std::string& path, const std::string& folder, int depth) {
    Result<std::string> text = read_input({path});
    if (!text) return;
    const KustomizationNames names = read_kustomization(path, std::move(*text));
    for (const std::string& patch : names.patches) add(patch, path, folder);
    for (const std::string& component : names.components) read_folder(folder + "/" + component, depth + 1);
  }

  void add(const std::string& name, const std::string& by, const std::string& folder) {
    const std::string real = real_path(folder + "/" + name);
    if (!real.empty()) patches_.emplace(real, "a patch of " + by);
  }

  std::set<std::string> seen_;
  std::map<std::string, std::string> patches_;
};

}  // namespace

KustomizationNames read_kustomization(const std::string& path, std::string text) {
  Context context;
  const SourceId source = context.sources.add(path, std::move(text));
  KustomizationNames out;
  auto add = [](const Value& name, std::vector<std::string>& to) {
    // A patch may also be written out in place.
    if (is_text(name) && name.as_string().find('\n') == std::string_view::npos) to.emplace_back(name.as_string());
  };
  for (const frontend::Document& d : frontend::read_documents(context, source)) {
    for (std::string_view list : {"patches", "patchesJson6902"})
      for (const Value& item : d.root[list].items()) add(item["path"], out.patches);
    for (const Value& item : d.root["patchesStrategicMerge"].items()) add(item, out.patches);
    for (const Value& item : d.root["components"].items()) add(item, out.components);
  }
  return out;
}

std::string reason_to_skip(const Value& root) {
  if (!root.is_mapping()) return root.is_sequence() ? "a list, no object" : "no object";
  const bool has_api = root.find("apiVersion") != nullptr, has_kind = root.find("kind") != nullptr;
  if (root["apiVersion"].as_string().starts_with("kustomize.config.k8s.io/")) return "a kustomization";
  if (has_api && has_kind) return {};
  if (root.find("spec", "template") && root["spec"]["template"].find("cliques")) return {};
  if (root["apiVersion"].as_string().find("grove") != std::string_view::npos) return {};
  const std::string_view kind = root["kind"].as_string();
  if (kind.starts_with("PodClique") || kind.starts_with("PodGang") || kind == "ClusterTopologyBinding") return {};
  if ((!has_api && has_near_miss(root, "apiVersion")) || (!has_kind && has_near_miss(root, "kind"))) return {};
  return has_api ? "no `kind`" : has_kind ? "no `apiVersion`" : "no `apiVersion` and no `kind`";
}

bool is_helm_template(std::string_view text) {
  for (std::size_t at = text.find("{{"); at != std::string_view::npos; at = text.find("{{", at + 2)) {
    const std::size_t line = text.rfind('\n', at) + 1;  // npos + 1 is the first one
    const std::string_view before = text.substr(line, at - line);
    const auto is_open = [&](char quote) { return std::count(before.begin(), before.end(), quote) % 2 != 0; };
    if (is_open('"') || is_open('\'')) continue;
    std::string_view action = text.substr(at + 2);
    if (action.starts_with('-')) action.remove_prefix(1);
    while (action.starts_with(' ')) action.remove_prefix(1);
    for (std::string_view word :
         {".", "$", "/*", "(", "if ", "range ", "with ", "end", "else", "define ", "include ", "template ", "toYaml ",
          "default ", "quote ", "tpl ", "printf ", "block ", "required "})
      if (action.starts_with(word)) return true;
  }
  return false;
}

bool is_meant_as_manifest(std::string_view text) {
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    line.remove_prefix(std::min(line.size(), line.find_first_not_of(" \t\"'{-")));
    const std::string_view key = line.substr(0, line.find_first_of(" \t\"':"));
    for (std::string_view wanted : {"apiVersion", "kind"}) {
      const std::string_view names[] = {wanted};
      if (key == wanted || (key.size() > 2 && !nearest_name(key, names).empty())) return true;
    }
  }
  return false;
}

std::map<std::string, std::string> patches_of(const std::vector<Input>& inputs) {
  Kustomizations all;
  for (const Input& input : inputs)
    if (input.is_walked) all.read_folder(folder_of(input.path));
  std::map<std::string, std::string> out;
  if (all.patches().empty()) return out;
  for (const Input& input : inputs) {
    if (!input.is_walked) continue;
    const auto patch = all.patches().find(real_path(input.path));
    if (patch != all.patches().end()) out.emplace(input.path, patch->second);
  }
  return out;
}

}  // namespace grovec::driver

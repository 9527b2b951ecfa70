#include "runtime/cli/gitops/argocd_ignore.h"

#include <algorithm>

#include "ir/value/writer.h"
#include "runtime/view/scale.h"

namespace grovec::cli {

std::string argocd_ignore(const driver::Compilation& compilation, bool all) {
  const std::vector<driver::OutsideScaler> scalers = driver::outside_scalers(compilation);
  Arena arena;
  auto text = [&](std::string_view s) { return ir::Value::string(arena.copy(s)); };
  std::string entries;
  for (const auto& set : compilation.sets) {
    const std::string_view name = set->module.spec.name, space = set->module.spec.namespace_;
    const auto owner = std::find_if(scalers.begin(), scalers.end(), [&](const driver::OutsideScaler& s) {
      return s.target_kind == "PodCliqueSet" && s.target_name == name && s.namespace_ == space;
    });
    if (owner == scalers.end() && !all) continue;
    entries += "- group: grove.io\n  kind: PodCliqueSet\n  name: " + ir::to_text(text(name), ir::Format::kYaml);
    entries += "  namespace: " + ir::to_text(text(space), ir::Format::kYaml);
    entries += "  jsonPointers:\n  - /spec/replicas  # set by " +
               (owner == scalers.end() ? std::string("whoever scales it") : owner->kind + " " + owner->name) + "\n";
  }
  if (entries.empty()) return "ignoreDifferences: []\n";
  return "ignoreDifferences:\n" + entries +
         "syncPolicy:\n"
         "  syncOptions:\n"
         "  - RespectIgnoreDifferences=true  # else a sync takes the count back\n";
}

}  // namespace grovec::cli

#include "runtime/decide/observed.h"

#include <algorithm>

#include "ir/labels.h"

namespace grovec::decide {

using ir::Value;

const OwnerReference* LiveMeta::controller() const {
  for (const OwnerReference& o : owners)
    if (o.controller) return &o;
  return nullptr;
}

bool LiveMeta::has_finalizer(std::string_view finalizer) const {
  return std::find(finalizers.begin(), finalizers.end(), finalizer) != finalizers.end();
}

bool is_named_after(std::string_view api_version, std::string_view kind, std::string_view name, std::string_view set) {
  if (api_version != ir::keys::kGroveApi) return false;
  if (kind == "PodCliqueSet") return name == set;
  return kind == "PodCliqueScalingGroup" && name.size() > set.size() && name.starts_with(set) &&
         name[set.size()] == '-';
}

std::string_view PodLabels::get(std::string_view key) const {
  for (const auto& [k, v] : items)
    if (k == key) return v;
  return {};
}

SharedText Interner::text(std::string_view text) {
  if (text.empty()) return nullptr;
  auto at = std::lower_bound(texts_.begin(), texts_.end(), text,
                             [](const SharedText& a, std::string_view b) { return *a < b; });
  if (at != texts_.end() && **at == text) return *at;
  return *texts_.insert(at, std::make_shared<const std::string>(text));
}

std::shared_ptr<const PodLabels> Interner::labels(PodLabels labels) {
  auto at = std::lower_bound(label_sets_.begin(), label_sets_.end(), labels,
                             [](const auto& a, const PodLabels& b) { return a->items < b.items; });
  if (at != label_sets_.end() && **at == labels) return *at;
  return *label_sets_.insert(at, std::make_shared<const PodLabels>(std::move(labels)));
}

void Interner::sweep() {
  std::erase_if(texts_, [](const SharedText& t) { return t.use_count() == 1; });
  std::erase_if(label_sets_, [](const auto& l) { return l.use_count() == 1; });
}

}  // namespace grovec::decide

/// \file Where a finding points: paths of cliques and groups, and what stands behind a place.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ir/base/context.h"
#include "ir/value/value.h"

namespace grovec::passes {

/// "spec.template.cliques[3]" and the like.
std::string clique_path(std::size_t index, std::string_view rest = {});
std::string group_path(std::size_t index, std::string_view rest = {});

/// Where to point for a value that was filled in: at what caused it, else at the object around it.
OriginId written_at(const Context& context, OriginId at);
/// Whether a default made this value.
bool is_filled(const Context& context, OriginId at);
/// Whether a finding points at this very place already.
bool is_reported(const Context& context, OriginId at);

/// Key of a member of `node`, or its value, or the node.
OriginId key_at(const ir::Value& node, std::string_view key);

/// Text of an annotation or label; `found` tells an empty one from none.
std::string_view entry(const ir::Value* map, std::string_view key, bool* found = nullptr);

/// Position by name: a scan while there are few names, a table when there are many.
class NameIndex {
 public:
  template <class Store>
  explicit NameIndex(const Store& nodes) {
    if (nodes.size() <= 24) {
      for (const auto& n : nodes) few_.push_back(n.name);
      return;
    }
    std::size_t i = 0;
    for (const auto& n : nodes) table_.emplace(n.name, i++);  // the first of equal names stays
  }
  /// Index of the first node of this name, or -1.
  std::ptrdiff_t find(std::string_view name) const {
    for (std::size_t i = 0; i < few_.size(); ++i)
      if (few_[i] == name) return static_cast<std::ptrdiff_t>(i);
    auto it = table_.find(name);
    return it == table_.end() ? -1 : static_cast<std::ptrdiff_t>(it->second);
  }

 private:
  std::vector<std::string_view> few_;
  std::unordered_map<std::string_view, std::size_t> table_;
};

}  // namespace grovec::passes

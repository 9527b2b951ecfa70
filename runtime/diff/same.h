/// \file Whether two sides are the same, without allocating when they are.
#pragma once

#include <span>

#include "runtime/diff/side.h"

namespace grovec::diff {

/// How much of the second side counts.
enum class Scope : std::uint8_t {
  kWhole,      ///< all of it
  kOurFields,  ///< only fields that the first side has; lists have the same items
  kOurItems,   ///< also only list items that the first side has, in any order (defaults and admission add some to pods)
};

/// Where a node stands: what a value means depends on the keys above it.
struct Place {
  std::string_view key;          ///< of the member; empty for list items
  bool quantity = false;         ///< the node is a quantity, or a list of them
  std::string_view except = {};  ///< member of this mapping that does not count, on either side

  /// Where the member `name` of the mapping that stands here stands.
  Place member(std::string_view name) const;
  Place item() const { return {{}, quantity}; }
  bool counts(std::string_view name) const { return except.empty() || name != except; }
};

/// Whether `theirs` is what `ours` says, as the API server sees it: a missing field, null and an empty list or mapping
/// are the same, and quantities are compared by value where the field is one (`limits`, sizes, metric targets).
bool same(const Side& ours, const Side& theirs, Scope scope, const Place& place = {});

/// Two leaves.
bool same_scalar(const Side& a, const Side& b, bool quantity);

/// Calls `f(key, ours or null, theirs or null)` for each key of either mapping, in order, until it returns false.
template <class F>
bool for_each_key(const ir::Value& ours, const ir::Value& theirs, F&& f) {
  const std::span<const ir::Member> a = ours.members(), b = theirs.members();
  std::size_t i = 0, k = 0;
  while (i < a.size() || k < b.size()) {
    const int order = i == a.size() ? 1 : k == b.size() ? -1 : a[i].key.compare(b[k].key);
    const ir::Value* x = order <= 0 ? &a[i].value : nullptr;
    const ir::Value* y = order >= 0 ? &b[k].value : nullptr;
    if (!f(order <= 0 ? a[i].key : b[k].key, x, y)) return false;
    i += order <= 0;
    k += order >= 0;
  }
  return true;
}

}  // namespace grovec::diff

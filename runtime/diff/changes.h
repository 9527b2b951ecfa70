/// \file Two sides field by field: what was added, removed, changed or moved, each with a path that names list items.
#pragma once

#include <string>
#include <vector>

#include "runtime/diff/same.h"

namespace grovec::diff {

/// One difference. `before.value` is null if the field is new, `after.value` if it is gone.
struct FieldChange {
  std::string path;  ///< `spec.podSpec.containers[name=main].image`, `metadata.labels["a.b/c"]`, `args[2]`
  Side before, after;
  bool moved = false;        ///< a list has the same items in another order
  std::uint32_t times = 1;   ///< this many items of one list like this one, which is the first
  std::size_t list_end = 0;  ///< of an item: the path up to here is the list's; else 0
};

/// The differences in the order of the fields; none if `same(a, b, scope, place)`. Paths begin with `root`. A list item
/// is known by the first of its fields that tells all items of both lists apart (name, type, …), else by its place.
std::vector<FieldChange> field_changes(const Side& a, const Side& b, Scope scope = Scope::kWhole,
                                       std::string_view root = {}, const Place& place = {});

/// Joins neighbours that come from one description and one list: the pods of a gang that grew become one line.
std::vector<FieldChange> folded(std::vector<FieldChange> changes);

/// One line of a path: a key as `.key` or `["a.b/c"]`.
std::string member_path(std::string_view parent, std::string_view key);

}  // namespace grovec::diff

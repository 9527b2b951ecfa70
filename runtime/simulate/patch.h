/// \file Merge patches and JSON patches on value trees, as the API server applies them.
#pragma once

#include <optional>
#include <string>

#include "ir/value/value.h"

namespace grovec::simulate {

/// `target` with `patch` applied (RFC 7386): null removes, mappings merge, everything else replaces. Shares subtrees
/// with both.
ir::Value apply_merge_patch(Arena& arena, const ir::Value& target, const ir::Value& patch);

/// `target` with the operations of `patch` (RFC 6902: add, remove, replace, test) applied; nothing, and a sentence in
/// `problem`, if one of them cannot be.
std::optional<ir::Value> apply_json_patch(Arena& arena, const ir::Value& target, const ir::Value& patch,
                                          std::string& problem);

/// `target` with the member at a chain of keys replaced; mappings on the way are made as needed.
ir::Value with_member(Arena& arena, const ir::Value& target, std::initializer_list<std::string_view> path,
                      const ir::Value& value);

}  // namespace grovec::simulate

/// \file JSON merge patches of exactly the fields that differ.
#pragma once

#include <initializer_list>
#include <string_view>

#include "ir/base/arena.h"
#include "ir/value/value.h"

namespace grovec::decide {

/// The patch that turns `from` into `to`: members that differ, null for those that are gone, lists as a whole. Null if
/// they are equal. `to` must not contain nulls.
ir::Value change_patch(Arena& arena, const ir::Value& from, const ir::Value& to);

/// The patch that brings back what `wanted` has and `live` has not or has otherwise; members that only `live` has
/// stay. An item of a list equals if it has everything that the wanted item has. Null if nothing differs.
ir::Value restore_patch(Arena& arena, const ir::Value& live, const ir::Value& wanted);

/// Whether `stored` is as `patch` asked for: has what it sets and not what it removes. Members of a list item that the
/// server adds do not count.
bool keeps(const ir::Value& stored, const ir::Value& patch);

/// {"a": {"b": value}} for {"a", "b"}.
ir::Value nest(Arena& arena, std::initializer_list<std::string_view> path, const ir::Value& value);

/// Two patches in one; the second wins. Either may be null.
ir::Value join_patches(Arena& arena, const ir::Value& a, const ir::Value& b);

/// `tree` with a merge patch applied to it (RFC 7396).
ir::Value apply_patch(Arena& arena, const ir::Value& tree, const ir::Value& patch);

}  // namespace grovec::decide

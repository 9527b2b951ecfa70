/// \file Trees and places in another context, so that they outlive the one they were made in.
#pragma once

#include "ir/base/context.h"
#include "ir/value/value.h"

namespace grovec::ir {

/// The same place in `to`, with the chain behind it. The text around it is copied once for each name.
OriginId copy_origin(const Context& from, OriginId at, Context& to);

/// A deep copy in the memory of `to`: nodes, texts and origins. For trees without holes.
Value copy_tree(const Context& from, const Value& tree, Context& to);

/// A deep copy that no text caused; its strings are those of `tree`.
Value without_origins(Arena& arena, const Value& tree);

}  // namespace grovec::ir

/// \file JSON into a value tree, leaving out what nobody reads.
#pragma once

#include "ir/base/arena.h"
#include "ir/value/value.h"
#include "runtime/live/eyes/json.h"

namespace grovec::live {

/// How deep an object may be.
inline constexpr int kDeepest = 256;

/// The tree of an object of a kind; texts are copied into `arena`. Of metadata.managedFields only `subresource` and
/// `time` are kept; of a Secret neither `data` nor `stringData`. False if the text is broken or too deep.
bool read_tree_json(json::value root, bool is_secret, Arena& arena, ir::Value& out);

}  // namespace grovec::live

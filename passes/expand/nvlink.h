/// \file MNNVL groups (reference: expansion 9).
#pragma once

#include "ir/spec/nodes.h"

namespace grovec::passes {

/// The name of the group that a clique belongs to: the annotation of the first of clique, scaling group and set that
/// has one. nullptr without an annotation and for `none`.
const ir::Value* nvlink_group(const ir::PodCliqueSet& set, const ir::Clique& clique);

}  // namespace grovec::passes

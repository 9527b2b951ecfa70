/// \file Which pods share a ResourceClaim (reference: admission 1.4, expansion 8).
#pragma once

#include "ir/desired/nodes.h"
#include "ir/spec/nodes.h"

namespace grovec::passes {

/// Whether an entry of `level` reaches the pods of `clique`. Entries of groups and cliques reach no others than their
/// own; that is the caller's to see.
bool filter_matches(const ir::PodCliqueSet& set, ir::ClaimUse::Level level, const ir::SharingEntry& entry,
                    const ir::Clique& clique);

}  // namespace grovec::passes

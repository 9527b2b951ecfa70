/// \file What a broken configuration, or broken objects of the cluster, leave open.
#pragma once

#include <cstddef>

#include "ir/base/diagnostics.h"
#include "ir/environment.h"

namespace grovec::passes {

/// Whether a finding is about what the configuration says (true) or about objects of the cluster (`--with`).
bool depends_on_config(const DiagInfo& info);
bool depends_on_objects(const DiagInfo& info);
/// Drops the findings from `from` on that depend on what of the environment is broken. True if there were errors among
/// them, so that nobody knows the verdict.
bool drop_what_depends_on_broken(Diagnostics& diags, std::size_t from, const ir::ClusterFacts& facts);

}  // namespace grovec::passes

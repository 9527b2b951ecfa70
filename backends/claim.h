/// \file Names of shared ResourceClaims as pods refer to them.
#pragma once

#include "backends/backends.h"

namespace grovec::backends {

/// Name of the claim that `use` means for a PodClique of clique `c` in group `g`.
Value claim_name(Arena& a, const ir::Desired& d, const ir::ClaimUse& use, std::optional<ir::GroupId> g,
                 std::optional<ir::CliqueId> c);

}  // namespace grovec::backends

/// \file Starting points that are not simply OLD at rest: an OLD that today's rules reject, a dump with holes, and an
/// edit that the API server refuses.
#pragma once

#include <memory>
#include <vector>

#include "runtime/decide/decide.h"
#include "runtime/plan/plan.h"
#include "runtime/plan/recompile.h"

namespace grovec::plan {

/// OLD as far as it can live: NEW with OLD's size and pod templates. Null if that is rejected, too.
std::unique_ptr<Recompiled> repaired(const driver::CompiledSet& old, const driver::CompiledSet& next);

/// The world of a dump, with what is missing as the operator would make it of `set`. Objects of `live` outlive it.
decide::Settled filled_up(const driver::CompiledSet& set, const decide::Observed& live);

/// The plan of an edit that is refused: nothing happens. `forbidden` gets what to do instead, and what that costs.
SetPlan refused(const driver::CompiledSet& old, const driver::CompiledSet& next, std::vector<Forbidden> forbidden);

}  // namespace grovec::plan

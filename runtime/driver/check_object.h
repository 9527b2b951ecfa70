/// \file Objects of Grove's kinds that are no sets: bindings, and what the operator makes of a set.
#pragma once

#include "ir/base/context.h"
#include "ir/environment.h"
#include "passes/surroundings/identify.h"

namespace grovec::driver {

/// Checks one as the cluster would. False if nobody can say what that is: it depends on what could not be read.
bool check_object(Context& context, const passes::KnownKind& kind, const ir::Value& root,
                  const ir::Environment& environment);

}  // namespace grovec::driver

/// \file build-spec: the defaulted tree of a PodCliqueSet as typed nodes. The only place that reads fields by name into
/// ir/spec.
#pragma once

#include "ir/base/context.h"
#include "ir/spec/nodes.h"

namespace grovec::passes {

/// Requires a tree that passed decoding (types are right; anything may be absent). Reports nothing. `manifest` must
/// outlive the result.
ir::PodCliqueSet build_spec(const ir::Value& manifest);

}  // namespace grovec::passes

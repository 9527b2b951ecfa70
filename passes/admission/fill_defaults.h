/// \file fill-defaults: what the API server and the defaulting webhook make of a submitted PodCliqueSet.
#pragma once

#include "ir/base/context.h"
#include "ir/environment.h"
#include "ir/value/value.h"

namespace grovec::passes {

/// The set as it would be stored (reference: admission 2): CRD defaults, the webhook's defaults D1-D9 in their order,
/// what its re-encoding adds, canonical quantities and durations. The result has apiVersion, kind, metadata (without
/// what the server sets itself) and spec; `status` is dropped, as on create. The manifest may have mistakes: values of
/// a wrong type stay, unknown fields are dropped. Reports nothing. What is filled in has an origin with
/// OriginCause::kDefault.
ir::Value fill_defaults(Context& context, const ir::Value& manifest, const ir::Environment& environment);

}  // namespace grovec::passes

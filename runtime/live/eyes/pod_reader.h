/// \file A pod out of JSON, without a tree.
#pragma once

#include "runtime/live/eyes/json.h"
#include "runtime/live/eyes/seen.h"

namespace grovec::live {

/// Fills `out`. False if the text is broken.
bool read_pod_json(json::value root, decide::Interner& interner, Seen& out);

}  // namespace grovec::live

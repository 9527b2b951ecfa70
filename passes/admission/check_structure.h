/// \file check-structure: the CRD's schema and its CEL rules, on a stored tree (reference: admission 1, 1.10).
#pragma once

#include <string>
#include <vector>

#include "ir/base/context.h"
#include "ir/value/value.h"
#include "schemas/schema.h"

namespace grovec::passes {

/// Required fields, types, enums, patterns, lengths, list-map keys and sets (GV16xx). `metadata` and `status` are not
/// looked at: the server validates the one itself and drops the other. With `old` (the stored object that is being
/// replaced) the server tolerates what was wrong before and has not changed. Returns the paths of what is missing: a
/// field, or the outermost object around it that is not there; what other rules say of its content would be
/// consequences.
std::vector<std::string> check_structure(Context& context, const ir::Value& stored, schemas::Root root,
                                         const ir::Value* old = nullptr);

/// CEL rules C1-C6 of a PodCliqueSet (GV2201-GV2206). C1-C3 hold for new objects only.
void check_cel(Context& context, const ir::Value& stored, const ir::Value* old = nullptr);

}  // namespace grovec::passes

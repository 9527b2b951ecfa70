/// \file Which kind of Grove's a document is, if it is one.
#pragma once

#include <string_view>

#include "ir/base/context.h"
#include "ir/value/value.h"
#include "schemas/schema.h"

namespace grovec::passes {

/// A kind that Grove defines (reference: admission 1.1).
struct KnownKind {
  std::string_view api, kind;
  schemas::Root root;
};

/// The kind of a document, or nullptr if it is none of Grove's. Reports a document that no API server would know
/// (GV1510 to GV1513); where the intended kind is plain all the same, such as for a wrong version, that is returned.
const KnownKind* identify(Context& context, const ir::Value& root);
/// The kind of a document of a known version, else nullptr. Reports nothing.
const KnownKind* exact_kind(const ir::Value& root);

}  // namespace grovec::passes

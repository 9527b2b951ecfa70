/// \file check-decode: what strict field validation and Go's JSON decoding would refuse (reference: admission
/// 0.2, 1.10).
#pragma once

#include <string>
#include <vector>

#include "ir/base/context.h"
#include "ir/environment.h"
#include "ir/value/value.h"
#include "schemas/schema.h"

namespace grovec::passes {

/// A tree that later stages can work on whatever the user wrote.
struct Decoded {
  /// The manifest itself if it decodes. Else: values of a wrong type and unknown fields are left out, and an unknown
  /// field whose meaning is clear stands under its right name, so that one typing error causes one finding.
  ir::Value value;
  /// Field paths (without indices) that were left out: findings about them or their neighbours would be consequences.
  std::vector<std::string> broken;
};

/// What becomes of a field that the API does not have: refused as by strict field validation, or left out without a
/// word, as it was from every object that exists.
enum class UnknownFields : std::uint8_t { kReport, kPrune };

/// Walks an object of a Grove kind. Findings have stage decode (GV15xx). Costs no allocation if there is nothing to
/// report.
Decoded check_decode(Context& context, const ir::Value& manifest, schemas::Root root,
                     ir::ApiMode api = ir::ApiMode::kUpstream, UnknownFields unknown = UnknownFields::kReport);

/// The same for kinds that no defaulting webhook decodes: the API server drops their `status` and looks only for
/// unknown fields in it.
Decoded check_decode_without_status(Context& context, const ir::Value& manifest, schemas::Root root);

}  // namespace grovec::passes

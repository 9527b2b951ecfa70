/// \file JSON Schema of PodCliqueSet for editors and validators, from the same tables that `check` uses.
#pragma once

#include <string>

namespace grovec::schemas {

/// A JSON Schema (draft-07) of PodCliqueSet, with one definition for each Go struct. It says what a manifest looks
/// like:
///
/// - unknown keys and wrong types are refused, as under strict field validation; `null` means absent, as for the API
/// server;
/// - Grove's own fields are required where upstream refuses a manifest without them. Inside embedded Kubernetes types
/// all
///   that the CRD lists are required: the defaulting webhook lets a container without a name pass, but no pod runs with
///   it;
/// - rules between fields, duplicates in lists and the syntax of names are left to `check`.
///
/// Ends with a newline; the same bytes every time.
std::string json_schema(bool extended);

}  // namespace grovec::schemas

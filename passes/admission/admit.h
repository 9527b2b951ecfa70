/// \file admit: everything that decides whether the API server and upstream's webhooks accept a PodCliqueSet.
#pragma once

#include "ir/base/context.h"
#include "ir/environment.h"
#include "ir/spec/nodes.h"

namespace grovec::passes {

struct AdmitOptions {
  /// UPDATE: the object that is replaced, as it was submitted. If it cannot be used (null, or it does not decode), only
  /// the rules that need none are checked.
  const ir::Value* old = nullptr;
  bool compilable = true;  ///< also look for what is admitted, yet has no correct output (GV31xx)
};

struct Admitted {
  ir::Value defaulted;           ///< as it would be stored; usable by later passes only if `accepted`
  ir::PodCliqueSet spec;         ///< typed view of `defaulted`; points into the arena
  bool accepted = false;         ///< upstream's verdict: no error of stage decode, schema or webhook
  bool old_is_usable = true;     ///< if not, the verdict of an update is not known
  bool verdict_is_open = false;  ///< it depends on something of the environment that could not be read
  std::size_t old_findings = 0;  ///< so many of the first findings are about the old object
};

/// Runs check-decode, fill-defaults, check-structure and verify-spec, and collects the findings of all of them, leaving
/// out those that only follow from an earlier one. The verdict is that of upstream's stages one after the other.
/// Findings belong to the current document of `context.diags`.
Admitted admit(Context& context, const ir::Value& manifest, const ir::Environment& environment,
               const AdmitOptions& options = {});

}  // namespace grovec::passes

/// \file Options of the KRM function, which come in the ResourceList instead of on the command line.
#pragma once

#include "ir/base/result.h"
#include "ir/value/value.h"
#include "runtime/driver/compile.h"

namespace grovec::cli {

struct KrmOptions {
  driver::CompileRequest request;
  bool objects = false;  ///< mode `objects`: what the operator would make, for review
  bool fail_on_warning = false;
};

/// From a `GroveFunction` (its `spec`), a `GroveSource` (which is an item of its own) or a ConfigMap (its `data`, as
/// kpt makes one of `-- key=value`). Error: an option that is not known, a value of another type, a path that leads out
/// of the working folder (exit code 2).
Result<KrmOptions> krm_options(const ir::Value& function_config);

/// A path as an option may name it: relative, and below the working folder, also behind links.
Result<std::string> path_inside(std::string_view option, std::string_view path);

/// `env` and `set` of a GroveSource over those of the function.
Result<driver::LanguageOptions> source_language(const ir::Value& source, const driver::LanguageOptions& base);

}  // namespace grovec::cli

/// \file A .grove file into manifests: the same value trees that the YAML reader makes, with origins in the .grove
/// text.
///
/// Nothing behind this door asks where a tree came from: field names, types and rules are checked by the same passes.
/// The lowering knows the type tables only to place shorthands and to type bare words. Bounded and total: no loops, no
/// recursion of mixins, budgets on what references may multiply.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "frontend/reader.h"
#include "ir/base/result.h"

namespace grovec::frontend {

/// What surrounds a .grove file.
struct DslOptions {
  std::string env;                                              ///< `--env NAME`; empty = none
  std::vector<std::pair<std::string, std::string>> set_values;  ///< `--set name=value`, later wins
  std::vector<ir::Value> values;                                ///< documents of `--values FILE`: mappings, later wins
  std::string root;  ///< includes must lie below it; empty = the folder of the file itself
  /// Text of an included file. `path` is normalised and starts as the source's name or `root` does. The loader makes
  /// sure that symbolic links do not lead out of the root. Without a loader, `include` is an error.
  std::function<Result<std::string>(const std::string& path)> load;
};

/// Limits, so that tests can lower them.
struct DslLimits {
  std::size_t nodes = 1'000'000;       ///< values that the manifests consist of
  std::size_t text_bytes = 32u << 20;  ///< text made by `\(name)`
  std::size_t files = 256;             ///< included
  std::size_t included_bytes = 16u << 20;
};

/// One document for each `set`, in order. Precedence: defaults of parameters, environment, `values`, `set_values`.
/// Findings go to `context.diags` (GV12xx to GV14xx).
std::vector<Document> read_grove(Context& context, SourceId source, const DslOptions& options,
                                 const DslLimits& limits = {});

/// A parameter of a file, as it was written.
struct DslParameter {
  std::string name, type, condition;         ///< condition: `in 1..16 where …`, or empty
  std::optional<std::string> default_value;  ///< nothing: it must be given
  OriginId at;
};

/// An environment, and the values it gives to parameters and constants.
struct DslEnvironment {
  std::string name;
  std::vector<std::pair<std::string, std::string>> values;
  OriginId at;
};

struct DslDeclarations {
  std::vector<DslParameter> parameters;
  std::vector<DslEnvironment> environments;  ///< each name once, in order
};

/// What a file and its includes declare. Findings go to `context.diags`.
DslDeclarations read_declarations(Context& context, SourceId source, const DslOptions& options,
                                  const DslLimits& limits = {});

/// Whether a path names a .grove file.
bool is_grove_path(std::string_view path);
/// Whether a text begins as .grove files do: comments, then `grovec` and a version. For input without a name.
bool is_grove_text(std::string_view text);

}  // namespace grovec::frontend

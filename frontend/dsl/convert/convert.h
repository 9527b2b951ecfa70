/// \file Manifests into DSL text and back into YAML, with the comments that stand at a key.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "frontend/dsl/syntax/ast.h"
#include "frontend/reader.h"

namespace grovec::frontend {

struct ConvertOptions {
  bool mixins = true;  ///< make mixins of what cliques have in common, if that makes the text shorter
  /// Reports what the language cannot say, leaves it out, and converts the rest; documents of other kinds are left out
  /// without a word.
  bool partial = false;
};

/// `.grove` text of PodCliqueSets, one `set` for each document, all from `source` (YAML or JSON). The text is canonical
/// and was read back: it gives the same trees (a field that is null counts as one that is not there). Nothing, with
/// findings, if a document is of another kind (GV1300) or has something the language cannot say (GV1301), for example
/// a number where the API wants text.
std::optional<std::string> convert_to_grove(Context& context, SourceId source, const std::vector<Document>& documents,
                                            const ConvertOptions& options = {});

/// A set without what only the API server writes (`status`, uid, times, managed fields, …). True if there was any.
bool drop_server_fields(Arena& arena, ir::Value& set);

/// YAML text of manifests that were lowered from `source`, with the comments of that file.
std::string convert_to_yaml(Context& context, SourceId source, const std::vector<Document>& documents);

/// Canonical text of a `.grove` file; nothing, with findings, if it cannot be read.
std::optional<std::string> format_grove(Context& context, SourceId source);

}  // namespace grovec::frontend

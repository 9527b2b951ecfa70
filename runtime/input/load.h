/// \file Inputs into documents: reads texts, sorts out which objects are sets, bindings, claim templates, or foreign.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "frontend/dsl/lower/lower.h"
#include "frontend/reader.h"
#include "ir/base/context.h"
#include "ir/environment.h"
#include "runtime/input/input.h"

namespace grovec::driver {

class CommitTexts;

enum class DocumentKind : std::uint8_t {
  kSet,            ///< grove.io/v1alpha1 PodCliqueSet
  kBinding,        ///< grove.io/v1alpha1 ClusterTopologyBinding
  kClaimTemplate,  ///< resource.k8s.io ResourceClaimTemplate
  kForeign,        ///< any other object
  kUnknown,        ///< no object: kind or apiVersion is missing
};

struct LoadedDocument {
  frontend::Document document;
  DocumentKind kind;
  Context* context;  ///< what it was read into; not owned
  bool is_grove = false;
};

DocumentKind kind_of(const ir::Value& root);

/// How a `.grove` file is read.
struct LanguageOptions {
  std::string env;                       ///< --env
  std::vector<std::string> settings;     ///< --set NAME=VALUE
  std::vector<std::string> value_files;  ///< --values FILE
  std::string include_root;              ///< --include-root; empty = the folder of the file
  CommitTexts* commit = nullptr;         ///< if set, includes are read from that commit; not owned
};

/// Whether each `--set` is NAME=VALUE.
Result<Done> check_settings(const LanguageOptions& language);
/// Options for .grove files are an error if there was something to read, but no such file.
Result<Done> check_used(const LanguageOptions& language, bool any_grove);
Result<Done> check_used(const LanguageOptions& language, const std::vector<LoadedDocument>& documents);

/// Reads one text into documents (`.grove` by its name's ending, everything else YAML or JSON; `v1` Lists unpacked).
/// Findings go to `context.diags`; errors are of the options and of the files they name.
Result<std::vector<LoadedDocument>> load_text(Context& context, std::string name, std::string text,
                                              const LanguageOptions& language);

/// What a `.grove` text declares.
Result<frontend::DslDeclarations> declarations_of(Context& context, std::string name, std::string text,
                                                  const LanguageOptions& language);

}  // namespace grovec::driver

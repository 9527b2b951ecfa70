/// \file One set, from its manifest to the plan of its objects: what every command, and everything live, compiles with.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "frontend/reader.h"
#include "ir/base/result.h"
#include "ir/directory.h"
#include "passes/admission/admit.h"
#include "passes/module.h"

namespace grovec::driver {

/// How far to go. A set with errors goes no further than admission.
enum class CompileUntil : std::uint8_t {
  kStored,    ///< what the API server stores, even where no correct output exists
  kVerified,  ///< and that a correct output exists
  kPlanned,   ///< and what it is
};

struct CompileOptions {
  ir::ApiMode api = ir::ApiMode::kUpstream;
  std::string default_namespace = "default";
  bool namespace_is_fixed = false;  ///< the user named it: a set of another namespace is a mistake
  std::string init_image = std::string(ir::kDefaultInitImage);
  bool owner_references = false;  ///< print them, with empty uids
  CompileUntil until = CompileUntil::kPlanned;
  bool names_only = false;         ///< for a look at the names: that they are too long or meet is a warning
  const ir::Value* old = nullptr;  ///< UPDATE: the object that is replaced (AdmitOptions)
  const frontend::Document* document = nullptr;  ///< what the frontend could not write; findings that follow go
};

/// One set. It stays where it is: its parts point at each other, into its context and into the facts.
struct CompiledSet {
  CompiledSet(Context& context, ir::Value manifest, const ir::ClusterFacts& facts, const CompileOptions& options);
  CompiledSet(const CompiledSet&) = delete;
  CompiledSet& operator=(const CompiledSet&) = delete;

  ir::Environment environment;
  passes::Module module;
  bool accepted = false;         ///< upstream's verdict
  bool verdict_is_open = false;  ///< nobody knows it: what it depends on could not be read
  bool old_is_usable = true;     ///< if not, the verdict on an update is not known
  std::size_t old_findings = 0;  ///< so many of the first findings are about the old object
  bool is_planned = false;       ///< the parts below are made; else the population is all there is
  ir::ObjectPlan plan;
  std::optional<ir::Directory> directory;
  ir::Population population{module.spec};  ///< the templates' counts, until somebody says something else
  ir::World world{module.desired, population};
  std::uint32_t document = 0;  ///< index in the input
  std::string printed;         ///< --print-after
};

/// Admits, looks for names that meet, expands and plans. No files, no clock, no globals: everything is made in
/// `context` and reported there, for its current document; `manifest` is one of its trees. `facts` outlives the set.
/// Counts come later: another population makes another world of the same set, and check_world has the rules on counts.
/// Errors: none so far; what is wrong with the manifest are findings, and then `is_planned` is false.
Result<std::unique_ptr<CompiledSet>> compile_set(Context& context, ir::Value manifest, const ir::ClusterFacts& facts,
                                                 const CompileOptions& options = {});

}  // namespace grovec::driver

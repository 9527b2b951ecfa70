/// \file The whole compiler as a library: operands in, sets with their object plans out.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/driver/compile_set.h"
#include "runtime/input/load.h"

namespace grovec::driver {

/// What the command line says, for every command that compiles.
struct CompileRequest {
  std::vector<std::string> operands;
  InputOptions input;
  LanguageOptions language;
  std::vector<std::string> with;  ///< --with FILE
  /// Objects of the cluster that are at hand, by what findings call them; not read beside `with`.
  std::vector<std::pair<std::string, std::string>> surroundings;
  std::string operator_config;    ///< --operator-config FILE, or empty
  std::string namespace_;         ///< -n, or empty
  std::string default_namespace;  ///< of sets that name none, without -n; or empty
  std::string init_image;         ///< --initc-image, or empty
  ir::ApiMode api = ir::ApiMode::kUpstream;
  std::vector<std::string> assume_replicas;  ///< --assume-replicas NAME=N
  std::uint64_t max_objects = UINT64_MAX;    ///< more objects of one set are an error
  bool owner_references = false;
  /// No manifest at all is no error, nor are options that only the other of two inputs needs.
  bool may_be_empty = false;
  bool manifests_only = false;  ///< what a walk meets that is no manifest is passed over: values, charts, patches
  bool names_only =
      false;               ///< for a look at the names: sets whose names are too long or meet are compiled all the same
  bool spec_only = false;  ///< --emit=spec: what the API server stores, even where no correct output exists
  std::string print_after;  ///< name of a pass, or empty
  unsigned threads = 0;     ///< 0 = as many as there are processors
};

/// Everything that was read and made. The plans are valid only if there are no errors.
struct Compilation {
  Context context;                              ///< of the surroundings
  std::vector<std::unique_ptr<Context>> files;  ///< one for each input, in order
  ir::ClusterFacts facts;
  std::vector<LoadedDocument> foreign;             ///< to pass through, in input order
  std::vector<ir::Value> topologies;               ///< schedulers' objects for the ClusterTopologyBindings of the input
  std::vector<std::unique_ptr<CompiledSet>> sets;  ///< sorted by namespace and name
  /// In the order in which findings are printed.
  std::vector<const Context*> contexts() const;
  bool failed() const;
};

/// Compiles documents whose contexts are `c`'s. Errors as for `compile`; findings are not sorted yet.
Result<Done> compile_documents(Compilation& c, const CompileRequest& request,
                               const std::vector<LoadedDocument>& documents);

/// Reads and compiles, many inputs in parallel; the result does not depend on the number of threads. Errors of the
/// command line, of files, and "nothing to compile" are the Error; findings about the content are in the contexts, each
/// sorted.
Result<std::unique_ptr<Compilation>> compile(const CompileRequest& request);

}  // namespace grovec::driver

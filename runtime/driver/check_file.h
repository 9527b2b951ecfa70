/// \file One file of `check`: its documents, what is found in each, and what the report says of it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ir/base/context.h"
#include "ir/environment.h"
#include "passes/lint/scalers.h"
#include "runtime/driver/check.h"
#include "runtime/driver/compile_set.h"
#include "runtime/driver/old_sets.h"
#include "runtime/driver/suppress.h"
#include "runtime/input/load.h"

namespace grovec::driver {

/// Commits that the command reads from, and what the one of `--old-ref` has.
struct Commits {
  CommitTexts old, config;
  OldSets of_old = {};
};

/// Files that one `.grovec.yaml` serves, and what surrounds them.
struct Scope {
  SuppressionFile file;
  Context context;
  ir::ClusterFacts facts;
  ir::Environment environment{facts};
};

/// One file, in a context of its own. First it is loaded; what surrounds sets is then known for all files; then it is
/// checked; names that meet in other files are found; then it is finished. Different files may be on different threads.
class FileCheck {
 public:
  /// `old_text`: content of the file of `--old`.
  FileCheck(const CheckRequest& request, const Scope& scope, const std::string& old_text, Commits& commits,
            const Input& input, const std::string* patch, std::size_t number)
      : number_(number),
        request_(request),
        scope_(scope),
        environment_(scope.environment),
        old_text_(old_text),
        commits_(commits),
        input_(input),
        patch_(patch) {}

  void load();

  /// Adds what may surround a set.
  void add_surroundings(std::vector<LoadedDocument>& out) const;

  /// What reading the surroundings found here: that an object is given twice, if `is_first`; what is wrong with one of
  /// them alone, its document's own check says.
  void keep_repeats(std::size_t findings, bool is_first);
  std::size_t findings() const { return context_.diags.all().size(); }

  void check();

  const std::vector<passes::Scaler>& scalers() const { return scalers_; }
  /// The sets of this file, as something to scale: those that decode and fit the schema.
  std::vector<passes::ScaledSet> scaled_sets() const;
  /// Lints the scalers of this file; `facts` are those of the whole input, since sets may stand elsewhere.
  void lint_scalers(const passes::ScalingFacts& facts);

  const std::vector<std::unique_ptr<CompiledSet>>& sets() const { return sets_; }
  bool is_grove() const { return out_.is_grove; }
  bool is_unreadable() const { return out_.unreadable.has_value(); }

  CheckedFile finish();

  /// Whether anything refuses the set, or its output.
  static bool has_any_error(const CompiledSet& set);

 private:
  LanguageOptions language() const;

  bool is_walked() const { return input_.is_walked || request_.only_manifests; }
  bool is_skipped(const LoadedDocument& d) const;

  /// What a walk met and what is no manifest as a whole: a patch, or a template that YAML cannot read.
  bool skips_whole_file(const std::vector<LoadedDocument>& documents);

  static const ir::Value& none();

  void unreadable(const Error& error);

  // What the reader found belongs to the document in whose text it stands.
  void assign_documents(const std::vector<LoadedDocument>& documents);

  /// The old texts that concern this file: that of `--old`; or, of the commit, the same path and wherever sets of these
  /// names stood.
  Result<Done> read_old(const std::vector<LoadedDocument>& documents);

  /// `is_expected`: what is wrong with the text is a finding, since it is the old version of this very file.
  Result<Done> read_old_text(const std::string& name, std::string text, bool is_expected);

  static std::string_view name_of(const ir::Value& root) { return root["metadata"]["name"].as_string(); }
  static std::string_view namespace_of(const ir::Value& root) { return root["metadata"]["namespace"].as_string(); }
  std::string_view space_of(std::string_view name) const;

  /// The object that `root` replaces: the one of its namespace and name.
  const ir::Value* old_of(const ir::Value& root) const;

  void document(const LoadedDocument& d, std::uint32_t i);

  /// False if nobody can say what upstream would: the old object of an update cannot be used, or what surrounds it.
  bool check_set(const LoadedDocument& d, std::uint32_t i, CheckedDocument& c);

  // What the webhook refuses can be linted all the same; what does not decode or fit the schema cannot.
  void lint(const ir::PodCliqueSet& set, std::size_t first);

  // Grove reads it, so what is wrong with it is said; its own verdict is the API server's to give.
  void check_claim_template(const ir::Value& root);

  static bool is_verdict(const Diagnostic& d);

  /// Whether a finding from `first` on refuses the document.
  bool has_errors(std::uint32_t document, std::size_t first) const;

  void make_findings();

 public:
  static Location place(const Context& context, OriginId at);

  static Finding finding(const Context& context, const Diagnostic& d, const CheckRequest& request);

 private:
  static constexpr std::uint32_t kOldDocument = 0xFFFFFFFE;

  std::uint64_t number_;  ///< of the file in the input
  std::vector<passes::Scaler> scalers_;
  std::vector<const ir::PodCliqueSet*> linted_;  ///< what `scaled_sets` is made from: most inputs have no scalers
  const CheckRequest& request_;
  const Scope& scope_;
  const ir::Environment& environment_;
  const std::string& old_text_;
  Commits& commits_;
  const Input& input_;
  const std::string* patch_;  ///< why the file is a patch, or nullptr
  Context context_;
  CheckedFile out_;
  bool is_over_ = false;  ///< unreadable, or no manifest: nothing more to find
  std::vector<LoadedDocument> documents_;
  std::vector<std::unique_ptr<CompiledSet>> sets_;
  std::vector<bool> read_with_errors_;  ///< by document
  std::vector<ir::Value> old_;
  bool old_is_unusable_ = false;  ///< for all sets: its text cannot be read, or holds none
};

using FileChecks = std::vector<std::unique_ptr<FileCheck>>;

}  // namespace grovec::driver

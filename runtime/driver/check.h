/// \file `check` as a library: many files in, verdicts and findings out, in the order of the input.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ir/base/diagnostics.h"
#include "ir/base/sources.h"
#include "runtime/driver/parallel.h"
#include "runtime/driver/suppress.h"
#include "runtime/input/load.h"

namespace grovec::driver {

/// Upstream's verdict on one document. Kinds that are not Grove's are not checked.
enum class Admission : std::uint8_t { kAccepted, kRejected, kNotChecked };

struct CheckedDocument {
  std::uint32_t index;  ///< position in the stream
  std::string kind, namespace_, name;
  Admission admission;
  std::string env = {};     ///< environment of the .grove file, with --env-all
  std::string reason = {};  ///< why it is not checked
  bool is_new = false;      ///< a set of an update run that replaces none
};

/// A span with the file it is in; file empty = nowhere.
struct Location {
  std::string file;
  Position begin, end;
};

/// A finding that outlives the context it was made in.
struct Finding {
  const DiagInfo* info;
  Severity severity;
  std::string message, path;
  Location place;
  struct Note {
    std::string message;
    Location place;
  };
  struct Fix {
    Location place;
    std::string replacement;
  };
  std::vector<Note> notes;
  std::vector<Fix> fixes;
  std::string text;  ///< rendered for a terminal, if that was asked for
};

struct CheckedFile {
  std::string name;
  std::vector<CheckedDocument> documents;
  std::vector<Finding> findings;
  std::optional<Error> unreadable;
  std::uint32_t suppressed = 0;
  std::vector<std::uint8_t> entries_seen;  ///< of its `.grovec.yaml`
  std::size_t scope = 0;                   ///< which `.grovec.yaml` that is
  bool is_grove = false;                   ///< read as the language
  bool is_template = false;                ///< a template of Helm that a walk met
  bool is_no_manifest = false;             ///< nothing of it is checked: such a template, a patch, no object
  std::uint32_t grove_documents = 0;       ///< documents of Grove's kinds
};

struct CheckRequest {
  std::vector<std::string> operands;
  InputOptions input;
  LanguageOptions language;
  std::vector<std::string> with;
  std::string operator_config, namespace_;
  ir::ApiMode api = ir::ApiMode::kUpstream;
  std::string old_file;          ///< --old
  std::string old_ref;           ///< --old-ref
  Levels levels;                 ///< -W and .grovec.yaml
  SuppressionFile suppressions;  ///< of --config; with a path it serves all files
  std::string config_ref;        ///< --config-ref: suppressions as they are in this commit
  bool env_all = false;          ///< .grove files in every environment they declare
  bool only_manifests = false;   ///< operands are treated as files that a walk met
  bool allow_none = false;       ///< a walk may find no document of Grove's
  bool render_text = false;
  bool color = false;
  const std::map<std::string, std::string>* texts = nullptr;  ///< by path: instead of what these files hold
  unsigned threads = 0;                                       ///< 0 = as many as there are processors
};

struct CheckReport {
  std::vector<CheckedFile> files;                    ///< surroundings first (no documents), then the input in its order
  std::vector<Error> errors;                         ///< operands that name nothing readable
  bool may_be_empty = false;                         ///< nothing to check is no mistake
  std::vector<std::string> added_suppressions = {};  ///< of `.grovec.yaml`, since the commit of --config-ref
  std::vector<std::string> removed =
      {};                       ///< `NAMESPACE/NAME (PLACE)` of old sets that the input does not have any more
  std::string none_below = {};  ///< the walk that met no document of Grove's, or empty
  std::uint64_t count(Severity severity) const;
  std::uint64_t count(Admission admission) const;
  std::uint64_t suppressed() const;
  /// Nothing was found to check, and nothing to say about it.
  bool is_empty() const;
  /// An operand or a file that is there, or may be, could not be read.
  bool is_incomplete() const;
  /// Errors found in what was read (or warnings, if they count), or nothing to read.
  bool has_findings(bool warnings_count) const;
};

/// Errors: of the command line and of the surroundings' files. Unreadable input files are in the report.
Result<CheckReport> check(const CheckRequest& request, const Progress& progress = {});

std::string_view admission_name(Admission admission);

}  // namespace grovec::driver

/// \file The sink that every stage reports to, and the catalogue's kinds.
///
///   diags.report(clique.at("replicas"), diag::ReplicasNotPositive, replicas)
///       .path("spec.template.cliques[0].spec.replicas")
///       .note(group.at, diag::GroupDeclaredHere, group.name)
///       .fix(clique.at("replicas"), "1");
///
/// Kinds are declared in diagnostics.def, one line each. Arguments are formatted at once, so views may be passed.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/base/origin.h"

namespace grovec {

enum class Severity : std::uint8_t { kError, kWarning, kNote };

/// Which verdict a finding belongs to. Errors of kDecode, kSchema and kWebhook make upstream's verdict.
enum class Stage : std::uint8_t {
  kDecode,   ///< the API server or the webhook cannot decode the text
  kSchema,   ///< CRD schema and CEL rules
  kWebhook,  ///< validating webhook
  kCompile,  ///< upstream admits it, but no correct output exists or the environment is incomplete
  kLint,     ///< ours
};

/// A row of the catalogue.
struct DiagInfo {
  const char* name;
  std::uint16_t code;
  Severity severity;
  Stage stage;
  const char* text;  ///< `{0}`, `{1}` … stand for the arguments
};

/// An argument, already reduced to text or a number.
struct DiagArg {
  DiagArg(std::string_view t) : text(t) {}                                             // NOLINT
  DiagArg(const std::string& t) : text(t) {}                                           // NOLINT
  DiagArg(const char* t) : text(t) {}                                                  // NOLINT
  DiagArg(std::int64_t n) : number(n), is_number(true) {}                              // NOLINT
  DiagArg(std::int32_t n) : number(n), is_number(true) {}                              // NOLINT
  DiagArg(std::uint32_t n) : number(n), is_number(true) {}                             // NOLINT
  DiagArg(std::uint64_t n) : number(static_cast<std::int64_t>(n)), is_number(true) {}  // NOLINT
  std::string_view text;
  std::int64_t number = 0;
  bool is_number = false;
};

namespace diag {

/// A kind with the number of its arguments checked at compile time.
template <int Arity>
struct Kind : DiagInfo {
  consteval Kind(const char* n, std::uint16_t c, Severity s, Stage st, const char* t) : DiagInfo{n, c, s, st, t} {
    int highest = -1;
    for (const char* p = t; *p; ++p)
      if (*p == '{' && p[1] >= '0' && p[1] <= '9' && p[2] == '}') highest = p[1] - '0' > highest ? p[1] - '0' : highest;
    if (highest + 1 != Arity) throw "placeholders and arity differ";
  }
};

#define GROVEC_DIAG(name, code, severity, stage, arity, text) \
  inline constexpr Kind<arity> name{#name, code, Severity::severity, Stage::stage, text};
#include "ir/base/diagnostics.def"
#undef GROVEC_DIAG

}  // namespace diag

/// Every kind of the catalogue, by code.
std::span<const DiagInfo* const> all_diagnostics();
/// The kind with this code, or nullptr.
const DiagInfo* find_diagnostic(std::uint16_t code);
/// `text` with its placeholders replaced.
std::string format_diagnostic(std::string_view text, std::span<const DiagArg> args);

struct Note {
  OriginId at;
  std::string message;
  std::uint16_t code;
};

/// Replace the text of `at` by `replacement`.
struct Fix {
  OriginId at;
  std::string replacement;
};

struct Diagnostic {
  const DiagInfo* info;
  Severity severity;  ///< may be lowered or raised by the user, `info->severity` may not
  OriginId at;
  std::string message;
  std::string path;        ///< upstream's field path, may be empty
  std::uint32_t document;  ///< index of the document in the run
  std::vector<Note> notes;
  std::vector<Fix> fixes;
};

class Diagnostics;

/// Adds to the diagnostic just reported. Valid until the next report.
class DiagnosticBuilder {
 public:
  DiagnosticBuilder(Diagnostics& sink, std::size_t index) : sink_(&sink), index_(index) {}
  template <int Arity, class... Args>
  DiagnosticBuilder& note(OriginId at, const diag::Kind<Arity>& kind, const Args&... args) {
    static_assert(sizeof...(Args) == Arity);
    const std::array<DiagArg, sizeof...(Args)> list{DiagArg(args)...};
    return note_formatted(at, kind, list);
  }
  DiagnosticBuilder& path(std::string path);
  DiagnosticBuilder& fix(OriginId at, std::string replacement);

 private:
  DiagnosticBuilder& note_formatted(OriginId at, const DiagInfo& kind, std::span<const DiagArg> args);
  Diagnostics* sink_;
  std::size_t index_;
};

/// Collects findings. Not thread-safe; one per run or per file.
class Diagnostics {
 public:
  template <int Arity, class... Args>
  DiagnosticBuilder report(OriginId at, const diag::Kind<Arity>& kind, const Args&... args) {
    static_assert(sizeof...(Args) == Arity);
    const std::array<DiagArg, sizeof...(Args)> list{DiagArg(args)...};
    return report_formatted(at, kind, list);
  }
  DiagnosticBuilder report_formatted(OriginId at, const DiagInfo& kind, std::span<const DiagArg> args);

  const std::vector<Diagnostic>& all() const { return all_; }
  std::vector<Diagnostic>& all() { return all_; }
  std::size_t errors() const;
  /// Whether an error of this stage was reported for the current document.
  bool has_error(Stage stage) const;
  /// Later reports belong to this document.
  void begin_document(std::uint32_t index) { document_ = index; }
  /// Sorts by source and position; equal positions keep the order of reporting. Drops exact repeats.
  void sort(const Origins& origins);
  void clear() { all_.clear(); }

 private:
  friend class DiagnosticBuilder;
  std::vector<Diagnostic> all_;
  std::uint32_t document_ = 0;
};

std::string_view severity_name(Severity severity);
std::string_view stage_name(Stage stage);

}  // namespace grovec

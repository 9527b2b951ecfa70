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
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
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

/// What may be done with a finding beyond what stage and severity say.
enum class Handling : std::uint8_t {
  kUsual,         ///< a lint, a warning, or what upstream admits may be lowered or suppressed
  kSurroundings,  ///< about the operator's configuration or an object of the cluster: no input to admit, never lowered
  kSuppression,   ///< about a suppression: suppressions do not suppress themselves
  kMadeObject,    ///< about an object made from the set: of several about one value, the first says enough
};

/// A row of the catalogue.
struct DiagInfo {
  const char* name;
  std::uint16_t code;
  Severity severity;
  Stage stage;
  const char* text;  ///< `{0}`, `{1}` … stand for the arguments
  Handling handling;
};

/// An argument, already reduced to text or a number.
struct DiagArg {
  enum class Form : std::uint8_t { kText, kSigned, kUnsigned };
  DiagArg(std::string_view t) : text(t) {}                                                 // NOLINT
  DiagArg(const std::string& t) : text(t) {}                                               // NOLINT
  DiagArg(const char* t) : text(t) {}                                                      // NOLINT
  DiagArg(std::int64_t n) : number(static_cast<std::uint64_t>(n)), form(Form::kSigned) {}  // NOLINT
  DiagArg(std::int32_t n) : DiagArg(std::int64_t{n}) {}                                    // NOLINT
  DiagArg(std::uint32_t n) : number(n), form(Form::kUnsigned) {}                           // NOLINT
  DiagArg(std::uint64_t n) : number(n), form(Form::kUnsigned) {}                           // NOLINT
  std::string_view text;
  std::uint64_t number = 0;
  Form form = Form::kText;
};

namespace diag {

/// A kind with the number of its arguments checked at compile time.
template <int Arity>
struct Kind : DiagInfo {
  consteval Kind(const char* n, std::uint16_t c, Severity s, Stage st, const char* t, Handling h = Handling::kUsual)
      : DiagInfo{n, c, s, st, t, h} {
    int highest = -1;
    for (const char* p = t; *p; ++p)
      if (*p == '{' && p[1] >= '0' && p[1] <= '9' && p[2] == '}') highest = p[1] - '0' > highest ? p[1] - '0' : highest;
    if (highest + 1 != Arity) throw "placeholders and arity differ";
  }
};

#define GROVEC_DIAG(name, code, severity, stage, arity, text, ...)                 \
  inline constexpr Kind<arity> name{#name, code, Severity::severity, Stage::stage, \
                                    text __VA_OPT__(, Handling::) __VA_ARGS__};
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
  /// For whoever changes them.
  std::vector<Diagnostic>& all() {
    places_.clear();
    indexed_ = 0;
    return all_;
  }
  /// Whether a finding points at this very place, whichever origin it has. Cost does not grow with the findings.
  bool is_reported(const Origins& origins, OriginId at) const;
  std::size_t errors() const;
  /// Later reports belong to this document.
  void begin_document(std::uint32_t index) { document_ = index; }
  /// Sorts by source and position; equal positions keep the order of reporting. Drops exact repeats.
  void sort(const Origins& origins);
  void clear() { all().clear(); }

 private:
  friend class DiagnosticBuilder;
  struct SpanKey {
    SourceId source;
    std::uint32_t begin, end;
    bool operator==(const SpanKey&) const = default;
  };
  struct SpanHash {
    std::size_t operator()(const SpanKey& p) const {
      return std::hash<std::uint64_t>()((std::uint64_t{p.begin} << 32 | p.end) ^ static_cast<std::uint64_t>(p.source)
                                                                                     << 20);
    }
  };
  std::vector<Diagnostic> all_;
  mutable std::unordered_set<SpanKey, SpanHash> places_;  ///< of the first `indexed_` findings
  mutable std::size_t indexed_ = 0;
  std::uint32_t document_ = 0;
};

std::string_view severity_name(Severity severity);
std::string_view stage_name(Stage stage);

}  // namespace grovec

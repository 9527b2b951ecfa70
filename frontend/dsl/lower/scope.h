/// \file Names and expressions: constants, parameters, arithmetic. Everything here ends, and knows no Kubernetes.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "frontend/dsl/syntax/ast.h"
#include "ir/base/context.h"

namespace grovec::frontend::dsl {

struct Scope;

/// What a name stands for: a value as written, and the scope its own names belong to.
struct Binding {
  const ValueSyntax* value = nullptr;
  const Scope* scope = nullptr;
  SourceId source{};
  OriginId given_at = kNowhere;  ///< where the value was given; end of the chain of what it causes
  std::uint32_t order = 0;       ///< constants see only what was declared before them
};

/// Names of one level; `outer` has the rest. Names of a mixin's parameters need no `$` inside the mixin.
struct Scope {
  const Scope* outer = nullptr;
  bool is_mixin = false;
  std::uint32_t visible = 0xFFFFFFFF;  ///< bindings of the file scope with an order from here on are hidden
  std::unordered_map<std::string_view, Binding> names;
};

/// A number in thousandths (0.5 and 500m are 500), text, or a truth value.
struct Constant {
  enum class Kind : std::uint8_t { kNumber, kText, kBool };
  Kind kind = Kind::kNumber;
  __int128 thousandths = 0;
  bool truth = false;
  std::string text;  ///< also the number as it was written, if it was written
  static Constant number(__int128 n) { return {Kind::kNumber, n, false, {}}; }
  static Constant boolean(bool b) { return {Kind::kBool, 0, b, {}}; }
};

/// What assertions may mention besides names.
class Facts {
 public:
  /// Value of a fact about the manifests (`gpus`, `router.replicas`), or nothing. Only for assertions.
  virtual std::optional<Constant> fact(std::string_view name) const = 0;
  /// Names for "did you mean".
  virtual std::vector<std::string_view> names() const { return {}; }
  /// The clique or group that `name` asks about, if it is not there.
  virtual std::string_view missing_owner(std::string_view) const { return {}; }

 protected:
  ~Facts() = default;
};

/// Names used while evaluating, with their values, so that a failure can show them.
using Seen = std::vector<std::pair<std::string, std::string>>;

class Evaluator {
 public:
  Evaluator(Context& context, std::size_t text_limit) : context_(context), text_limit_(text_limit) {}
  /// Nothing if something was reported.
  std::optional<Constant> evaluate(const Expression& e, const Scope& scope, SourceId source,
                                   const Facts* facts = nullptr, Seen* seen = nullptr);
  /// Value of a scalar as written: numbers, true and false, text.
  std::optional<Constant> constant(const ValueSyntax& value, const Scope& scope, SourceId source);

 private:
  std::optional<Constant> leaf(const Expression& e, const Scope& scope, SourceId source, const Facts* facts,
                               Seen* seen);
  std::optional<Constant> combine(const Expression& e, Operator op, const Constant& a, const Constant& b,
                                  SourceId source);
  std::optional<Constant> mismatch(const Expression& e, SourceId source, std::string_view wanted,
                                   const Constant& found);
  std::optional<Constant> bound(const Binding& b);
  std::optional<Constant> interpolate(const ValueSyntax& value, const Scope& scope, SourceId source);
  std::optional<Constant> over_budget(Span at, SourceId source, std::string_view what, std::uint64_t limit);

  Context& context_;
  std::size_t text_limit_;
  std::size_t text_made_ = 0;                               ///< bytes made by interpolation in the whole run
  std::uint32_t depth_ = 0;                                 ///< names within names
  std::unordered_map<const ValueSyntax*, Constant> known_;  ///< constants of files: each is evaluated once
};

/// The binding of a name, or nullptr.
const Binding* find_binding(const Scope& scope, std::string_view name);
/// Says of an unknown name that it is declared further down, or what may have been meant.
void explain_unknown(DiagnosticBuilder& report, OriginId at, std::string_view name, const Scope& scope);
/// Names that can be used here.
std::vector<std::string_view> visible_names(const Scope& scope);

/// A decimal number with an optional Kubernetes suffix (m, k, M, G, T, P, Ki … Pi), in thousandths.
std::optional<__int128> parse_number(std::string_view text);
/// Shortest text of thousandths: 8, 1.5.
std::string number_text(__int128 thousandths);
std::string constant_text(const Constant& c);

}  // namespace grovec::frontend::dsl

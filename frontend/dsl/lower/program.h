/// \file A file with everything it includes: declarations by name, values of parameters, sets and environments in
/// order.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "frontend/dsl/lower/lower.h"
#include "frontend/dsl/lower/scope.h"
#include "frontend/dsl/syntax/ast.h"

namespace grovec::frontend::dsl {

/// A statement and the file it stands in.
struct Placed {
  const Statement* statement = nullptr;
  SourceId source{};
  bool is_broken = false;  ///< a mistake in its head was reported
};

/// All files of one run, with names resolved. Owns the syntax trees.
class Program {
 public:
  Program(Context& context, const DslOptions& options, const DslLimits& limits)
      : context_(context), options_(options), limits_(limits), evaluator_(context, limits.text_bytes) {}

  /// False if something is missing without which the rest would only give cascades.
  bool load(SourceId main);

  /// Reads declarations only: no environment is chosen and no value given or checked.
  bool load_declarations(SourceId main);
  const std::vector<Placed>& parameters() const { return param_order_; }
  const std::vector<Placed>& environments() const { return environments_; }

  const Scope& globals() const { return globals_; }
  Evaluator& evaluator() { return evaluator_; }
  const std::vector<Placed>& sets() const { return sets_; }
  const std::vector<Placed>& assertions() const { return assertions_; }  ///< outside of sets
  /// Blocks of the chosen environment.
  const std::vector<Placed>& environment() const { return chosen_; }
  const Placed* find_mixin(std::string_view name) const;
  std::vector<std::string_view> mixin_names() const;
  /// Names and first words of statements outside of the sets: probably constants whose `let` is missing.
  const std::vector<std::string_view>& misplaced_names() const { return misplaced_names_; }
  /// Whether something stands outside of the sets that belongs into one.
  bool has_misplaced() const { return has_misplaced_; }
  OriginId origin(SourceId source, Span at) { return context_.origins.add(source, at.begin, at.end); }
  /// Binds and checks a parameter of a mixin or file.
  bool check_value(const Parameter& parameter, const Statement* constraints, const Binding& binding);

 private:
  struct Open {
    std::string path;
    OriginId included_at;
  };
  bool load_file(SourceId source, std::vector<Open>& stack);
  void declare(const Statement& s, SourceId source, std::vector<Open>& stack);
  void declare_name(const Statement& s, SourceId source);
  void include(const Statement& s, SourceId source, std::vector<Open>& stack);
  void choose_environment();
  void apply_environment(const Placed& env);
  void apply_given_values();
  std::string_view written_key(const ir::Member& m) const;
  void give(std::string_view name, std::unique_ptr<ValueSyntax> value, SourceId source, OriginId at);
  void check_parameters();
  /// Whether the parameters of a mixin or file have names of their own and types that exist.
  bool check_head(const Statement& head, SourceId source);
  bool check_type(const Parameter& parameter, const Binding& binding, const Constant& c);
  bool check_in(const Statement& s, const Binding& declared, const Binding& given, const Constant& c);

  Context& context_;
  const DslOptions& options_;
  const DslLimits& limits_;
  Evaluator evaluator_;
  std::deque<Tree> trees_;
  std::deque<Scope> scopes_;
  std::deque<std::string> texts_;
  std::vector<std::unique_ptr<ValueSyntax>> given_;
  Scope globals_;
  std::unordered_map<std::string_view, Placed> mixins_;
  std::unordered_map<std::string_view, Placed> params_;  ///< declarations
  std::unordered_map<std::string_view, Placed> lets_;
  std::vector<Placed> param_order_;
  std::vector<Placed> sets_, environments_, chosen_, assertions_;
  std::unordered_set<std::string> loaded_;
  std::string root_, main_name_;
  std::size_t included_bytes_ = 0;
  std::uint32_t order_ = 0;
  bool ok_ = true;
  bool has_misplaced_ = false;
  std::vector<std::string_view> misplaced_names_;
};

/// `path` relative to the folder of `from`, with `.` and `..` resolved as text; empty if it is absolute or leaves
/// `root`.
std::string resolve_include(std::string_view from, std::string_view path, std::string_view root);
/// The folder of a path, "" if it has none.
std::string_view folder_of(std::string_view path);

}  // namespace grovec::frontend::dsl

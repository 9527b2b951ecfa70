/// \file Parse tree into syntax tree, with comments at the statements they belong to. Internal to the reader.
#pragma once

#include "frontend/dsl_reading.h"

namespace grovec::frontend::dsl {

/// A child of a parse tree node: a token or a rule.
struct Child {
  const Token* token = nullptr;
  ParserRuleContext* rule = nullptr;
  std::size_t type() const { return token ? token->getType() : static_cast<std::size_t>(-2); }
  std::size_t rule_index() const { return rule ? rule->getRuleIndex() : static_cast<std::size_t>(-1); }
};

inline Child child_of(antlr4::tree::ParseTree* node) {
  if (auto* terminal = dynamic_cast<antlr4::tree::TerminalNode*>(node)) return {terminal->getSymbol(), nullptr};
  return {nullptr, dynamic_cast<ParserRuleContext*>(node)};
}

class TreeBuilder {
 public:
  TreeBuilder(Reading& reading, Tree& tree) : reading_(reading), tree_(tree) {}

  void file(ParserRuleContext* context);

 private:
  void version(ParserRuleContext* context);

  // Comments
  bool blank_line_before(std::uint32_t offset) const;
  std::vector<Comment> take_leading(std::uint32_t before);
  std::string_view take_trailing(std::uint32_t end);
  bool same_line(std::uint32_t a, std::uint32_t b) const;

  // dsl_tree_values.cpp: words, values, expressions, calls
  Span span(ParserRuleContext* context) const;
  Word word(ParserRuleContext* context) const;
  /// STRING or RAW as a name.
  Word quoted_word(const Token* token);
  Word any_word(const Child& c);
  void misplaced(std::string_view what, std::string_view where, Span at);
  void scalar_token(const Token* token, Value& out);
  void decode_string(std::string_view literal, Value& out);
  Value value(ParserRuleContext* context);
  Value scalar(ParserRuleContext* context);
  void list(ParserRuleContext* context, Value& out);
  std::unique_ptr<Block> block(ParserRuleContext* context);
  Expression expression(ParserRuleContext* context);
  Pair pair(ParserRuleContext* context);
  Call call(ParserRuleContext* context);
  void calls(ParserRuleContext* context, Statement& out);
  void type_and_default(const Child& c, Parameter& out);
  /// `name:type` without a blank is one word to the lexer.
  static void split_type(Parameter& out);
  void parameters(ParserRuleContext* context, Statement& out);

  // dsl_tree_builder.cpp: statements
  static StatementKind kind_of(std::size_t type);
  void clause(ParserRuleContext* context, Statement& out);
  Toleration toleration(ParserRuleContext* context);
  void attribute(ParserRuleContext* context, Statement& out);
  void statement(ParserRuleContext* context, Block& into);
  void add_pairs(Statement&& all, Block& into);
  bool ends_well(const Statement& s);
  /// False if the statement is none: it was reported.
  bool fill(ParserRuleContext* context, Statement& out);
  void part(const Child& c, Statement& out);
  void in_clause(ParserRuleContext* context, Statement& out);
  void other(ParserRuleContext* context);

  Reading& reading_;
  Tree& tree_;
  std::size_t next_ = 0;  ///< first comment that no statement has yet
};

}  // namespace grovec::frontend::dsl

/// \file Parse tree into syntax tree, with comments at the statements they belong to. Internal to the reader.
#pragma once

#include "frontend/dsl/syntax/parse_tape.h"

namespace grovec::frontend::dsl {

class TreeBuilder {
 public:
  TreeBuilder(Reading& reading, Tree& tree) : reading_(reading), tree_(tree) {}

  void file(const TapeNode* context);

 private:
  void version(const TapeNode* context);

  // Comments
  bool blank_line_before(std::uint32_t offset) const;
  std::vector<Comment> take_leading(std::uint32_t before);
  std::string_view take_trailing(std::uint32_t end);
  bool same_line(std::uint32_t a, std::uint32_t b) const;

  // tree_values.cpp: words, values, expressions, calls
  Span span(const TapeNode* context) const;
  Word word(const TapeNode* context) const;
  /// STRING or RAW as a name.
  Word quoted_word(const Token* token);
  Word any_word(const Child& c);
  void misplaced(std::string_view what, std::string_view where, Span at);
  void scalar_token(const Token* token, ValueSyntax& out);
  void decode_string(std::string_view literal, ValueSyntax& out);
  ValueSyntax value(const TapeNode* context);
  ValueSyntax scalar(const TapeNode* context);
  void list(const TapeNode* context, ValueSyntax& out);
  std::unique_ptr<Block> block(const TapeNode* context);
  Expression expression(const TapeNode* context);
  Pair pair(const TapeNode* context);
  Call call(const TapeNode* context);
  void calls(const TapeNode* context, Statement& out);
  void type_and_default(const Child& c, Parameter& out);
  /// `name:type` without a blank is one word to the lexer.
  static void split_type(Parameter& out);
  void parameters(const TapeNode* context, Statement& out);

  // tree_builder.cpp: statements
  static StatementKind kind_of(std::size_t type);
  void clause(const TapeNode* context, Statement& out);
  Toleration toleration(const TapeNode* context);
  void attribute(const TapeNode* context, Statement& out);
  void statement(const TapeNode* context, Block& into);
  void report_comma(const Statement& last, const Statement& next);
  void add_pairs(Statement&& all, Block& into);
  bool ends_well(const Statement& s);
  /// False if the statement is none: it was reported.
  bool fill(const TapeNode* context, Statement& out);
  void part(const Child& c, Statement& out);
  void in_clause(const TapeNode* context, Statement& out);
  void other(const TapeNode* context);

  Reading& reading_;
  Tree& tree_;
  std::size_t next_ = 0;  ///< first comment that no statement has yet
};

}  // namespace grovec::frontend::dsl

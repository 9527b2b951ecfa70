/// \file Syntax tree of a .grove file: what was written, with spans and comments, before any meaning.
///
/// The reader builds it, the printer turns it back into canonical text, the lowering turns it into manifests. Text of
/// nodes points into the source or into strings that `Tree::texts` owns.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ir/base/sources.h"

namespace grovec::frontend::dsl {

/// Bytes [begin, end) of the file.
struct Span {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

/// A name as written; quotes of a quoted one are taken off.
struct Word {
  std::string_view text;
  Span at;
  bool quoted = false;
  explicit operator bool() const { return at.end != 0 || !text.empty(); }
};

struct Block;
struct Expression;

/// Part of "…\(name)…": literal text, or a name if `is_name`.
struct TextPart {
  std::string_view text;
  bool is_name = false;
  Span at;
};

enum class ValueForm : std::uint8_t {
  kBare,    ///< unquoted: its type is decided by the place
  kString,  ///< "…": text; `parts` if it has interpolations
  kRaw,     ///< '…'
  kText,    ///< """…"""
  kRef,     ///< $name
  kList,
  kBlock,
  kExpression,  ///< (…)
};

struct Comment {
  std::string_view text;  ///< from `#`, without the line break
  bool blank_before = false;
};

struct ValueSyntax {
  ValueForm form = ValueForm::kBare;
  Span at;
  std::string_view text;  ///< scalar: decoded text; reference: name without `$`
  std::vector<TextPart> parts;
  std::vector<ValueSyntax> items;  ///< list
  std::unique_ptr<Block> block;
  std::unique_ptr<Expression> expression;
  bool inline_list = false;       ///< list: the first item stood on the line of `[`
  std::vector<Comment> leading;   ///< item of a list: comments on lines of their own before it
  std::string_view trailing;      ///< item of a list: comment behind it
  std::vector<Comment> dangling;  ///< list: comments before `]`
};

enum class Operator : std::uint8_t {
  kValue,  ///< leaf: `value`
  kNot,
  kNegate,
  kAnd,
  kOr,
  kEqual,
  kNotEqual,
  kAtMost,
  kAtLeast,
  kBelow,
  kAbove,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kRemainder,
};

/// `operators[i]` stands between operands i and i+1; prefix operators have one operand.
struct Expression {
  Operator prefix = Operator::kValue;  ///< kNot, kNegate, or kValue for a leaf or a chain
  std::vector<Operator> operators;
  std::vector<Expression> operands;
  ValueSyntax value;  ///< leaf: bare name or number, string, reference
  Span at;
  bool in_parentheses = false;
};

/// k=v
struct Pair {
  Word key;
  ValueSyntax value;
  Span at;
};

struct Argument {
  Word name;  ///< empty: by position
  ValueSyntax value;
};

/// Use of a mixin.
struct Call {
  Word name;
  std::vector<Argument> arguments;
  bool has_parentheses = false;
  Span at;
};

/// Parameter of a mixin, or what a `param` statement declares.
struct Parameter {
  Word name;
  Word type;
  bool has_default = false;
  ValueSyntax value;
};

struct Toleration {
  Word key;
  bool has_value = false;
  ValueSyntax value;  ///< value[:Effect] as written
  Span at;
};

enum class StatementKind : std::uint8_t {
  kInclude,
  kParam,
  kLet,
  kMixin,
  kEnv,
  kSet,
  kGroup,
  kClique,
  kContainer,
  kInit,
  kAfter,
  kScale,
  kPack,
  kTolerate,
  kStartup,
  kRatio,
  kAssert,
  kUse,
  kPair,
  kField,  ///< name: value, name { … }, name k=v …
  kCount,  ///< xN; only as an attribute
};

struct Statement {
  StatementKind kind = StatementKind::kField;
  Span at;
  Span keyword;             ///< first word, for messages
  Word name;                ///< of what is declared; key of a field; domain of pack; the range of scale
  std::vector<Word> words;  ///< after: names; pack: preferred, binding; ratio: a, b, n, m; startup: the order; count: N
  std::vector<Pair> pairs;  ///< kPair: one; field, scale: all
  std::vector<Toleration> tolerations;
  std::vector<Parameter> parameters;  ///< mixin: all; param: one
  std::vector<Call> calls;            ///< mixins behind `:`, or of use
  std::vector<Statement> attributes;  ///< of a header, in written order
  std::size_t left = 0;               ///< ratio: how many of `words` stand before `=`
  bool has_parameters = false;
  bool has_value = false;
  ValueSyntax value;                       ///< field: value, let, include; param: the `in` list or range
  std::unique_ptr<Expression> expression;  ///< assert, where
  std::unique_ptr<Block> block;
  bool block_as_value = false;       ///< field written `name: { … }`
  bool blank_before = false;         ///< an empty line stood before it
  bool blank_after_leading = false;  ///< an empty line stood between its comments and it
  bool joined = false;               ///< kPair: stood on the line of the pair before it
  bool beside = false;               ///< stood behind a `;` on the line of the statement before it
  std::vector<Comment> leading;
  std::string_view trailing;
};

/// Whether a statement may share a line with others: declarations and assertions have theirs to themselves.
inline bool may_stand_beside(StatementKind kind) {
  return kind == StatementKind::kField || kind == StatementKind::kPair || kind == StatementKind::kContainer ||
         kind == StatementKind::kInit || kind == StatementKind::kTolerate || kind == StatementKind::kPack ||
         kind == StatementKind::kStartup;
}

struct Block {
  std::vector<Statement> statements;
  Span at;                        ///< with its braces
  bool inline_block = false;      ///< the first statement stood on the line of `{`
  std::string_view open_comment;  ///< behind `{`
  std::vector<Comment> dangling;  ///< before `}`
};

/// A whole file.
struct Tree {
  SourceId source{};
  bool has_version = false;
  Word version;
  std::vector<Comment> header;  ///< before the version line
  std::string_view version_trailing;
  Block body;                     ///< statements at top level; `at` is the whole file
  bool broken = false;            ///< findings were reported; what could be read is there
  std::deque<std::string> texts;  ///< decoded strings
  std::string_view own(std::string text) { return texts.emplace_back(std::move(text)); }
};

bool is_condition(std::string_view word);  ///< `if` and its kin, which the language does not have
bool is_loop(std::string_view word);       ///< `for` and its kin
std::string_view no_conditions_text(std::string_view word);

}  // namespace grovec::frontend::dsl

#include "frontend/dsl_reader.h"

#include <antlr4-runtime.h>

#include <algorithm>
#include <array>

#include "GroveLexer.h"
#include "GroveParser.h"
#include "frontend/dsl_text.h"
#include "ir/base/edit_distance.h"

namespace grovec::frontend::dsl {

namespace {

using antlr4::CommonToken;
using antlr4::ParserRuleContext;
using antlr4::Token;
using P = GroveParser;

constexpr bool is_keyword(std::size_t type) { return type >= P::GROVEC && type <= P::NOT; }
constexpr bool is_word(std::size_t type) { return is_keyword(type) || type == P::BARE || type == P::COUNT; }

/// What the lexer found, in bytes.
struct CommentToken {
  Span at;
};

/// Everything that reading one file shares.
struct Reading {
  Context& context;
  SourceId source;
  std::string_view text;
  std::vector<std::uint32_t> byte_of;  ///< code point index -> byte; empty if the text is ASCII
  std::vector<CommentToken> comments;
  std::vector<std::unique_ptr<Token>> tokens;
  std::vector<std::size_t> reported_lines;  ///< at most one finding of syntax for each line
  bool broken = false;

  std::uint32_t byte(std::size_t index) const {
    return byte_of.empty() ? static_cast<std::uint32_t>(std::min(index, text.size()))
                           : byte_of[std::min(index, byte_of.size() - 1)];
  }
  Span span(const Token* token) const {
    if (token->getType() == Token::EOF || token->getStopIndex() + 1 < token->getStartIndex() + 1)
      return {byte(token->getStartIndex()), byte(token->getStartIndex())};
    return {byte(token->getStartIndex()), byte(token->getStopIndex() + 1)};
  }
  std::string_view slice(Span at) const { return text.substr(at.begin, at.end - at.begin); }
  std::string_view slice(const Token* token) const { return slice(span(token)); }
  OriginId origin(Span at) { return context.origins.add(source, at.begin, at.end); }
  /// False if something was already reported for the line, so that one slip gives one message.
  bool first_on_line(std::size_t line) {
    broken = true;
    if (std::find(reported_lines.rbegin(), reported_lines.rend(), line) != reported_lines.rend()) return false;
    if (reported_lines.size() >= 64) return false;
    reported_lines.push_back(line);
    return true;
  }
};

// ---------------------------------------------------------------------------------------------------------------------
// Tokens: limits, brackets, ends of statements
// ---------------------------------------------------------------------------------------------------------------------

bool can_end_statement(std::size_t type) {
  return is_word(type) || type == P::STRING || type == P::RAW || type == P::TEXT || type == P::REF ||
         type == P::RPAREN || type == P::RBRACK || type == P::RBRACE || type == P::SLASH || type == P::STAR ||
         type == P::PLUS || type == P::MINUS || type == P::PERCENT;
}

std::size_t closer_of(std::size_t open) {
  return open == P::LBRACE ? P::RBRACE : open == P::LBRACK ? P::RBRACK : P::RPAREN;
}
const char* bracket_text(std::size_t type) {
  switch (type) {
    case P::LBRACE:
      return "{";
    case P::RBRACE:
      return "}";
    case P::LBRACK:
      return "[";
    case P::RBRACK:
      return "]";
    case P::LPAREN:
      return "(";
    default:
      return ")";
  }
}

/// Turns the lexer's tokens into the parser's: reports what is no token, matches brackets, inserts NL. False if the
/// brackets do not match or are too deep: the parser would only repeat that.
class TokenPass {
 public:
  TokenPass(Reading& reading, std::uint32_t depth) : reading_(reading), depth_(depth) {}

  bool run(std::vector<std::unique_ptr<Token>> raw) {
    for (auto& owned : raw) {
      auto* token = static_cast<CommonToken*>(owned.get());
      if (token->getType() == P::COMMENT) {
        Span at = reading_.span(token);
        while (at.end > at.begin && (reading_.text[at.end - 1] == ' ' || reading_.text[at.end - 1] == '\t')) --at.end;
        reading_.comments.push_back({at});
        continue;
      }
      if (!usable(*token)) continue;
      insert_line_end(*token);
      bool dropped = false;
      if (!track(*token, dropped)) return false;
      if (dropped) continue;
      previous_ = token;
      reading_.tokens.push_back(std::move(owned));
    }
    if (!open_.empty() && !unclosed_text_) unclosed(open_.back());
    return ok_ && open_.empty();
  }

 private:
  bool usable(CommonToken& token) {
    const char* missing = nullptr;
    switch (token.getType()) {
      case P::OPEN_STRING:
        missing = "`\"` at the end of the line";
        token.setType(P::STRING);
        break;
      case P::OPEN_RAW:
        missing = "`'` at the end of the line";
        token.setType(P::RAW);
        break;
      case P::OPEN_TEXT:
        missing = "`\"\"\"`";
        token.setType(P::TEXT);
        unclosed_text_ = true;
        break;
      case P::UNKNOWN:
        if (reading_.first_on_line(token.getLine()))
          reading_.context.diags.report(reading_.origin(reading_.span(&token)), diag::DslUnknownCharacter,
                                        reading_.slice(&token));
        return false;
      default:
        return true;
    }
    Span at = reading_.span(&token);
    at.end = at.begin + (token.getType() == P::TEXT ? 3 : 1);
    if (reading_.first_on_line(token.getLine()))
      reading_.context.diags.report(reading_.origin(at), diag::DslUnclosedText, missing);
    return true;
  }

  void insert_line_end(const CommonToken& next) {
    if (previous_ == nullptr || !can_end_statement(previous_->getType())) return;
    if (!open_.empty() && open_.back()->getType() != P::LBRACE) return;
    if (next.getType() == P::LBRACE || next.getType() == P::COLON || next.getType() == Token::EOF) return;
    const Span a = reading_.span(previous_), b = reading_.span(&next);
    if (reading_.text.substr(a.end, b.begin - a.end).find('\n') == std::string_view::npos) return;
    auto line_end = std::make_unique<CommonToken>(P::NL);
    line_end->setStartIndex(next.getStartIndex());
    line_end->setStopIndex(next.getStartIndex() - 1);
    line_end->setLine(previous_->getLine());
    reading_.tokens.push_back(std::move(line_end));
  }

  bool track(const CommonToken& token, bool& dropped) {
    switch (token.getType()) {
      case P::NOT:
      case P::MINUS:
        // Prefix operators nest without brackets.
        if (++prefixes_ > depth_) return too_deep(token);
        return true;
      case P::LBRACE:
      case P::LBRACK:
      case P::LPAREN:
        prefixes_ = 0;
        open_.push_back(&token);
        return open_.size() <= depth_ || too_deep(token);
      case P::RBRACE:
      case P::RBRACK:
      case P::RPAREN:
        prefixes_ = 0;
        dropped = !close(token);
        return true;
      default:
        prefixes_ = 0;
        return true;
    }
  }

  bool too_deep(const CommonToken& token) {
    reading_.broken = true;
    reading_.context.diags.report(reading_.origin(reading_.span(&token)), diag::DslTooDeep, depth_);
    return false;
  }

  /// False if nothing was open: the token is reported and dropped.
  bool close(const CommonToken& token) {
    auto matches = [&](const CommonToken* open) { return closer_of(open->getType()) == token.getType(); };
    auto match = std::find_if(open_.rbegin(), open_.rend(), matches);
    if (match == open_.rend()) {
      if (reading_.first_on_line(token.getLine()))
        reading_.context.diags.report(reading_.origin(reading_.span(&token)), diag::DslUnopenedBracket,
                                      bracket_text(token.getType()));
      return false;
    }
    while (!matches(open_.back())) {
      unclosed(open_.back());
      open_.pop_back();
    }
    open_.pop_back();
    return true;
  }

  void unclosed(const CommonToken* open) {
    ok_ = false;
    if (reading_.first_on_line(open->getLine()))
      reading_.context.diags.report(reading_.origin(reading_.span(open)), diag::DslUnclosedBracket,
                                    bracket_text(open->getType()), bracket_text(closer_of(open->getType())));
  }

  Reading& reading_;
  std::uint32_t depth_;
  std::vector<const CommonToken*> open_;
  const CommonToken* previous_ = nullptr;
  std::uint32_t prefixes_ = 0;
  bool unclosed_text_ = false;
  bool ok_ = true;
};

// ---------------------------------------------------------------------------------------------------------------------
// Mistakes of syntax
// ---------------------------------------------------------------------------------------------------------------------

std::string describe_expected(const antlr4::misc::IntervalSet& expected) {
  auto has = [&](std::size_t type) { return expected.contains(type); };
  std::vector<std::string> words;
  if (has(P::REF) && has(P::STRING)) {
    words.push_back("a value");
  } else if (has(P::BARE)) {
    words.push_back(has(P::INCLUDE) && has(P::LBRACK) ? "a statement" : "a name");
  } else if (has(P::STRING)) {
    words.push_back("text in quotes");
  }
  if (has(P::LBRACE) && !has(P::REF)) words.push_back("`{`");
  for (auto [type, text] : {std::pair{P::COLON, "`:`"},
                            {P::EQ, "`=`"},
                            {P::RPAREN, "`)`"},
                            {P::RBRACK, "`]`"},
                            {P::LPAREN, "`(`"},
                            {P::RBRACE, "`}`"}})
    if (has(type) && !(type == P::LPAREN && has(P::REF))) words.push_back(text);
  if (has(P::NL) || has(Token::EOF)) words.push_back("the end of the line");
  if (words.size() > 4) words.resize(4);
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i)
    out += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
  return out.empty() ? "something else" : out;
}

class Strategy final : public antlr4::DefaultErrorStrategy {
 public:
  explicit Strategy(Reading& reading) : reading_(reading) {}

  void reportError(antlr4::Parser* parser, const antlr4::RecognitionException& e) override {
    if (inErrorRecoveryMode(parser)) return;
    beginErrorCondition(parser);
    report(parser, e);
  }

  /// Skips to the end of the statement, whole brackets at a time.
  void recover(antlr4::Parser* parser, std::exception_ptr) override {
    int depth = 0;
    for (;;) {
      const std::size_t type = parser->getInputStream()->LA(1);
      if (type == Token::EOF) return;
      if (depth == 0 && (type == P::NL || type == P::SEMI || type == P::RBRACE)) return;
      if (type == P::LBRACE || type == P::LBRACK || type == P::LPAREN) ++depth;
      if ((type == P::RBRACE || type == P::RBRACK || type == P::RPAREN) && depth > 0) --depth;
      parser->consume();
    }
  }

  Token* recoverInline(antlr4::Parser* parser) override { throw antlr4::InputMismatchException(parser); }

  /// Between statements: what can begin none is reported and skipped, so that one slip does not end the block.
  void sync(antlr4::Parser* parser) override {
    const std::size_t rule = parser->getRuleContext()->getRuleIndex();
    if (rule != P::RuleBlock && rule != P::RuleFile) return;
    for (;;) {
      const Token* token = dynamic_cast<antlr4::TokenStream*>(parser->getInputStream())->LT(1);
      const std::size_t type = token->getType();
      if (is_word(type) || type == P::STRING || type == P::RAW || type == P::NL || type == P::SEMI ||
          type == P::COMMA || type == P::RBRACE || type == Token::EOF)
        return;
      if (reading_.first_on_line(token->getLine()))
        reading_.context.diags.report(reading_.origin(reading_.span(token)), diag::DslUnexpected, "a statement",
                                      found(token));
      parser->consume();
      recover(parser, nullptr);
    }
  }

 private:
  std::string found(const Token* token) const {
    if (token->getType() == Token::EOF) return "the end of the file";
    if (token->getType() == P::NL) return "the end of the line";
    std::string_view text = reading_.slice(token);
    if (text.size() > 40) return std::string("`").append(text.substr(0, 37)).append("…`");
    return std::string("`").append(text).append("`");
  }

  void suggest(DiagnosticBuilder& out, const Token* token) const {
    const std::vector<std::string_view> words = keywords();
    std::string_view near = nearest_name(reading_.slice(token), words);
    if (near.empty() || token->getType() != P::BARE) return;
    OriginId at = reading_.origin(reading_.span(token));
    out.note(at, diag::DslDidYouMean, near).fix(at, std::string(near));
  }

  void report(antlr4::Parser* parser, const antlr4::RecognitionException& e) {
    const Token* offending = e.getOffendingToken();
    const Token* start = offending;
    if (const auto* no_alternative = dynamic_cast<const antlr4::NoViableAltException*>(&e))
      start = no_alternative->getStartToken();
    if (!reading_.first_on_line(start->getLine())) return;
    auto* rule = dynamic_cast<ParserRuleContext*>(e.getCtx());
    const bool at_statement = rule != nullptr && rule->getRuleIndex() == P::RuleStatement;
    if (at_statement && start != offending && is_word(start->getType())) return report_incomplete(start, offending);
    auto out = reading_.context.diags.report(reading_.origin(reading_.span(offending)), diag::DslUnexpected,
                                             describe_expected(expected(parser, e)), found(offending));
    suggest(out, offending);
  }

  antlr4::misc::IntervalSet expected(antlr4::Parser* parser, const antlr4::RecognitionException& e) const {
    try {
      return e.getExpectedTokens();
    } catch (const std::exception&) {
      return parser->getExpectedTokens();
    }
  }

  void report_incomplete(const Token* start, const Token* offending) {
    std::string_view word = reading_.slice(start);
    const OriginId at = reading_.origin(reading_.span(start));
    const std::size_t colon = word.find(':');
    if (colon != std::string_view::npos && colon > 0 && start->getType() == P::BARE) {
      std::string apart = std::string(word.substr(0, colon + 1)).append(" ").append(word.substr(colon + 1));
      reading_.context.diags.report(at, diag::DslColonNeedsBlank, word, apart).fix(at, apart);
      return;
    }
    const std::size_t next = offending->getType();
    if (next == P::NL || next == Token::EOF || next == P::RBRACE || next == P::SEMI || next == P::COMMA) {
      if (is_keyword(start->getType())) {
        reading_.context.diags.report(reading_.origin(reading_.span(offending)), diag::DslUnexpected,
                                      "something after `" + std::string(word) + "`", found(offending));
        return;
      }
      auto out = reading_.context.diags.report(at, diag::DslIncomplete, word);
      suggest(out, start);
      return;
    }
    auto out =
        reading_.context.diags.report(reading_.origin(reading_.span(offending)), diag::DslUnexpected,
                                      "`:`, `=`, `{` or a name after `" + std::string(word) + "`", found(offending));
    suggest(out, start);
  }

  Reading& reading_;
};

// ---------------------------------------------------------------------------------------------------------------------
// Parse tree -> syntax tree
// ---------------------------------------------------------------------------------------------------------------------

/// A child of a parse tree node: a token or a rule.
struct Child {
  const Token* token = nullptr;
  ParserRuleContext* rule = nullptr;
  std::size_t type() const { return token ? token->getType() : static_cast<std::size_t>(-2); }
  std::size_t rule_index() const { return rule ? rule->getRuleIndex() : static_cast<std::size_t>(-1); }
};

Child child_of(antlr4::tree::ParseTree* node) {
  if (auto* terminal = dynamic_cast<antlr4::tree::TerminalNode*>(node)) return {terminal->getSymbol(), nullptr};
  return {nullptr, dynamic_cast<ParserRuleContext*>(node)};
}

class Builder {
 public:
  Builder(Reading& reading, Tree& tree) : reading_(reading), tree_(tree) {}

  void file(ParserRuleContext* context) {
    tree_.body.at = {0, static_cast<std::uint32_t>(reading_.text.size())};
    for (auto* node : context->children) {
      Child c = child_of(node);
      if (c.rule_index() == P::RuleVersion) version(c.rule);
      if (c.rule_index() == P::RuleStatement) statement(c.rule, tree_.body);
    }
    tree_.body.dangling = take_leading(static_cast<std::uint32_t>(reading_.text.size()) + 1);
  }

 private:
  void version(ParserRuleContext* context) {
    const Span at = span(context);
    tree_.header = take_leading(at.begin);
    tree_.has_version = true;
    for (auto* node : context->children)
      if (Child c = child_of(node); c.rule_index() == P::RuleWord) tree_.version = word(c.rule);
    tree_.version_trailing = take_trailing(at.end);
  }

  // --- comments ------------------------------------------------------------------------------------------------------
  bool blank_line_before(std::uint32_t offset) const {
    int breaks = 0;
    while (offset > 0) {
      const char c = reading_.text[offset - 1];
      if (c == '\n')
        ++breaks;
      else if (c != ' ' && c != '\t' && c != '\r')
        break;
      if (breaks > 1) return true;
      --offset;
    }
    return false;
  }

  std::vector<Comment> take_leading(std::uint32_t before) {
    std::vector<Comment> out;
    for (; next_ < reading_.comments.size() && reading_.comments[next_].at.begin < before; ++next_) {
      Span at = reading_.comments[next_].at;
      out.push_back({reading_.slice(at), blank_line_before(at.begin)});
    }
    return out;
  }

  std::string_view take_trailing(std::uint32_t end) {
    if (next_ >= reading_.comments.size()) return {};
    Span at = reading_.comments[next_].at;
    if (at.begin < end) return {};
    if (reading_.text.substr(end, at.begin - end).find_first_not_of(" \t;,") != std::string_view::npos) return {};
    ++next_;
    return reading_.slice(at);
  }

  bool same_line(std::uint32_t a, std::uint32_t b) const {
    return a <= b && reading_.text.substr(a, b - a).find('\n') == std::string_view::npos;
  }

  // --- pieces --------------------------------------------------------------------------------------------------------
  Span span(ParserRuleContext* context) const {
    const Token* start = context->getStart();
    const Token* stop = context->getStop();
    if (start == nullptr) return {};
    Span at = reading_.span(start);
    if (stop != nullptr && stop->getType() != P::NL) at.end = std::max(at.end, reading_.span(stop).end);
    return at;
  }

  Word word(ParserRuleContext* context) const {
    Span at = span(context);
    return {reading_.slice(at), at, false};
  }

  /// STRING or RAW as a name.
  Word quoted_word(const Token* token) {
    Value v;
    scalar_token(token, v);
    if (!v.parts.empty()) misplaced("a name with `\\(…)`", "here", v.at);
    return {v.text, v.at, true};
  }

  Word any_word(const Child& c) {
    if (c.rule) {
      for (auto* node : c.rule->children) {
        Child inner = child_of(node);
        if (inner.rule) return word(inner.rule);
        if (inner.token) return any_word(inner);
      }
      return {};
    }
    if (c.token->getType() == P::STRING || c.token->getType() == P::RAW) return quoted_word(c.token);
    return {reading_.slice(c.token), reading_.span(c.token), false};
  }

  void misplaced(std::string_view what, std::string_view where, Span at) {
    reading_.broken = true;
    reading_.context.diags.report(reading_.origin(at), diag::DslMisplaced, what, where);
  }

  void scalar_token(const Token* token, Value& out) {
    out.at = reading_.span(token);
    std::string_view text = reading_.slice(out.at);
    switch (token->getType()) {
      case P::STRING:
        out.form = ValueForm::kString;
        decode_string(text, out);
        break;
      case P::RAW:
        out.form = ValueForm::kRaw;
        out.text = text.size() >= 2 && text.back() == '\'' ? text.substr(1, text.size() - 2) : text.substr(1);
        break;
      case P::TEXT:
        out.form = ValueForm::kText;
        out.text = tree_.own(decode_text_block(text));
        break;
      case P::REF:
        out.form = ValueForm::kRef;
        out.text = text.substr(1);
        break;
      default:
        out.form = ValueForm::kBare;
        out.text = text;
    }
  }

  void decode_string(std::string_view literal, Value& out) {
    StringParts parts = split_string(literal);
    for (const StringParts::Bad& bad : parts.bad) {
      Span at{out.at.begin + bad.offset, out.at.begin + bad.offset + 2};
      reading_.broken = true;
      reading_.context.diags.report(reading_.origin(at), diag::DslBadEscape, bad.text);
    }
    if (parts.pieces.size() == 1 && !parts.pieces[0].is_name) {
      std::string& only = parts.pieces[0].text;
      std::string_view inner = literal.substr(1, literal.size() >= 2 ? literal.size() - 2 : 0);
      out.text = only == inner ? inner : tree_.own(std::move(only));
      return;
    }
    for (auto& piece : parts.pieces) {
      Span at{out.at.begin + piece.begin, out.at.begin + piece.end};
      out.parts.push_back({tree_.own(std::move(piece.text)), piece.is_name, at});
    }
  }

  Value value(ParserRuleContext* context) {
    Value out;
    out.at = span(context);
    for (auto* node : context->children) {
      Child c = child_of(node);
      switch (c.rule_index()) {
        case P::RuleScalar:
          return scalar(c.rule);
        case P::RuleList:
          list(c.rule, out);
          return out;
        case P::RuleBlock:
          out.form = ValueForm::kBlock;
          out.block = block(c.rule);
          return out;
        case P::RuleExpression:
          out.form = ValueForm::kExpression;
          out.expression = std::make_unique<Expression>(expression(c.rule));
          break;
        default:
          break;
      }
    }
    return out;
  }

  Value scalar(ParserRuleContext* context) {
    Value out;
    out.at = span(context);
    for (auto* node : context->children) {
      Child c = child_of(node);
      if (c.rule) {
        out.text = reading_.slice(out.at);
      } else if (c.token) {
        scalar_token(c.token, out);
      }
    }
    return out;
  }

  void list(ParserRuleContext* context, Value& out) {
    out.form = ValueForm::kList;
    const std::uint32_t open = out.at.begin + 1;
    out.inline_list = true;
    for (auto* node : context->children) {
      Child c = child_of(node);
      if (c.rule_index() != P::RuleValue || c.rule->children.empty()) continue;
      const std::uint32_t begin = span(c.rule).begin;
      if (out.items.empty()) out.inline_list = same_line(open, begin);
      std::vector<Comment> leading = take_leading(begin);
      out.items.push_back(value(c.rule));
      out.items.back().leading = std::move(leading);
      out.items.back().trailing = take_trailing(out.items.back().at.end);
    }
    out.dangling = take_leading(out.at.end);
  }

  std::unique_ptr<Block> block(ParserRuleContext* context) {
    auto out = std::make_unique<Block>();
    out->at = span(context);
    out->open_comment = take_trailing(out->at.begin + 1);
    bool first = true;
    for (auto* node : context->children) {
      Child c = child_of(node);
      if (c.rule_index() != P::RuleStatement) continue;
      if (first) out->inline_block = same_line(out->at.begin, span(c.rule).begin);
      first = false;
      statement(c.rule, *out);
    }
    out->dangling = take_leading(out->at.end);
    return out;
  }

  Expression expression(ParserRuleContext* context) {
    Expression out;
    out.at = span(context);
    for (auto* node : context->children) {
      Child c = child_of(node);
      if (c.rule) {
        if (c.rule->getRuleIndex() == P::RuleWord) continue;
        out.operands.push_back(expression(c.rule));
        continue;
      }
      if (!c.token) continue;
      switch (c.token->getType()) {
        case P::NOT:
          out.prefix = Operator::kNot;
          break;
        case P::AND:
          out.operators.push_back(Operator::kAnd);
          break;
        case P::OR:
          out.operators.push_back(Operator::kOr);
          break;
        case P::EQEQ:
          out.operators.push_back(Operator::kEqual);
          break;
        case P::NOTEQ:
          out.operators.push_back(Operator::kNotEqual);
          break;
        case P::ATMOST:
          out.operators.push_back(Operator::kAtMost);
          break;
        case P::ATLEAST:
          out.operators.push_back(Operator::kAtLeast);
          break;
        case P::BELOW:
          out.operators.push_back(Operator::kBelow);
          break;
        case P::ABOVE:
          out.operators.push_back(Operator::kAbove);
          break;
        case P::STAR:
          out.operators.push_back(Operator::kMultiply);
          break;
        case P::SLASH:
          out.operators.push_back(Operator::kDivide);
          break;
        case P::PERCENT:
          out.operators.push_back(Operator::kRemainder);
          break;
        case P::PLUS:
          out.operators.push_back(Operator::kAdd);
          break;
        case P::MINUS:
          if (context->getRuleIndex() == P::RuleFactor)
            out.prefix = Operator::kNegate;
          else
            out.operators.push_back(Operator::kSubtract);
          break;
        case P::LPAREN:
          out.in_parentheses = true;
          break;
        case P::RPAREN:
          break;
        default:
          scalar_token(c.token, out.value);
      }
    }
    const bool wrapper = out.operands.size() == 1 && out.operators.empty() && out.prefix == Operator::kValue;
    if (!wrapper) return out;
    // A level of precedence that adds nothing.
    Expression inner = std::move(out.operands[0]);
    inner.in_parentheses |= out.in_parentheses;
    return inner;
  }

  Pair pair(ParserRuleContext* context) {
    Pair out;
    out.at = span(context);
    for (auto* node : context->children) {
      Child c = child_of(node);
      if (c.rule_index() == P::RuleKey) out.key = any_word(c);
      if (c.rule_index() == P::RuleScalar) out.value = scalar(c.rule);
      if (c.rule_index() == P::RuleExpression) {
        out.value.form = ValueForm::kExpression;
        out.value.at = span(c.rule);
        out.value.expression = std::make_unique<Expression>(expression(c.rule));
      }
    }
    return out;
  }

  Call call(ParserRuleContext* context) {
    Call out;
    out.at = span(context);
    for (auto* node : context->children) {
      Child c = child_of(node);
      if (c.rule_index() == P::RuleWord) out.name = word(c.rule);
      if (c.type() == P::LPAREN) out.has_parentheses = true;
      if (c.rule_index() != P::RuleArgument) continue;
      Argument argument;
      for (auto* part : c.rule->children) {
        Child a = child_of(part);
        if (a.rule_index() == P::RuleWord) argument.name = word(a.rule);
        if (a.rule_index() == P::RuleValue) argument.value = value(a.rule);
      }
      out.arguments.push_back(std::move(argument));
    }
    return out;
  }

  void calls(ParserRuleContext* context, Statement& out) {
    for (auto* node : context->children)
      if (Child c = child_of(node); c.rule_index() == P::RuleCall) out.calls.push_back(call(c.rule));
  }

  void type_and_default(const Child& c, Parameter& out) {
    if (c.rule_index() != P::RuleTypeClause && c.rule_index() != P::RuleDefaultClause) return;
    for (auto* node : c.rule->children) {
      Child part = child_of(node);
      if (part.rule_index() == P::RuleWord) out.type = word(part.rule);
      if (part.rule_index() == P::RuleValue) {
        out.has_default = true;
        out.value = value(part.rule);
      }
    }
  }

  /// `name:type` without a blank is one word to the lexer.
  static void split_type(Parameter& out) {
    const std::size_t colon = out.name.text.find(':');
    if (colon == std::string_view::npos || out.type) return;
    const auto at = static_cast<std::uint32_t>(out.name.at.begin + colon);
    out.type = {out.name.text.substr(colon + 1), {at + 1, out.name.at.end}, false};
    out.name = {out.name.text.substr(0, colon), {out.name.at.begin, at}, false};
  }

  void parameters(ParserRuleContext* context, Statement& out) {
    out.has_parameters = true;
    for (auto* node : context->children) {
      Child c = child_of(node);
      if (c.rule_index() != P::RuleParameter) continue;
      Parameter parameter;
      for (auto* part : c.rule->children) {
        Child p = child_of(part);
        if (p.rule_index() == P::RuleWord) parameter.name = word(p.rule);
        type_and_default(p, parameter);
      }
      split_type(parameter);
      out.parameters.push_back(std::move(parameter));
    }
  }

  // --- statements ----------------------------------------------------------------------------------------------------
  static StatementKind kind_of(std::size_t type) {
    switch (type) {
      case P::INCLUDE:
        return StatementKind::kInclude;
      case P::PARAM:
        return StatementKind::kParam;
      case P::LET:
        return StatementKind::kLet;
      case P::MIXIN:
        return StatementKind::kMixin;
      case P::ENV:
        return StatementKind::kEnv;
      case P::SET:
        return StatementKind::kSet;
      case P::GROUP:
        return StatementKind::kGroup;
      case P::CLIQUE:
        return StatementKind::kClique;
      case P::CONTAINER:
        return StatementKind::kContainer;
      case P::INIT:
        return StatementKind::kInit;
      case P::STARTUP:
        return StatementKind::kStartup;
      case P::RATIO:
        return StatementKind::kRatio;
      case P::ASSERT:
        return StatementKind::kAssert;
      case P::USE:
        return StatementKind::kUse;
      default:
        return StatementKind::kField;
    }
  }

  void clause(ParserRuleContext* context, Statement& out) {
    out.at = span(context);
    switch (context->getRuleIndex()) {
      case P::RuleAfterClause:
        out.kind = StatementKind::kAfter;
        break;
      case P::RuleScaleClause:
        out.kind = StatementKind::kScale;
        break;
      case P::RulePackClause:
        out.kind = StatementKind::kPack;
        break;
      default:
        out.kind = StatementKind::kTolerate;
        break;
    }
    if (out.kind == StatementKind::kPack) out.words.resize(2);
    bool preferred = false;
    for (auto* node : context->children) {
      Child c = child_of(node);
      if (c.token && out.keyword.end == 0) {
        out.keyword = reading_.span(c.token);
        continue;
      }
      if (c.type() == P::PREFER) preferred = true;
      if (c.type() == P::BARE || c.type() == P::STRING) {
        if (preferred)
          out.words[0] = any_word(c);
        else
          out.name = any_word(c);
      }
      if (c.rule_index() == P::RuleWord) {
        if (out.kind == StatementKind::kPack)
          out.words[1] = word(c.rule);
        else
          out.words.push_back(word(c.rule));
      }
      if (c.rule_index() == P::RulePair) out.pairs.push_back(pair(c.rule));
      if (c.rule_index() == P::RuleToleration) out.tolerations.push_back(toleration(c.rule));
    }
  }

  Toleration toleration(ParserRuleContext* context) {
    Toleration out;
    out.at = span(context);
    for (auto* node : context->children) {
      Child c = child_of(node);
      if (c.rule_index() == P::RuleWord) out.key = word(c.rule);
      if (c.rule_index() == P::RuleScalar) {
        out.has_value = true;
        out.value = scalar(c.rule);
      }
    }
    return out;
  }

  void attribute(ParserRuleContext* context, Statement& out) {
    Statement a;
    a.at = span(context);
    for (auto* node : context->children) {
      Child c = child_of(node);
      if (c.type() == P::COUNT) {
        a.kind = StatementKind::kCount;
        Span digits{a.at.begin + 1, a.at.end};
        a.words.push_back({reading_.slice(digits), digits, false});
      } else if (c.rule_index() == P::RulePair) {
        a.kind = StatementKind::kPair;
        a.pairs.push_back(pair(c.rule));
      } else if (c.rule) {
        clause(c.rule, a);
      }
    }
    if (a.keyword.end == 0) a.keyword = a.at;
    out.attributes.push_back(std::move(a));
  }

  void statement(ParserRuleContext* context, Block& into) {
    if (context->children.empty()) return;
    Statement out;
    out.at = span(context);
    out.blank_before = blank_line_before(out.at.begin);
    out.leading = take_leading(out.at.begin);
    if (!out.leading.empty()) {
      out.blank_after_leading = out.blank_before;
      out.blank_before = out.leading[0].blank_before;
      out.leading[0].blank_before = false;
    }
    const bool usable = fill(context, out);
    // What stands within the statement but belongs to no part of it moves to the front.
    for (Comment& stray : take_leading(out.at.end)) out.leading.push_back(std::move(stray));
    out.trailing = take_trailing(out.at.end);
    if (!usable) return;
    if (out.kind == StatementKind::kPair && !into.statements.empty()) {
      const Statement& last = into.statements.back();
      out.joined = last.kind == StatementKind::kPair && last.trailing.empty() && out.leading.empty() &&
                   same_line(last.at.end, out.at.begin);
    }
    into.statements.push_back(std::move(out));
  }

  /// False if the statement is none: it was reported.
  bool fill(ParserRuleContext* context, Statement& out) {
    if (dynamic_cast<P::OtherStatementContext*>(context)) {
      other(context, out);
      return false;
    }
    bool first = true;
    for (auto* node : context->children) {
      Child c = child_of(node);
      if (!c.token && !c.rule) continue;
      if (first && c.token) {
        out.kind = kind_of(c.token->getType());
        out.keyword = reading_.span(c.token);
        first = false;
        if (out.kind == StatementKind::kParam) out.parameters.emplace_back();
        continue;
      }
      first = false;
      part(c, out);
    }
    if (out.kind == StatementKind::kParam) {
      split_type(out.parameters[0]);
      out.name = out.parameters[0].name;
    }
    if (out.kind == StatementKind::kField && !out.pairs.empty() && !out.name) out.kind = StatementKind::kPair;
    if (out.keyword.end == 0) out.keyword = out.name ? out.name.at : out.at;
    return context->exception == nullptr;
  }

  void part(const Child& c, Statement& out) {
    switch (c.rule_index()) {
      case P::RuleWord:
        if (out.kind == StatementKind::kRatio || out.kind == StatementKind::kStartup)
          out.words.push_back(word(c.rule));
        else if (out.kind == StatementKind::kParam)
          out.parameters[0].name = out.name = word(c.rule);
        else
          out.name = word(c.rule);
        break;
      case P::RuleKey:
        out.name = any_word(c);
        break;
      case P::RuleValue:
        out.has_value = true;
        out.value = value(c.rule);
        if (out.kind == StatementKind::kField && out.value.form == ValueForm::kBlock) {
          out.block = std::move(out.value.block);
          out.block_as_value = true;
          out.has_value = false;
        }
        break;
      case P::RuleBlock:
        out.block = block(c.rule);
        break;
      case P::RulePair:
        out.pairs.push_back(pair(c.rule));
        break;
      case P::RuleAttribute:
        attribute(c.rule, out);
        break;
      case P::RuleMixins:
        calls(c.rule, out);
        break;
      case P::RuleCall:
        out.calls.push_back(call(c.rule));
        break;
      case P::RuleParameters:
        parameters(c.rule, out);
        break;
      case P::RuleExpression:
        out.expression = std::make_unique<Expression>(expression(c.rule));
        break;
      case P::RuleTypeClause:
      case P::RuleDefaultClause:
        type_and_default(c, out.parameters[0]);
        break;
      case P::RuleInClause:
        in_clause(c.rule, out);
        break;
      case P::RuleWhereClause:
        for (auto* node : c.rule->children)
          if (Child e = child_of(node); e.rule_index() == P::RuleExpression)
            out.expression = std::make_unique<Expression>(expression(e.rule));
        break;
      case P::RuleAfterClause:
      case P::RuleScaleClause:
      case P::RulePackClause:
      case P::RuleTolerateClause: {
        const Span at = out.at;
        clause(c.rule, out);
        out.at = at;
        break;
      }
      default:
        if (c.type() == P::EQ && out.kind == StatementKind::kRatio) out.left = out.words.size();
        if (c.type() == P::STRING) {  // message of an assert
          out.has_value = true;
          scalar_token(c.token, out.value);
        }
    }
  }

  void in_clause(ParserRuleContext* context, Statement& out) {
    out.has_value = true;
    for (auto* node : context->children) {
      Child c = child_of(node);
      if (c.rule_index() == P::RuleList) {
        out.value.at = span(c.rule);
        list(c.rule, out.value);
      } else if (c.rule_index() == P::RuleWord) {
        Word w = word(c.rule);
        out.value.at = w.at;
        out.value.text = w.text;
      }
    }
  }

  void other(ParserRuleContext* context, const Statement& out) {
    const Token* token = context->getStart();
    std::string_view text = reading_.slice(token);
    if (reading_.first_on_line(token->getLine())) {
      const OriginId at = reading_.origin(reading_.span(token));
      auto report = reading_.context.diags.report(at, diag::DslUnknownStatement, text);
      const std::vector<std::string_view> words = keywords();
      if (std::string_view near = nearest_name(text, words); !near.empty())
        report.note(at, diag::DslDidYouMean, near).fix(at, std::string(near));
    }
    // Mistakes inside its block are worth reporting too.
    for (auto* node : context->children)
      if (Child c = child_of(node); c.rule_index() == P::RuleBlock) (void)block(c.rule);
    (void)out;
  }

  Reading& reading_;
  Tree& tree_;
  std::size_t next_ = 0;
};

// ---------------------------------------------------------------------------------------------------------------------
// Before the parser
// ---------------------------------------------------------------------------------------------------------------------

/// UTF-8 and control characters; fills the byte table if the text is not ASCII.
bool check_text(Reading& reading) {
  std::size_t code_points = 0;
  const TextCheck check = check_utf8(reading.text, code_points);
  if (check.ok) {
    if (code_points == reading.text.size()) return true;
    reading.byte_of.reserve(code_points + 1);
    // The input stream of the runtime drops a byte order mark.
    for (std::size_t i = reading.text.starts_with("\xEF\xBB\xBF") ? 3 : 0; i < reading.text.size(); ++i)
      if ((static_cast<unsigned char>(reading.text[i]) & 0xC0) != 0x80)
        reading.byte_of.push_back(static_cast<std::uint32_t>(i));
    reading.byte_of.push_back(static_cast<std::uint32_t>(reading.text.size()));
    return true;
  }
  const auto at = static_cast<std::uint32_t>(check.offset);
  const OriginId origin = reading.origin({at, at + 1});
  if (check.control) {
    constexpr char kHex[] = "0123456789ABCDEF";
    const std::string name = {'U', '+', '0', '0', kHex[(check.code >> 4) & 15], kHex[check.code & 15]};
    reading.context.diags.report(origin, diag::DslControlCharacter, name);
  } else {
    reading.context.diags.report(origin, diag::DslNotUtf8);
  }
  return false;
}

void check_version(Reading& reading, Tree& tree) {
  if (!tree.has_version) {
    if (reading.broken) return;
    reading.broken = true;
    reading.context.diags.report(reading.origin({0, 0}), diag::DslNoVersion);
  } else if (tree.version.text != "1" && !tree.version.text.empty()) {
    reading.broken = true;
    reading.context.diags.report(reading.origin(tree.version.at), diag::DslUnknownVersion, tree.version.text);
  }
}

void run_parser(Reading& reading, Tree& tree) {
  if (reading.tokens.empty()) return;
  antlr4::ListTokenSource source(std::move(reading.tokens));
  antlr4::CommonTokenStream stream(&source);
  P parser(&stream);
  parser.removeErrorListeners();
  parser.getInterpreter<antlr4::atn::ParserATNSimulator>()->setPredictionMode(antlr4::atn::PredictionMode::SLL);
  parser.setErrorHandler(std::make_shared<antlr4::BailErrorStrategy>());
  ParserRuleContext* root = nullptr;
  try {
    root = parser.file();
  } catch (const antlr4::ParseCancellationException&) {
    // The quick mode gave up: either the text is wrong or it needs full look-ahead.
    stream.seek(0);
    parser.reset();
    parser.getInterpreter<antlr4::atn::ParserATNSimulator>()->setPredictionMode(antlr4::atn::PredictionMode::LL);
    parser.setErrorHandler(std::make_shared<Strategy>(reading));
    root = parser.file();
  }
  Builder(reading, tree).file(root);
}

}  // namespace

Tree parse(Context& context, SourceId source, const SyntaxLimits& limits) {
  Tree tree;
  tree.source = source;
  Reading reading{context, source, context.sources.text(source), {}, {}, {}, {}, false};
  tree.broken = true;
  if (reading.text.size() > limits.bytes) {
    context.diags.report(context.origins.add(source, 0, 0), diag::DslTooLarge,
                         static_cast<std::uint64_t>(reading.text.size()), static_cast<std::uint64_t>(limits.bytes));
    return tree;
  }
  if (!check_text(reading)) return tree;
  GroveLexer::load();
  P::load();
  antlr4::ANTLRInputStream input(reading.text.data(), reading.text.size());
  GroveLexer lexer(&input);
  lexer.removeErrorListeners();
  if (!TokenPass(reading, limits.depth).run(lexer.getAllTokens())) return tree;
  run_parser(reading, tree);
  check_version(reading, tree);
  tree.broken = reading.broken;
  return tree;
}

std::vector<std::string_view> keywords() {
  return {"grovec",  "include",   "param",  "let",   "mixin", "use",  "env",    "set", "group",
          "clique",  "container", "init",   "after", "scale", "pack", "prefer", "on",  "tolerate",
          "startup", "ratio",     "assert", "in",    "where", "and",  "or",     "not"};
}

}  // namespace grovec::frontend::dsl

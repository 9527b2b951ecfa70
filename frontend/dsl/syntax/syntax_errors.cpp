#include "frontend/dsl/syntax/syntax_errors.h"

#include "frontend/dsl/syntax/text.h"
#include "ir/base/edit_distance.h"

namespace grovec::frontend::dsl {

namespace {

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
      if (reading_.is_full()) {  // nothing more will be reported
        parser->consume();
        continue;
      }
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
      if (!report_intent(reading_, token) && reading_.first_on_line(token->getLine(), reading_.span(token)))
        reading_.context.diags.report(reading_.origin(reading_.span(token)), diag::DslUnexpected, "a statement",
                                      found_text(reading_, token));
      parser->consume();
      recover(parser, nullptr);
    }
  }

 private:
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
    if (report_intent(reading_, offending)) return;
    if (!reading_.first_on_line(start->getLine(), reading_.span(start))) return;
    auto* rule = dynamic_cast<ParserRuleContext*>(e.getCtx());
    const bool at_statement = rule != nullptr && rule->getRuleIndex() == P::RuleStatement;
    if (at_statement && start != offending && is_word(start->getType())) return report_incomplete(start, offending);
    auto out = reading_.context.diags.report(reading_.origin(reading_.span(offending)), diag::DslUnexpected,
                                             describe_expected(expected(parser, e)), found_text(reading_, offending));
    suggest(out, offending);
  }

  antlr4::misc::IntervalSet expected(antlr4::Parser* parser, const antlr4::RecognitionException& e) const {
    try {
      return e.getExpectedTokens();
    } catch (const std::exception&) {
      return parser->getExpectedTokens();
    }
  }

  static bool declares(std::size_t type) {
    return type == P::SET || type == P::GROUP || type == P::CLIQUE || type == P::CONTAINER || type == P::INIT ||
           type == P::MIXIN || type == P::LET || type == P::PARAM;
  }

  /// What a statement goes on with behind its first word.
  static std::string wanted_after(const Token& start) {
    switch (start.getType()) {
      case P::INCLUDE:
        return "a path in quotes";
      case P::AFTER:
        return "the name of a clique";
      case P::TOLERATE:
        return "the key of a taint";
      case P::STARTUP:
        return "`any`, `in-order` or `explicit`";
      case P::RATIO:
        return "`a : b = 1 : 4`";
      case P::ASSERT:
        return "a condition";
      case P::USE:
        return "the name of a mixin";
      default:
        return declares(start.getType()) ? "a name" : "`:`, `=`, `{` or a name";
    }
  }

  void report_incomplete(const Token* start, const Token* offending) {
    std::string_view word = reading_.slice(start);
    const OriginId at = reading_.origin(reading_.span(start));
    if (start->getType() == P::BARE && report_colon(reading_, start)) return;
    const std::size_t next = offending->getType();
    if (next == P::NL || next == Token::EOF || next == P::RBRACE || next == P::SEMI || next == P::COMMA) {
      if (is_keyword(start->getType())) {
        reading_.context.diags.report(reading_.origin(reading_.span(offending)), diag::DslUnexpected,
                                      wanted_after(*start) + " after `" + std::string(word) + "`",
                                      found_text(reading_, offending));
        return;
      }
      auto out = reading_.context.diags.report(at, diag::DslIncomplete, word);
      suggest(out, start);
      return;
    }
    auto out = reading_.context.diags.report(reading_.origin(reading_.span(offending)), diag::DslUnexpected,
                                             wanted_after(*start) + " after `" + std::string(word) + "`",
                                             found_text(reading_, offending));
    suggest(out, start);
  }

  Reading& reading_;
};

}  // namespace

namespace {

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '.' || c == '/';
}

/// Reads a line from its end.
struct Backwards {
  std::string_view line;
  std::size_t at;  ///< behind what is left
  void blanks() {
    while (at > 0 && (line[at - 1] == ' ' || line[at - 1] == '\t')) --at;
  }
  std::string_view word() {
    const std::size_t end = at;
    while (at > 0 && is_word_character(line[at - 1])) --at;
    return line.substr(at, end - at);
  }
  bool take(char c) {
    if (at == 0 || line[at - 1] != c) return false;
    --at;
    return true;
  }
};

/// `env: A=1` or `env: [A=1]`, seen at the `=`.
bool report_pairs_behind_colon(Reading& reading, std::size_t line, std::uint32_t line_begin, std::string_view text,
                               std::uint32_t offset) {
  Backwards b{text, offset};
  b.blanks();
  const std::string_view name = b.word();
  b.blanks();
  const bool listed = b.take('[');
  b.blanks();
  if (name.empty() || !b.take(':')) return false;
  const std::size_t colon = b.at;
  b.blanks();
  const std::string_view key = b.word();
  if (key.empty()) return false;
  const auto begin = line_begin + static_cast<std::uint32_t>(b.at);
  std::string_view pairs = text.substr(static_cast<std::size_t>(name.data() - text.data()));
  pairs = pairs.substr(0, pairs.find_first_of(listed ? "];{}#\r" : ";{}#\r"));
  pairs = pairs.substr(0, pairs.find_last_not_of(" \t") + 1);
  std::string right = std::string(key) + " ";
  for (const char c : pairs)
    if (c != ',') right += c;
  const std::uint32_t end = line_begin + static_cast<std::uint32_t>(pairs.data() + pairs.size() - text.data());
  if (!reading.first_on_line(line, {begin, end})) return true;
  const auto colon_at = line_begin + static_cast<std::uint32_t>(colon);
  auto report = reading.context.diags.report(reading.origin({begin, end}), diag::DslPairsBehindColon,
                                             std::string(key) + ": " + std::string(pairs), right);
  if (!listed && pairs.find(',') == pairs.npos) report.fix(reading.origin({colon_at, colon_at + 1}), "");
  return true;
}

/// `env A: 1`, seen at the colon.
bool report_colon_in_pairs(Reading& reading, std::size_t line, std::uint32_t line_begin, std::string_view text,
                           std::uint32_t offset) {
  Backwards b{text, offset};
  const std::string_view name = b.word();
  const std::size_t before = b.at;
  b.blanks();
  const std::string_view key = b.at == before ? std::string_view() : b.word();
  if (name.empty() || (key != "env" && key != "limits" && key != "requests" && key != "labels" && key != "annotations"))
    return false;
  const auto begin = line_begin + static_cast<std::uint32_t>(b.at);
  std::string_view value = text.substr(offset + 1);
  value = value.substr(0, value.find_first_of(",;{}#\r"));
  while (value.starts_with(' ')) value.remove_prefix(1);
  while (value.ends_with(' ')) value.remove_suffix(1);
  const std::string right = std::string(key) + " " + std::string(name) + "=" + std::string(value);
  const Span at{begin, line_begin + offset + 1};
  if (reading.first_on_line(line, at))
    reading.context.diags.report(reading.origin(at), diag::DslPairsBehindColon,
                                 std::string(key) + " " + std::string(name) + ": " + std::string(value), right);
  return true;
}

}  // namespace

bool is_condition(std::string_view word) {
  constexpr std::string_view kWords[] = {"if", "else", "elif", "elseif", "unless", "when", "switch", "case"};
  return std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords);
}

bool is_loop(std::string_view word) {
  constexpr std::string_view kWords[] = {"for", "foreach", "while", "loop", "repeat", "range"};
  return std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords);
}

bool report_intent(Reading& reading, const Token* offending) {
  if (offending->getType() == Token::EOF) return false;
  const std::uint32_t at = reading.span(offending).begin;
  const std::size_t before = at == 0 ? std::string_view::npos : reading.text.rfind('\n', at - 1);
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  std::string_view text = reading.text.substr(begin, reading.text.find('\n', begin) - begin);
  const auto line_begin = static_cast<std::uint32_t>(begin);
  std::size_t first = text.find_first_not_of(" \t}");
  if (first == std::string_view::npos) return false;
  std::size_t end = first;
  while (end < text.size() && is_word_character(text[end])) ++end;
  const std::string_view word = text.substr(first, end - first);
  if ((is_condition(word) || is_loop(word)) && line_begin + first <= at) {
    const Span span{line_begin + static_cast<std::uint32_t>(first), line_begin + static_cast<std::uint32_t>(end)};
    if (reading.first_on_line(offending->getLine(), span))
      reading.context.diags.report(reading.origin(span), diag::DslNoConditions, no_conditions_text(word));
    return true;
  }
  if (offending->getType() == P::EQ)
    return report_pairs_behind_colon(reading, offending->getLine(), line_begin, text, at - line_begin);
  if (offending->getType() == P::COLON)
    return report_colon_in_pairs(reading, offending->getLine(), line_begin, text, at - line_begin);
  return false;
}

std::string_view no_conditions_text(std::string_view word) {
  return is_loop(word) ? "there are no loops; write `xN` for replicas, and a mixin for what cliques share"
                       : "there are no conditions; use `env` blocks";
}

bool report_colon(Reading& reading, const Token* token) {
  const std::string_view word = reading.slice(token);
  const std::size_t colon = word.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string apart = std::string(word.substr(0, colon + 1)).append(" ").append(word.substr(colon + 1));
  const OriginId at = reading.origin(reading.span(token));
  reading.context.diags.report(at, diag::DslColonNeedsBlank, word, apart).fix(at, apart);
  return true;
}

std::string found_text(const Reading& reading, const Token* token) {
  if (token->getType() == Token::EOF) return "the end of the file";
  if (token->getType() == P::NL) return "the end of the line";
  std::string_view text = reading.slice(token);
  if (text.size() > 40) return std::string("`").append(text.substr(0, 37)).append("…`");
  return std::string("`").append(text).append("`");
}

std::shared_ptr<antlr4::ANTLRErrorStrategy> reporting_strategy(Reading& reading) {
  return std::make_shared<Strategy>(reading);
}

}  // namespace grovec::frontend::dsl

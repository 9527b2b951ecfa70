#include "frontend/dsl/syntax/tokens.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "frontend/dsl/syntax/syntax_errors.h"

namespace grovec::frontend::dsl {

namespace {

bool is_text(std::size_t type) { return type == P::STRING || type == P::RAW || type == P::TEXT; }

bool can_end_statement(std::size_t type) {
  return is_word(type) || is_text(type) || type == P::REF || type == P::RPAREN || type == P::RBRACK ||
         type == P::RBRACE || type == P::SLASH || type == P::STAR || type == P::PLUS || type == P::MINUS ||
         type == P::PERCENT;
}

bool starts_header(std::size_t type) {
  return type == P::SET || type == P::GROUP || type == P::CLIQUE || type == P::CONTAINER || type == P::INIT;
}

bool is_clause(std::size_t type) {
  return type == P::AFTER || type == P::SCALE || type == P::PACK || type == P::TOLERATE;
}

std::size_t closer_of(std::size_t open) {
  return open == P::LBRACE ? P::RBRACE : open == P::LBRACK ? P::RBRACK : P::RPAREN;
}

class TokenPass {
 public:
  TokenPass(Reading& reading, std::uint32_t depth) : reading_(reading), depth_(depth) {}

  bool run(std::vector<std::unique_ptr<Token>> raw) {
    std::vector<std::unique_ptr<Token>> tokens;
    tokens.reserve(raw.size());
    for (auto& token : raw)
      if (keep(static_cast<CommonToken&>(*token))) tokens.push_back(std::move(token));
    reading_.tokens.reserve(tokens.size() + tokens.size() / 4);
    tokens_ = &tokens;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      auto& token = static_cast<CommonToken&>(*tokens[i]);
      if (!add(i, token)) return false;
    }
    if (!open_.empty()) unclosed(suspect_ != nullptr ? suspect_ : open_.back());
    if (unclosed_text_) reading_.brackets.clear();
    return ok_ && open_.empty();
  }

 private:
  // --- what is no token ----------------------------------------------------------------------------------------------

  bool keep(CommonToken& token) {
    const char* missing = nullptr;
    switch (token.getType()) {
      case P::COMMENT: {
        Span at = reading_.span(&token);
        while (at.end > at.begin && (reading_.text[at.end - 1] == ' ' || reading_.text[at.end - 1] == '\t')) --at.end;
        reading_.comments.push_back(at);
        return false;
      }
      case P::UNKNOWN: {
        const Span at = reading_.span(&token);
        if (reading_.first_on_line(token.getLine(), at))
          reading_.context.diags.report(reading_.origin(at), diag::DslUnknownCharacter, reading_.slice(at));
        return false;
      }
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
        break;
      default:
        return true;
    }
    unclosed_text_ = true;
    Span at = reading_.span(&token);
    at.end = at.begin + (token.getType() == P::TEXT ? 3 : 1);
    if (reading_.first_on_line(token.getLine(), at))
      reading_.context.diags.report(reading_.origin(at), diag::DslUnclosedText, missing);
    return true;
  }

  // --- one token -----------------------------------------------------------------------------------------------------

  bool add(std::size_t i, CommonToken& token) {
    if (ends_line_before(token)) {
      push_line_end(token);
      end_clause();
    }
    bool attribute = false;
    if (in_block()) attribute = look_at(i, token);
    // `x3` counts in headers only; anywhere else it is a word like others.
    if (token.getType() == P::COUNT && !attribute) token.setType(P::BARE);
    bool dropped = false;
    if (!track(token, dropped)) return false;
    if (dropped) {
      if (in_block() && previous_ != nullptr) push_line_end(token);
      end_clause();
      return true;
    }
    if (&token == value_) (token.getType() == P::LPAREN ? value_open_ : pair_end_) = &token;
    before_ = previous_;
    previous_ = &token;
    line_ended_ = false;
    reading_.tokens.push_back(std::move((*tokens_)[i]));
    return true;
  }

  bool in_block() const { return open_.empty() || open_.back()->getType() == P::LBRACE; }
  std::size_t type_at(std::size_t i) const { return i < tokens_->size() ? (*tokens_)[i]->getType() : Token::EOF; }
  std::size_t type_of(const CommonToken* token) const { return token ? token->getType() : Token::EOF; }
  /// Type of the token before, NL if a line ended in between.
  std::size_t previous_type() const { return line_ended_ ? static_cast<std::size_t>(P::NL) : type_of(previous_); }

  bool ends_line_before(const CommonToken& next) const {
    if (previous_ == nullptr || line_ended_ || !in_block()) return false;
    if (!refused_ && !can_end_statement(previous_->getType())) return false;
    if (next.getType() == P::LBRACE || next.getType() == P::COLON || next.getType() == Token::EOF) return false;
    if (next.getLine() == previous_->getLine()) return false;
    const Span a = reading_.span(previous_), b = reading_.span(&next);
    return reading_.text.substr(a.end, b.begin - a.end).find('\n') != std::string_view::npos;
  }

  void push_line_end(const CommonToken& next) {
    auto token = std::make_unique<CommonToken>(P::NL);
    const std::size_t at = previous_ != nullptr ? previous_->getStopIndex() + 1 : next.getStartIndex();
    token->setStartIndex(at);
    token->setStopIndex(at - 1);
    token->setLine(previous_ != nullptr ? previous_->getLine() : next.getLine());
    reading_.tokens.push_back(std::move(token));
    line_ended_ = true;
    refused_ = false;
  }

  void push_mark(std::size_t type, const CommonToken& next) {
    auto token = std::make_unique<CommonToken>(type);
    token->setStartIndex(next.getStartIndex());
    token->setStopIndex(next.getStopIndex());
    token->setLine(next.getLine());
    reading_.tokens.push_back(std::move(token));
  }

  // --- headers and pairs ---------------------------------------------------------------------------------------------

  void end_clause() {
    place_ = TokenPlace::kBody;
    clause_ = 0;
  }

  bool is_key(std::size_t i) const {
    return (is_word(type_at(i)) || type_at(i) == P::STRING || type_at(i) == P::RAW) && type_at(i + 1) == P::EQ;
  }

  /// Whether the token is a part of what the one before began: a name, a value, a sign between such.
  bool is_operand(std::size_t i, std::size_t type) {
    const bool wanted = is_wanted(i, type);
    operand_ = wanted;
    if (wanted || type == P::EQ || type == P::LPAREN) return true;
    if (type == P::COMMA) return clause_ == P::AFTER || clause_ == P::TOLERATE;
    return (type == P::PREFER || type == P::ON) && clause_ == P::PACK;
  }

  /// Whether the token before asks for one: a name, a value.
  bool is_wanted(std::size_t i, std::size_t type) const {
    const std::size_t previous = previous_type();
    if (previous == P::EQ) return true;
    if (previous == P::COMMA) return clause_ == P::AFTER || clause_ == P::TOLERATE;
    if (operand_) return false;  // a keyword as a name
    if (previous == P::AFTER || previous == P::TOLERATE) return clause_ == previous;
    if (previous == P::PREFER || previous == P::ON) return clause_ == P::PACK;
    if (previous == P::PACK) return (type == P::BARE || type == P::STRING) && clause_ == P::PACK && !is_key(i);
    return previous == P::SCALE && type == P::BARE && clause_ == P::SCALE && !is_key(i);
  }

  /// Whether a pair here belongs to the `scale` before it.
  bool follows_scale() const {
    if (clause_ != P::SCALE) return false;
    return previous_type() == P::SCALE || (previous_type() == P::BARE && type_of(before_) == P::SCALE) ||
           previous_ == pair_end_;
  }

  /// A token of a block. True if it is an `x3` that counts.
  bool look_at(std::size_t i, const CommonToken& token) {
    const std::size_t type = token.getType();
    if (type == P::LBRACE || type == P::RBRACE || type == P::SEMI) return end_clause(), false;
    switch (place_) {
      case TokenPlace::kBody:
        return look_at_statement(i, token), false;
      case TokenPlace::kName:
        operand_ = true;
        place_ = TokenPlace::kHeader;
        return false;
      case TokenPlace::kQuotedName:
        refuse(token, "a name without quotes");
        return false;
      case TokenPlace::kHeader:
        return look_at_header(i, token);
      case TokenPlace::kMixins:
        if (starts_header(type) && token.getLine() != previous_->getLine() && is_word(type_at(i + 1))) {
          end_clause();
          return look_at_statement(i, token), false;
        }
        if (type != P::COMMA && type != P::LPAREN && previous_type() != P::COLON && previous_type() != P::COMMA)
          refuse(token, "`,`, `{` or the end of the line");
        return false;
    }
    return false;
  }

  void look_at_statement(std::size_t i, const CommonToken& token) {
    const std::size_t type = token.getType();
    const bool operand = is_operand(i, type);
    if (is_key(i) && !operand && previous_type() != P::COLON && previous_type() != P::PARAM &&
        previous_type() != P::LET && previous_type() != P::RATIO) {
      const bool joins =
          follows_scale() || (clause_ == 0 && !line_ended_ && previous_ != nullptr && previous_ == pair_end_);
      if (joins)
        push_mark(P::JOIN, token);
      else
        clause_ = 0;
      value_ = value_at(i);
      return;
    }
    if (operand || previous_type() == P::COLON) return;
    if (is_clause(type) && type_at(i + 1) != P::COLON && type_at(i + 1) != P::LBRACE) clause_ = type;
    if (!starts_header(type) || type_at(i + 2) == P::EQ) return;
    clause_ = 0;
    if (is_word(type_at(i + 1))) place_ = TokenPlace::kName;
    if (type_at(i + 1) == P::STRING || type_at(i + 1) == P::RAW) place_ = TokenPlace::kQuotedName;
  }

  bool look_at_header(std::size_t i, const CommonToken& token) {
    const std::size_t type = token.getType();
    if (type == P::COLON) {
      place_ = TokenPlace::kMixins;
      return false;
    }
    const bool stray = type == P::EQ && clause_ != P::TOLERATE && (value_ == nullptr || value_ != value_at(i - 1));
    if (is_operand(i, type) && !stray) return false;
    if (type == P::COMMA) return end_clause(), false;
    if (is_key(i)) {
      const bool joins = follows_scale();
      push_mark(joins ? P::JOIN : P::ATTR, token);
      if (!joins) clause_ = 0;
      value_ = value_at(i);
      return false;
    }
    if (type == P::COUNT || is_clause(type)) {
      push_mark(P::ATTR, token);
      clause_ = type == P::COUNT ? 0 : type;
      return type == P::COUNT;
    }
    refuse(token, "`x3`, `name=value`, `:`, `{` or the end of the line");
    return false;
  }

  const Token* value_at(std::size_t key) const {
    return key + 2 < tokens_->size() ? (*tokens_)[key + 2].get() : nullptr;
  }

  /// A header ends with its line or begins a block, so whatever else follows is a mistake in it.
  void refuse(const CommonToken& token, const char* expected) {
    const Span at = reading_.span(&token);
    // On another line, something is wrong that others report.
    if (token.getLine() != previous_->getLine()) return end_clause();
    if (reading_.first_on_line(token.getLine(), at))
      reading_.context.diags.report(reading_.origin(at), diag::DslUnexpected, expected, found_text(reading_, &token));
    refused_ = true;
    end_clause();
  }

  // --- brackets ------------------------------------------------------------------------------------------------------

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
        // A block may be the argument of a mixin: the header around it goes on afterwards.
        around_.push_back({place_, clause_});
        if (token.getType() == P::LBRACE) end_clause();
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
    reading_.brackets.clear();
    reading_.context.diags.report(reading_.origin(reading_.span(&token)), diag::DslTooDeep, depth_);
    return false;
  }

  /// False if nothing was open: the token is dropped.
  bool close(const CommonToken& token) {
    auto matches = [&](const CommonToken* open) { return closer_of(open->getType()) == token.getType(); };
    auto match = std::find_if(open_.rbegin(), open_.rend(), matches);
    if (match == open_.rend()) {
      reading_.broken = true;
      if (!open_.empty() && open_.back()->getType() != P::LBRACE && open_.back()->getLine() == token.getLine()) {
        unclosed(open_.back());  // `(a]`: the bracket that was opened is the one to look at
        return false;
      }
      const bool earlier = extra_.end != 0 && token.getType() == P::RBRACE;
      reading_.brackets.push_back(
          {earlier ? extra_ : reading_.span(&token), earlier ? extra_line_ : token.getLine(), token.getType(), false});
      return false;
    }
    while (!matches(open_.back())) {
      unclosed(open_.back());
      pop();
    }
    if (token.getType() == P::RBRACE) compare_lines(*open_.back(), token);
    if (open_.back() == value_open_) pair_end_ = &token;
    pop();
    return true;
  }

  void pop() {
    std::tie(place_, clause_) = around_.back();
    around_.pop_back();
    open_.pop_back();
  }

  void unclosed(const CommonToken* open) {
    ok_ = false;
    reading_.broken = true;
    reading_.brackets.push_back({reading_.span(open), open->getLine(), open->getType(), true});
  }

  /// Blanks before the text of the line that `offset` is on; `first` tells whether nothing else stands before it.
  std::uint32_t indentation(std::uint32_t offset, bool& first) const {
    const std::size_t line = offset == 0 ? 0 : reading_.text.rfind('\n', offset - 1) + 1;
    const std::size_t text = std::min(reading_.text.find_first_not_of(" \t", line), reading_.text.size());
    first = text == offset;
    return static_cast<std::uint32_t>(text - line);
  }

  /// People indent: a closing brace on a line of its own that stands further left than the line of its partner was
  /// meant for another one, and one that does not stand where that line begins may be one too many.
  void compare_lines(const CommonToken& open, const CommonToken& close) {
    if (close.getLine() == open.getLine()) return;
    bool first = false, ignored = false;
    const Span at = reading_.span(&close);
    const std::uint32_t column = indentation(at.begin, first);
    const std::uint32_t wanted = indentation(reading_.span(&open).begin, ignored);
    if (first && column < wanted && suspect_ == nullptr) suspect_ = &open;
    if ((!first || column > wanted) && extra_.end == 0) {
      extra_ = at;
      extra_line_ = close.getLine();
    }
  }

  /// Where in a statement the next token stands.
  enum class TokenPlace : std::uint8_t {
    kBody,
    kName,  ///< behind `clique`
    kQuotedName,
    kHeader,  ///< behind its name
    kMixins,  ///< behind the colon of a header
  };

  Reading& reading_;
  std::uint32_t depth_;
  std::vector<std::unique_ptr<Token>>* tokens_ = nullptr;
  std::vector<const CommonToken*> open_;
  std::vector<std::pair<TokenPlace, std::size_t>> around_;  ///< `place_` and `clause_` outside of each of them
  const CommonToken* suspect_ = nullptr;                    ///< the first brace whose partner stands too far left
  Span extra_;  ///< the first brace that closes what began on a line further left
  std::size_t extra_line_ = 0;
  const CommonToken* previous_ = nullptr;  ///< no mark, no NL
  const CommonToken* before_ = nullptr;    ///< the one before it
  bool line_ended_ = false;                ///< an NL stands behind `previous_`
  bool operand_ = false;                   ///< `previous_` is a name or value, whatever keyword it looks like
  bool refused_ = false;                   ///< the statement went wrong; it ends with its line whatever stands there
  TokenPlace place_ = TokenPlace::kBody;
  std::size_t clause_ = 0;             ///< keyword of the clause that may go on, or 0
  const Token* value_ = nullptr;       ///< first token of the value of the latest pair
  const Token* value_open_ = nullptr;  ///< it, if it is a parenthesis
  const Token* pair_end_ = nullptr;    ///< last token of the latest pair
  std::uint32_t prefixes_ = 0;
  bool unclosed_text_ = false;
  bool ok_ = true;
};

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

bool is_extra_brace(const BracketProblem& problem) { return !problem.unclosed && problem.type == P::RBRACE; }

}  // namespace

bool prepare_tokens(Reading& reading, std::vector<std::unique_ptr<Token>> raw, std::uint32_t depth) {
  const bool ok = TokenPass(reading, depth).run(std::move(raw));
  // A brace too many often comes from a mistake that the parser finds.
  if (!reading.brackets.empty() && !is_extra_brace(reading.brackets.front())) report_brackets(reading);
  return ok;
}

void report_brackets(Reading& reading) {
  if (reading.brackets.empty()) return;
  // One bracket too many or too few puts all later ones at odds.
  const BracketProblem& first = reading.brackets.front();
  if (is_extra_brace(first) && reading.first_report <= first.at.begin) return;
  if (!reading.first_on_line(first.line, first.at)) return;
  const OriginId at = reading.origin(first.at);
  if (first.unclosed)
    reading.context.diags.report(at, diag::DslUnclosedBracket, bracket_text(first.type),
                                 bracket_text(closer_of(first.type)));
  else
    reading.context.diags.report(at, diag::DslUnopenedBracket, bracket_text(first.type));
}

}  // namespace grovec::frontend::dsl

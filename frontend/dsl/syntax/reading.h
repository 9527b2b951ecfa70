/// \file What reading one .grove file shares: its text, its tokens, what was reported. Internal to the reader; the only
/// file that includes ANTLR and what ANTLR generates.
#pragma once

#include <antlr4-runtime.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <vector>

#include "GroveLexer.h"
#include "GroveParser.h"
#include "frontend/dsl/syntax/ast.h"
#include "ir/base/context.h"

namespace grovec::frontend::dsl {

using antlr4::CommonToken;
using antlr4::ParserRuleContext;
using antlr4::Token;
using P = GroveParser;

constexpr bool is_keyword(std::size_t type) { return type >= P::GROVEC && type <= P::NOT; }
constexpr bool is_word(std::size_t type) { return is_keyword(type) || type == P::BARE || type == P::COUNT; }

/// A bracket without its partner.
struct BracketProblem {
  Span at;
  std::size_t line = 0;
  std::size_t type = 0;  ///< of the bracket that is there
  bool unclosed = false;
};

/// Everything that reading one file shares.
struct Reading {
  Context& context;
  SourceId source;
  std::string_view text;
  std::vector<std::uint32_t> byte_of = {};  ///< code point index -> byte; empty if the text is ASCII
  std::vector<Span> comments = {};
  std::vector<std::unique_ptr<Token>> tokens = {};
  std::vector<std::size_t> reported_lines = {};  ///< at most one finding of syntax for each line
  std::uint32_t first_report = 0xFFFFFFFF;       ///< byte of the earliest of them
  std::vector<BracketProblem> brackets = {};
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
  bool is_full() const { return reported_lines.size() >= 64; }
  /// False if something was already reported for the line, so that one slip gives one message. `at`: where it is.
  bool first_on_line(std::size_t line, Span at) {
    broken = true;
    first_report = std::min(first_report, at.begin);
    if (std::find(reported_lines.rbegin(), reported_lines.rend(), line) != reported_lines.rend()) return false;
    if (is_full()) return false;
    reported_lines.push_back(line);
    return true;
  }
};

}  // namespace grovec::frontend::dsl

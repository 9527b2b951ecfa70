/// \file The lexer's tokens into the parser's. Internal to the reader.
///
/// Words mean what their surroundings make of them, which a context-free grammar can only find out by looking far
/// ahead. Two tokens of no width keep the parser to the next few: ATTR before each part of a header (`x3`, `min=2`,
/// `after a`), JOIN before a `k=v` that goes on with the pairs before it. NL ends a statement at a line break.
#pragma once

#include "frontend/dsl/syntax/reading.h"

namespace grovec::frontend::dsl {

/// Fills `reading.tokens` and `reading.comments`; reports what is no token, a header that goes wrong, and brackets
/// without a partner but for a brace too many, which `report_brackets` is for. False if brackets stay open or are
/// deeper than `depth`: the parser would only repeat that.
bool prepare_tokens(Reading& reading, std::vector<std::unique_ptr<Token>> raw, std::uint32_t depth);

/// Reports the first bracket without a partner, unless an earlier mistake explains it.
void report_brackets(Reading& reading);

}  // namespace grovec::frontend::dsl

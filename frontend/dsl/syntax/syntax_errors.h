/// \file Mistakes of syntax: said in words for people, at most one for a line, and got over. Internal to the reader.
#pragma once

#include "frontend/dsl/syntax/reading.h"

namespace grovec::frontend::dsl {

/// For the parser; `reading` outlives it.
std::shared_ptr<antlr4::ANTLRErrorStrategy> reporting_strategy(Reading& reading);

/// Reports `name:value` where a statement should begin; false if the word has no colon.
bool report_colon(Reading& reading, const Token* token);

/// Says what was meant where the line of the token shows it: pairs behind a colon, conditions, loops. False if it does
/// not.
bool report_intent(Reading& reading, const Token* offending);

/// `in backticks`, or in words; long texts are cut.
std::string found_text(const Reading& reading, const Token* token);

}  // namespace grovec::frontend::dsl

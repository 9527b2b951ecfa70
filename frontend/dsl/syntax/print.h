/// \file Syntax trees as canonical text: what `fmt` writes, and `convert`.
///
/// Two blanks for each level. A block or list stays on one line if its first part stood on the line of its bracket (or
/// a program made it) and it fits; else every part has its own line. At most one empty line in a row. Comments stay
/// where they are. Printing what was printed gives the same text.
#pragma once

#include <string>

#include "frontend/dsl/syntax/ast.h"

namespace grovec::frontend::dsl {

struct PrintOptions {
  std::size_t width = 110;  ///< columns that a line should not exceed
};

std::string print(const Tree& tree, const PrintOptions& options = {});
/// One statement without indentation, as it would stand at `depth`; used to compare and to measure.
std::string print(const Statement& statement, int depth = 0, const PrintOptions& options = {});

}  // namespace grovec::frontend::dsl

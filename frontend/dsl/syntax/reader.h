/// \file Text of a .grove file into its syntax tree. The only door to the generated parser.
///
/// Refused before the parser sees the text, each with its own code: more than 1 MiB, invalid UTF-8, control characters,
/// brackets nested deeper than 256. Mistakes of syntax are reported in human words, several in one run; what could be
/// read is in the tree. Memory is bounded by the limits (a few hundred bytes for each byte of text while parsing).
#pragma once

#include "frontend/dsl/syntax/ast.h"
#include "ir/base/context.h"

namespace grovec::frontend::dsl {

struct SyntaxLimits {
  std::size_t bytes = 1u << 20;
  std::uint32_t depth = 256;
};

Tree parse(Context& context, SourceId source, const SyntaxLimits& limits = {});

}  // namespace grovec::frontend::dsl

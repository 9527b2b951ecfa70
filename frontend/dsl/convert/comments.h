/// \file Comments of a YAML text on statements. Internal to convert.
#pragma once

#include <string_view>
#include <vector>

#include "frontend/dsl/syntax/ast.h"
#include "ir/base/context.h"
#include "ir/value/value.h"

namespace grovec::frontend::dsl {

/// Position of a comment or statement in the source that is converted.
struct SourceComment {
  std::uint32_t begin = 0;
  std::string_view text;
  bool own_line = false;
};
/// Comments of a YAML text whose scalars (in which `#` means nothing) are those of the trees.
std::vector<SourceComment> yaml_comments(const Context& context, SourceId source, const std::vector<ir::Value>& roots);
/// Hangs comments on the statements of `tree`, whose spans are positions in the same source.
void attach_comments(Tree& tree, const std::vector<SourceComment>& comments, std::string_view source_text,
                     std::uint32_t first_key);

}  // namespace grovec::frontend::dsl

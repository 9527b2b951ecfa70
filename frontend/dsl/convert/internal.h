/// \file Shared by the parts of convert. Internal to the frontend.
#pragma once

#include <string>
#include <vector>

#include "frontend/dsl/node.h"
#include "frontend/dsl/syntax/ast.h"

namespace grovec::frontend::dsl {

/// A clique on its way into a statement: what its pods and its only container say, still apart.
struct CliqueDraft {
  Statement head;                        ///< keyword, name, attributes
  std::vector<Statement> pod;            ///< fields of the clique and its pods, and containers if they are several
  std::vector<Statement> container;      ///< fields of the only container
  std::string_view container_name;       ///< empty: as the clique
  bool has_single = false;               ///< `container` and `container_name` count
  bool flat = false;                     ///< fields of the container may stand directly in the clique
  bool shares_container_fields = false;  ///< a mixin took some of `container`
};

/// Takes out of the drafts what several have in common; returns the mixins, most used first.
std::vector<Statement> factor(std::vector<CliqueDraft*>& cliques, Tree& tree);

/// The statement of a draft.
Statement assemble(CliqueDraft&& draft);

Value clone(const Value& value);
Statement clone(const Statement& statement);

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

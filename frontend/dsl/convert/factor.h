/// \file Drafts of cliques, and what several have in common as mixins. Internal to convert.
#pragma once

#include <string>
#include <vector>

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

ValueSyntax clone(const ValueSyntax& value);
Statement clone(const Statement& statement);

}  // namespace grovec::frontend::dsl

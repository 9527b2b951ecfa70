#include "ir/desired/nodes.h"

namespace grovec::ir {

std::uint32_t Desired::min_available(GroupId g) const {
  return static_cast<std::uint32_t>(set->groups[g].min_available);
}

std::uint32_t Desired::min_available(CliqueId c) const {
  const Clique& clique = set->cliques[c];
  return static_cast<std::uint32_t>(clique.min_available.value_or(clique.replicas));
}

CliqueShapeId Desired::shape_of(CliqueId c, std::uint32_t j) const {
  const std::optional<GroupId> group = set->cliques[c].group;
  CliqueRole role = !group                      ? CliqueRole::kStandalone
                    : j < min_available(*group) ? CliqueRole::kBase
                                                : CliqueRole::kScaled;
  for (std::size_t s = 0; s < clique_shapes.size(); ++s) {
    const CliqueShape& shape = clique_shapes[clique_shapes.id_at(s)];
    if (shape.clique == c && shape.role == role) return clique_shapes.id_at(s);
  }
  GROVEC_CHECK(!"every clique has its shapes");
  return {};
}

}  // namespace grovec::ir

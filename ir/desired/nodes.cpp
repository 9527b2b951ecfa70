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
  std::size_t first = 0;  // the shapes are in the order of their cliques
  for (std::size_t last = clique_shapes.size(); first < last;) {
    const std::size_t middle = first + (last - first) / 2;
    if (clique_shapes[clique_shapes.id_at(middle)].clique < c)
      first = middle + 1;
    else
      last = middle;
  }
  for (; first < clique_shapes.size(); ++first) {
    const CliqueShape& shape = clique_shapes[clique_shapes.id_at(first)];
    if (shape.clique != c) break;
    if (shape.role == role) return clique_shapes.id_at(first);
  }
  GROVEC_CHECK(!"every clique has its shapes");
  return {};
}

}  // namespace grovec::ir

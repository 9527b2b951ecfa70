#include "ir/spec/nodes.h"

namespace grovec::ir {

std::optional<CliqueId> PodCliqueSet::find_clique(std::string_view wanted) const {
  for (std::size_t i = 0; i < cliques.size(); ++i)
    if (cliques[cliques.id_at(i)].name == wanted) return cliques.id_at(i);
  return std::nullopt;
}

std::optional<GroupId> PodCliqueSet::find_group(std::string_view wanted) const {
  for (std::size_t i = 0; i < groups.size(); ++i)
    if (groups[groups.id_at(i)].name == wanted) return groups.id_at(i);
  return std::nullopt;
}

}  // namespace grovec::ir

#include "backends/start_order.h"

namespace grovec::backends {

using namespace ir;

std::vector<StartEntry> start_entries(Arena& a, const Desired& d, const CliqueShape& shape) {
  std::vector<StartEntry> out;
  for (const StartDependency& dependency : shape.starts_after) {
    StartEntry e{clique_name(a, d, dependency.clique), 0, d.min_available(dependency.clique)};
    if (dependency.reach == StartDependency::Reach::kBaseReplicas)
      e.repeat = d.min_available(*d.set->cliques[dependency.clique].group);
    out.push_back(e);
  }
  return out;
}

}  // namespace grovec::backends

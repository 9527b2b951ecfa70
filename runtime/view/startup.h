/// \file The order in which cliques start, and the longest chain of waiting.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ir/desired/world.h"

namespace grovec::driver {

/// PodCliques of one shape, in one gang: their stage is one above the highest stage they wait for.
struct StartNode {
  ir::CliqueShapeId shape;
  ir::CliqueId clique;
  std::uint32_t stage = 1;
  bool is_critical = false;  ///< on the critical path
  std::vector<ir::StartDependency> after;
};

/// Start order inside a base gang, or inside each scaled gang of a group.
struct StartPlan {
  std::optional<ir::GroupId> group;  ///< set for scaled gangs
  std::vector<StartNode> nodes;      ///< by stage, then in the order of the set
  std::uint32_t stages = 0;
  std::vector<ir::CliqueId> critical_path;  ///< first of the longest chains; empty if nothing waits
};

/// The base gang's plan, then one for each group that has scaled gangs somewhere. The same for all set replicas.
std::vector<StartPlan> start_plans(const ir::World& world);

}  // namespace grovec::driver

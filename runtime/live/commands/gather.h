/// \file Reading what a status is made of: a few lists side by side, and what only some statuses need behind them.
#pragma once

#include <string>
#include <vector>

#include "runtime/live/commands/cluster.h"
#include "runtime/status/world.h"

namespace grovec::live {

struct GatherOptions {
  std::string namespace_;          ///< empty = all
  std::vector<std::string> names;  ///< sets; none = all
  std::string selector;            ///< labels of the set
  kube::Duration deadline = std::chrono::seconds(30);
};

struct Gathered {
  status::World world;
  std::vector<std::string> denied;  ///< "Pod: message" of kinds that may not be listed
  std::uint32_t requests = 0;
};

/// Sets, groups, PodCliques, PodGangs, pods and the operator's Lease: one list each (of 500 objects a request). Claims
/// and warnings only if a pod is not Ready. A kind that may not be listed is left out, but for sets: then it is an
/// Error.
Result<std::unique_ptr<Gathered>> gather(kube::Client& client, const GatherOptions& options);

}  // namespace grovec::live

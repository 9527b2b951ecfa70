/// \file Reading what a status is made of: a few lists side by side, and what only some statuses need behind them.
#pragma once

#include <optional>
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

/// One list of what a status is made of.
struct Listing {
  status::Read kind{};
  std::string path, name, plural;  ///< of the collection; "Pod", "pods"
  std::string labels, fields;      ///< selectors
  bool is_detail = false;          ///< only read if something is not as it should be
};
std::vector<Listing> listings_of(const GatherOptions& options);
/// A pod that is not Ready may have a claim or a warning that says why; so may a PodClique that lacks pods.
bool needs_details(const status::World& world);
/// What it means that a list was refused with this HTTP status (0: no answer): an Error that ends the command, or
/// nothing, and then the kind is left out; `denied` is told of it.
std::optional<Error> refusal_of(const Listing& listing, int status, const Error& error,
                                std::vector<std::string>& denied);

/// Sets, groups, PodCliques, PodGangs, pods and the operator's Lease: one list each (of 500 objects a request). Claims
/// and warnings only if a pod is not Ready. A kind that may not be listed is left out, but for sets: then it is an
/// Error.
Result<std::unique_ptr<Gathered>> gather(kube::Client& client, const GatherOptions& options);

}  // namespace grovec::live

/// \file Who else looks after sets in this cluster, and whether there is room beside them.
#pragma once

#include <string>
#include <vector>

#include "ir/base/result.h"
#include "runtime/kube/client.h"

namespace grovec::live {

/// The Deployment of upstream's operator, in whatever namespace it runs.
inline constexpr std::string_view kOtherDeployment = "grove-operator";

struct SeenLease {
  std::string namespace_, holder;  ///< nobody: empty
  bool runs = false;               ///< renewed less than its duration ago, by the wall clock
};
struct SeenDeployment {
  std::string namespace_;
  std::int64_t replicas = 1, running = 0;
  bool is_ours = false;
};
struct Neighbours {
  std::vector<SeenLease> leases;  ///< of one name
  std::vector<SeenDeployment> deployments;
  bool is_blind = false;  ///< Leases may not be listed
};

/// Every Lease of that name, and Deployments of the other operator as far as they may be seen. Blocks.
Result<Neighbours> read_neighbours(kube::Client& client, const std::string& lease_name);

struct Intent {
  std::string scope = "*";      ///< the namespace that is looked after; `*`: all
  std::string lease_namespace;  ///< where our Lease is
  bool takes_over = false;
};
struct Verdict {
  std::string refusal;  ///< not empty: do not start, and why
  std::string
      lease_namespace;    ///< where to take the Lease: the other operator's, so that it cannot come back beside us
  std::string note;       ///< of a take-over: from whom, and how to go back
  std::string waits_for;  ///< one of ours who has this Lease at present
};
/// Another operator counts as stopped if its Lease has run out or its Deployment is at 0.
Verdict judge(const Neighbours& neighbours, const Intent& intent);
/// Whoever holds a Lease of that name that runs; empty if nobody does.
std::string holder_of(const Neighbours& neighbours);

}  // namespace grovec::live

/// \file `reconcile --once`: rounds of look, decide and write until nothing is left to do now.
#pragma once

#include <string>
#include <vector>

#include "runtime/kube/client.h"
#include "runtime/live/reconcile/operator.h"

namespace grovec::live {

struct OnceOptions {
  std::vector<std::string> files;      ///< sets to apply first
  std::string from_cluster;            ///< or the name of one that is there
  std::string namespace_ = "default";  ///< of sets that name none
  bool is_bound = false;               ///< sets that name another namespace are an error
  bool wait = false, dry_run = false;
  kube::Duration timeout = std::chrono::minutes(5);
};

/// A set that the API server has, or after a dry run would have.
struct AppliedSet {
  SetKey key;
  std::shared_ptr<const Seen> trial;  ///< null: it is as it is in the cluster
};
/// Applies the sets, as admission leaves them, where they differ from what is stored; says a line for each change.
Result<std::vector<AppliedSet>> apply_sets(kube::Client& client, const ir::ClusterFacts& facts,
                                           const OnceOptions& options,
                                           const std::function<void(bool, const std::string&)>& say);

/// What a set at rest still waits for; empty if everything is ready.
std::string waits_for(const View& view);

}  // namespace grovec::live

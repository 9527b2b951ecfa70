/// \file How many objects of each shape there are, and which pods: the half of a world that scaling changes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "ir/pods.h"
#include "ir/spec/nodes.h"

namespace grovec::ir {

/// One PodClique whose count is not its template's, or whose pods are not as the compiler would name them.
struct LiveClique {
  std::uint32_t replicas = 0;  ///< its own `replicas`, which its pods may not have reached yet
  bool has_pods = false;       ///< the lists below are its pods; else they are [0, replicas) at attempt 0
  std::vector<LivePod> by_index, by_name;
  PodRange pods() const { return has_pods ? PodRange(by_index, by_name) : PodRange(replicas); }
  std::uint32_t pod_count() const { return has_pods ? static_cast<std::uint32_t>(by_index.size()) : replicas; }
};

/// Live counts, and the pods of live PodCliques as pairs of index and suffix. Absent = what the set's templates say,
/// and pods [0, replicas) at attempt 0. Sparse: one entry for each object that differs. `set` must outlive it, and its
/// handles are what cliques and groups are named by. Counts may be anything: check_world says what is possible.
class Population {
 public:
  explicit Population(const PodCliqueSet& set) : set_(&set) {}

  void set_replicas(std::uint32_t n) { replicas_ = n; }
  void set_group(std::uint32_t i, GroupId g, std::uint32_t n) { groups_[{i, g}] = n; }
  /// `j` is 0 for a standalone clique, here and below.
  void set_clique(std::uint32_t i, std::uint32_t j, CliqueId c, std::uint32_t n) { live(i, j, c).replicas = n; }
  /// The pods of one PodClique, in any order. Names are unique, so a suffix that comes twice is taken once.
  void set_pods(std::uint32_t i, std::uint32_t j, CliqueId c, std::vector<LivePod> pods);

  std::uint32_t replicas() const { return replicas_.value_or(static_cast<std::uint32_t>(set_->replicas)); }  ///< R
  std::uint32_t group_replicas(std::uint32_t i, GroupId g) const;                     ///< n(g) at i
  std::uint32_t clique_replicas(std::uint32_t i, std::uint32_t j, CliqueId c) const;  ///< of one PodClique
  PodRange pod_range(std::uint32_t i, std::uint32_t j, CliqueId c) const;             ///< of one PodClique
  std::uint32_t pods(std::uint32_t i, std::uint32_t j, CliqueId c) const;             ///< size of that, not cut
  /// Calls `f(index, suffix)` for each pod of one PodClique; false from `f` ends it. Constant memory.
  template <class F>
  bool for_each_pod(std::uint32_t i, std::uint32_t j, CliqueId c, PodOrder order, F&& f) const {
    return pod_range(i, j, c).for_each(order, std::forward<F>(f));
  }
  /// Whether the PodClique exists: its set replica does, and its group replica.
  bool has_clique(std::uint32_t i, std::uint32_t j, CliqueId c) const;

  const PodCliqueSet& set() const { return *set_; }
  bool empty() const { return !replicas_ && groups_.empty() && cliques_.empty(); }
  /// What differs, sorted by indices; also what is beyond the replicas in force.
  const auto& groups() const { return groups_; }
  const auto& cliques() const { return cliques_; }

 private:
  LiveClique& live(std::uint32_t i, std::uint32_t j, CliqueId c);
  const LiveClique* find(std::uint32_t i, std::uint32_t j, CliqueId c) const;

  const PodCliqueSet* set_;
  std::optional<std::uint32_t> replicas_;
  std::map<std::tuple<std::uint32_t, GroupId>, std::uint32_t> groups_;
  std::map<std::tuple<std::uint32_t, std::uint32_t, CliqueId>, LiveClique> cliques_;
};

}  // namespace grovec::ir

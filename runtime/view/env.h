/// \file What a pod finds out about itself and its peers: its environment evaluated, its address, its rank.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/driver/compile.h"
#include "runtime/view/set.h"

namespace grovec::driver {

/// One pod of a set. `j` is 0 for a standalone clique.
struct PodKey {
  std::uint32_t i = 0, j = 0;
  ir::CliqueId clique{};
  std::uint32_t k = 0;
};

/// A variable as the process sees it, or where its value will come from.
struct Variable {
  std::string name, value;
  bool is_known = true;  ///< else `value` says where it comes from: `secret s, key k`
};
struct ContainerEnv {
  std::string name;
  bool is_init = false;
  std::vector<Variable> variables;
  std::vector<std::string> imports;  ///< `envFrom`: `secret s`
};

struct PodEnv {
  std::string name, host, address, gang;
  std::uint64_t rank = 0, size = 0;  ///< among the pods of its scaling group replica, or of its standalone clique
  std::vector<ContainerEnv> containers;
};

/// Evaluates what kubelet will: literals, `$(NAME)` references, fields and labels of the pod itself.
PodEnv pod_env(const CompiledSet& set, const SetView& view, const PodKey& pod);

/// Calls `f(PodKey)` for each peer in the order of ranks, the pod itself included, until it returns false.
template <class F>
void for_each_peer(const SetView& view, const PodKey& pod, F&& f) {
  auto of_clique = [&](ir::CliqueId c) {
    return view.world().population.for_each_pod(pod.i, pod.j, c, ir::PodOrder::kByIndex,
                                                [&](std::uint32_t k, const ir::PodSuffix&) {
                                                  return f(PodKey{pod.i, pod.j, c, k});
                                                });
  };
  const std::optional<ir::GroupId> group = view.clique(pod.clique).group;
  if (!group) {
    of_clique(pod.clique);
    return;
  }
  for (ir::CliqueId c : view.group(*group).cliques)
    if (!of_clique(c)) return;
}

std::string pod_address(const SetView& view, const PodKey& pod);

/// The pod whose name or host name this is.
std::optional<PodKey> find_pod(const SetView& view, const std::string& name);

}  // namespace grovec::driver

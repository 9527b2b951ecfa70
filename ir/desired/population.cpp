#include "ir/desired/population.h"

#include <algorithm>

namespace grovec::ir {

void Population::set_pods(std::uint32_t i, std::uint32_t j, CliqueId c, std::vector<LivePod> pods) {
  auto by_suffix = [](const LivePod& a, const LivePod& b) {
    return std::tie(a.suffix, a.index) < std::tie(b.suffix, b.index);
  };
  std::sort(pods.begin(), pods.end(), by_suffix);
  pods.erase(
      std::unique(pods.begin(), pods.end(), [](const LivePod& a, const LivePod& b) { return a.suffix == b.suffix; }),
      pods.end());
  LiveClique& clique = live(i, j, c);
  clique.has_pods = true;
  clique.by_name = pods;
  std::sort(pods.begin(), pods.end());
  clique.by_index = std::move(pods);
}

std::uint32_t Population::group_replicas(std::uint32_t i, GroupId g) const {
  if (!groups_.empty())
    if (auto it = groups_.find({i, g}); it != groups_.end()) return it->second;
  return static_cast<std::uint32_t>(set_->groups[g].replicas);
}

std::uint32_t Population::clique_replicas(std::uint32_t i, std::uint32_t j, CliqueId c) const {
  const LiveClique* found = find(i, j, c);
  return found ? found->replicas : static_cast<std::uint32_t>(set_->cliques[c].replicas);
}

PodRange Population::pod_range(std::uint32_t i, std::uint32_t j, CliqueId c) const {
  const LiveClique* found = find(i, j, c);
  return found ? found->pods() : PodRange(static_cast<std::uint32_t>(set_->cliques[c].replicas));
}

std::uint32_t Population::pods(std::uint32_t i, std::uint32_t j, CliqueId c) const {
  const LiveClique* found = find(i, j, c);
  return found ? found->pod_count() : static_cast<std::uint32_t>(set_->cliques[c].replicas);
}

bool Population::has_clique(std::uint32_t i, std::uint32_t j, CliqueId c) const {
  const std::optional<GroupId> group = set_->cliques[c].group;
  return i < replicas() && j < (group ? group_replicas(i, *group) : 1);
}

LiveClique& Population::live(std::uint32_t i, std::uint32_t j, CliqueId c) {
  auto [it, is_new] = cliques_.try_emplace({i, j, c});
  if (is_new) it->second.replicas = static_cast<std::uint32_t>(set_->cliques[c].replicas);
  return it->second;
}

const LiveClique* Population::find(std::uint32_t i, std::uint32_t j, CliqueId c) const {
  if (cliques_.empty()) return nullptr;
  auto it = cliques_.find({i, j, c});
  return it == cliques_.end() ? nullptr : &it->second;
}

}  // namespace grovec::ir

/// \file A world: what a set asks for, at the counts in force.
#pragma once

#include <cstdint>

#include "ir/desired/nodes.h"
#include "ir/desired/population.h"

namespace grovec::ir {

/// Pairs shapes with a population of the same set. Two references: cheap to make, another population is another world
/// of the same shapes. Both must outlive it.
struct World final : Counter {
  const Desired& desired;
  const Population& population;

  World(const Desired& d, const Population& p) : desired(d), population(p) {}

  std::uint32_t replicas() const { return population.replicas(); }                                            ///< R
  std::uint32_t group_replicas(std::uint32_t i, GroupId g) const { return population.group_replicas(i, g); }  ///< n(g)
  std::uint32_t pods(std::uint32_t i, std::uint32_t j, CliqueId c) const { return population.pods(i, j, c); }
  PodRange pod_range(std::uint32_t i, std::uint32_t j, CliqueId c) const { return population.pod_range(i, j, c); }

  /// Counter: nothing of a PodClique whose group replica does not exist.
  std::uint32_t count(const CountHole& hole, const Instance& instance) const override;
  PodRange pods(const CountHole& hole, const Instance& instance) const override;
};

/// Numbers of objects, by arithmetic on counts (reference: expansion 14.1); cost independent of the number of pods.
struct Totals {
  std::uint64_t set_replicas = 0, scaling_groups = 0, pod_cliques = 0, base_gangs = 0, scaled_gangs = 0, pods = 0,
                claims = 0, autoscalers = 0, compute_domains = 0;
  std::uint64_t objects = 0;  ///< everything that `compile` prints with the default scheduler
};
Totals totals_of(const World& world);

}  // namespace grovec::ir

/// \file The interface behind which every scheduler lives. A new one is a file here and a row in scheduler.cpp.
#pragma once

#include <span>
#include <string_view>

#include "backends/backends.h"

namespace grovec::backends {

/// What a scheduler adds to pods, gangs and the set of objects. Stateless; one instance for the whole program.
class Scheduler {
 public:
  virtual ~Scheduler() = default;
  /// Name of the profile, and of `schedulerName` on pods.
  virtual std::string_view name() const = 0;
  /// Labels and annotations it adds to a pod of the PodClique `clique` in PodGang `gang` (names, maybe with holes).
  virtual void add_to_pod(Arena&, const Value& clique, const Value& gang, ir::MappingBuilder& labels,
                          ir::MappingBuilder& annotations) const;
  /// Annotations it owns on PodGangs.
  virtual void add_to_gang(ir::MappingBuilder& annotations) const;
  /// Its own form of a ClusterTopologyBinding, cluster-scoped; null if it has none.
  virtual Value describe_topology(Arena&, const ir::TopologyBinding&, const DescribeOptions&) const;
  /// Objects of its own for each PodGang.
  virtual void plan_objects(Planner& p) const;
};

/// The scheduler of this name, or default-scheduler for an unknown one (admission refuses those).
const Scheduler& scheduler_named(std::string_view name);
std::span<const Scheduler* const> all_schedulers();

// The rows of the table, one in each file.
const Scheduler& default_scheduler();
const Scheduler& kai_scheduler();
const Scheduler& volcano_scheduler();
const Scheduler& lpx_scheduler();

}  // namespace grovec::backends

/// \file Parts of PodGangs that schedulers' own objects repeat.
#pragma once

#include <functional>

#include "backends/backends.h"

namespace grovec::backends {

/// A list with `item(c)` for each PodGroup of the gang, in the order of PodGang.spec.podgroups: standalone cliques,
/// then for each group and base replica its members (base); the members at the gang's own replica (scaled).
Value for_each_pod_group(Planner& p, const ir::GangShape& gang, const std::function<Value(ir::CliqueId)>& item,
                         std::vector<Value> before = {});

/// Sum of minAvailable over the gang's PodGroups.
std::int64_t min_members(const ir::Desired& d, const ir::GangShape& gang);

/// `item` once for each base replica of group `g`.
Value for_each_base_replica(Planner& p, ir::GroupId g, std::span<const Value> items);

Value gang_name(Arena& a, const ir::Desired& d, const ir::GangShape& gang);
Value gang_labels(Planner& p);
Value gang_annotations(Planner& p, const ir::GangShape& gang);

/// Groups whose replicas get an entry of their own in the gang's topologyConstraintGroupConfigs.
std::vector<ir::GroupId> constrained_groups(const ir::Desired& d, const ir::GangShape& gang);

/// Adds a layer with `describe(gang)` for every gang: base gangs and scaled gangs, per set replica.
void add_gang_layer(Planner& p, const std::function<ir::DescriptionId(const ir::GangShape&)>& describe);

}  // namespace grovec::backends

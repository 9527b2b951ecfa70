/// \file Rules on counts: names that are too long, too many or equal at some scale; at the declared one, and at a live
/// one.
#pragma once

#include <cstdint>
#include <vector>

#include "ir/base/context.h"
#include "ir/desired/world.h"
#include "ir/environment.h"
#include "ir/spec/nodes.h"

namespace grovec::passes {

/// Most replicas of each part of a set. Names are compared as if all parts had them at once.
struct Scale {
  std::int64_t set = 0;
  std::vector<std::int64_t> groups;   ///< by GroupId
  std::vector<std::int64_t> cliques;  ///< by CliqueId
};
/// What the templates and their autoscalers allow.
Scale declared_scale(const ir::PodCliqueSet& set);
/// The greatest counts in force, and at least the declared ones.
Scale scale_of(const ir::Population& population);

/// The pods of one PodClique, or of all up to these indices.
struct PodScale {
  std::int64_t set_replica = 0, group_replica = 0;
  std::int64_t pods = 0;
};
/// Host names and the number of pods (GV3104, GV3109). Reports at most one finding for each rule; true if there was
/// one.
bool verify_pod_names(Context& context, const ir::PodCliqueSet& set, const ir::Clique& clique, const PodScale& scale);

/// Names of shared claims, names of ComputeDomains, equal names (GV3143, GV3141, GV3105, GV3140).
void verify_claim_names(Context& context, const ir::PodCliqueSet& set, const Scale& scale);
void verify_compute_domain_names(Context& context, const ir::PodCliqueSet& set, const Scale& scale);
void verify_same_names(Context& context, const ir::PodCliqueSet& set, const Scale& scale);

/// What must hold once a set has replicas, whatever its template says: all of the above, and the rules on its pods.
void verify_created(Context& context, const ir::PodCliqueSet& set, const ir::Environment& environment,
                    const Scale& scale);

/// All of them at the counts in force, and what only a set with replicas must keep to if the template has none. `world`
/// is of a set without findings; more than `max_objects` objects are GV3203. Cost: the number of objects that differ
/// from their templates.
void check_world(Context& context, const ir::World& world, std::uint64_t max_objects = UINT64_MAX);

}  // namespace grovec::passes

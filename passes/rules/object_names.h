/// \file The names of a set's objects before there are any, and those that two objects would share.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/base/context.h"
#include "ir/names.h"
#include "ir/spec/nodes.h"
#include "passes/rules/verify_scale.h"

namespace grovec::passes {

/// Most replicas that a clique or group may ever have.
std::int64_t most_replicas(std::int32_t replicas, const std::optional<ir::AutoScaling>& scaling);

/// One name, or one for each value of its holes.
struct ObjectName {
  const ir::PodCliqueSet* set;
  std::string_view kind;      ///< "PodClique"
  ir::Value name;             ///< text or pattern
  ir::Instance limits;        ///< the indices of the holes stay below these
  OriginId at = kNowhere;     ///< what is named so: a clique, a group, an entry of resourceSharing
  std::string_view declared;  ///< its own name
  std::string path;
};

/// PodGangs, PodCliqueScalingGroups, PodCliques, HorizontalPodAutoscalers and ResourceClaims at a scale (reference:
/// expansion 2, 8). Names live in `arena`.
std::vector<ObjectName> object_names(Arena& arena, const ir::PodCliqueSet& set, const Scale& scale);

/// False if no two of them can be equal, which a look at the parts tells for most sets: names meet in numbers, in an
/// autoscaled clique and group of one name, or in claims.
bool can_names_meet(const ir::PodCliqueSet& set);

/// Names of the claims that pods of `clique` get from resourceSharing.
std::vector<ObjectName> shared_claim_names(Arena& arena, const ir::PodCliqueSet& set, const ir::Clique& clique,
                                           const Scale& scale);

/// Calls `report` for each name that an earlier one of the same kind and namespace can be equal to, with the text. Time
/// grows with the number of names, but for collections made to defeat that, which are looked at in part.
void find_same_names(
    std::span<const ObjectName> names,
    const std::function<void(const ObjectName& first, const ObjectName& second, const std::string& text)>& report);

}  // namespace grovec::passes

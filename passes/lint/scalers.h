/// \file Scalers in the input: HorizontalPodAutoscalers and KEDA's ScaledObjects, and the objects of sets that they
/// scale. They may stand in other files than the set, so what is known of both is kept apart from any context.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ir/base/context.h"
#include "ir/spec/nodes.h"

namespace grovec::passes {

/// `cpu`: a container that asks for none of it; `cpu/engine`: that this container does not.
using Unrequesting = std::map<std::string, std::string, std::less<>>;

/// A clique or a scaling group of a set, as something to scale.
struct ScaledPart {
  std::string name, group;  ///< `group`: of a clique that is a member of one
  bool is_group = false, has_autoscaler = false;
  std::int64_t min_available = 0, group_replicas = 0;
  Unrequesting unrequested;
};
struct ScaledSet {
  std::string namespace_, name;
  std::int64_t replicas = 0;
  std::vector<ScaledPart> parts;
};

/// One scaler, and what it names.
struct Scaler {
  std::string kind, name, namespace_, target_kind, target_name;
  std::uint64_t order = 0;  ///< place in the input
};

/// All of an input. Owns its texts; copies compare by content.
struct ScalingFacts {
  std::vector<ScaledSet> sets;
  std::vector<Scaler> scalers;
  bool empty() const { return sets.empty() || scalers.empty(); }
};

/// Whether a document is one: `autoscaling` HorizontalPodAutoscaler, `keda.sh` ScaledObject. One that another object
/// owns (Grove's own autoscaler, KEDA's) is none.
bool is_scaler(const ir::Value& document);
ScaledSet scaled_set(const ir::PodCliqueSet& set, std::string_view default_namespace);
Scaler scaler_of(const ir::Value& document, std::string_view default_namespace, std::uint64_t order);

/// What is wrong with a scaler whose target belongs to a set of the input (GV6119-GV6142).
void lint_scaler(Context& context, const ir::Value& document, const Scaler& scaler, const ScalingFacts& facts);

}  // namespace grovec::passes

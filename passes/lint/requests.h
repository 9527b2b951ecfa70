/// \file Who asks for nothing: a HorizontalPodAutoscaler that aims at a utilisation needs a request of every container.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ir/spec/nodes.h"

namespace grovec::passes {

/// A container without a request, and its clique.
struct Unrequested {
  const ir::Clique* clique = nullptr;
  const ir::Value* container = nullptr;
  explicit operator bool() const { return container != nullptr; }
};

/// The first container of the pods of `c` that has neither a request nor a limit of `resource`; only the one called
/// `only` counts, unless that is empty. Init containers do not count unless they run on (sidecars).
Unrequested without_request(const ir::Clique& c, std::string_view resource, std::string_view only = {});

/// What a metric aims at: a utilisation of `resource`, in all containers or in `container`.
struct UtilizationTarget {
  std::string resource, container;
  OriginId at = kNowhere;
};
/// The targets of `metrics` of a HorizontalPodAutoscaler; without any metric the API server fills in 80 % of cpu, at
/// `owner_at`.
std::vector<UtilizationTarget> utilization_targets(const ir::Value* metrics, OriginId owner_at);

}  // namespace grovec::passes

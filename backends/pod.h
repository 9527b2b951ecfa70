/// \file Pods, rendered from a PodClique: its metadata, pod spec and dependencies, never from the set.
#pragma once

#include <span>

#include "backends/backends.h"
#include "backends/schedulers/scheduler.h"
#include "backends/start_order.h"

namespace grovec::backends {

/// A PodClique as the PodClique controller sees it. Values may have holes (a description of many) or none (a live one).
struct PodCliqueInput {
  Value name;  ///< metadata.name
  std::string_view namespace_;
  Value labels;       ///< metadata.labels, whole
  Value annotations;  ///< metadata.annotations or null
  Value pod_spec;     ///< spec.podSpec
  std::span<const StartEntry> starts_after;
  std::span<const Value> claims;  ///< names of shared ResourceClaims, in injection order
  const Scheduler* scheduler;
  std::string_view init_image;
};

/// The pod with holes for its index and its suffix: fill them with (index, attempt). `options.gated`: with the
/// scheduling gate (reference: expansion 6.1, in that order).
Value describe_pod(Arena& a, const PodCliqueInput& clique, const DescribeOptions& options);

}  // namespace grovec::backends

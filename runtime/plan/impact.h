/// \file Reading a play: which pods are replaced, come or go, in which order, and what is down at once.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/plan/plan.h"
#include "runtime/plan/play.h"
#include "runtime/plan/scale.h"

namespace grovec::plan {

/// What happened to the pods of one PodClique of the played world.
struct Tally {
  std::uint32_t start = 0, end = 0;
  std::uint32_t restarted = 0, added = 0, removed = 0;
  std::uint32_t stale = 0;  ///< of the end: born from an older template
  std::uint32_t round = 0;  ///< when it began
  bool whole = false;       ///< replaced as a whole
  std::optional<ir::ObjectPlace> place;
};

/// The played world and how to read it.
struct Frame {
  const driver::CompiledSet* set = nullptr;  ///< whose names these are
  const Scale* scale = nullptr;
  std::vector<std::uint64_t> gpus_before, gpus_after;  ///< of a pod, by CliqueId of `set`
};

/// Fills everything but changes, forbidden fields and notes. False if what happened does not tell what happens to the
/// replicas that the played ones stand for.
bool read_impact(const Play& play, const Frame& frame, SetPlan& out);

}  // namespace grovec::plan

/// \file The scheduler of the simulated cluster: pods one by one in the order of creation, or gang by gang.
#pragma once

#include <string>
#include <vector>

#include "runtime/simulate/store.h"

namespace grovec::simulate {

/// A node. A pod that selects nodes (nodeSelector, required node affinity) needs one of these with room; any other pod
/// always finds room and takes none here.
struct Node {
  std::string name;
  std::string pool;  ///< value of its label `pool`
  bool cordoned = false;
  std::uint32_t room = 1;  ///< so many pods fit; 0 = any number
  bool operator==(const Node&) const = default;
};

enum class SchedulerKind : std::uint8_t {
  kOneByOne,
  kGangs,  ///< the minimum of a PodGang at once or not at all, gangs by creation; what is beyond minima comes last
};

/// An event that a part of the cluster writes.
struct Notice {
  Key on;
  std::string source, reason, message;
};

/// One step of the scheduler: binds the pod, or the minimum of the gang, that is first in line and finds room. If there
/// is none, every pod in line that does not know it yet is told so (and the notices with it). Returns whether anything
/// was written.
bool schedule(Store& store, const std::vector<Node>& nodes, SchedulerKind kind, Instant now,
              std::vector<Notice>& notices);

/// Whether `schedule` would write something.
bool has_to_schedule(const Store& store, const std::vector<Node>& nodes, SchedulerKind kind);

/// Whether a pod waits for the scheduler: no node, no gates, not marked.
bool is_in_line(const Object& pod);

}  // namespace grovec::simulate

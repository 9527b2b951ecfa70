/// \file The life of a ClusterTopologyBinding: schedulers that know topologies have an object of their own for it, and
/// its status says whether that agrees with it (reference: runtime 9).
///
/// Bindings belong to no set. Where a binding names the object of a scheduler, that object is somebody else's and is
/// only compared; else it is ours, has the binding's name and is made anew when the levels change, as it cannot be
/// changed. Not called by the operator yet, which neither watches nor writes those objects.
#pragma once

#include <span>
#include <vector>

#include "ir/environment.h"
#include "runtime/decide/actions.h"

namespace grovec::decide {

/// What `decide_binding` looks at. Objects outlive the decision.
struct ObservedBinding {
  const LiveObject* binding = nullptr;        ///< the ClusterTopologyBinding
  std::vector<const LiveObject*> topologies;  ///< all KAI Topologies of the cluster, sorted by name
  std::vector<FailedWrite> failed;            ///< as in Observed
};

/// Pure, as `decide`. Of a create, `change` is the whole body but the uid of its owner. A binding that is marked for
/// deletion needs nothing: what is ours goes with it.
Decision decide_binding(const ObservedBinding& observed, const ir::OperatorConfig& config, Instant now);

}  // namespace grovec::decide

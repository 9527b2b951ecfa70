/// \file Which topology each constraint of a set refers to (reference: admission 3.6, name inheritance).
#pragma once

#include <vector>

#include "ir/spec/nodes.h"

namespace grovec::passes {

/// A constraint with the object it belongs to.
struct ConstraintAt {
  const ir::TopologyConstraint* constraint;
  const ir::Value* owner;      ///< mapping that holds `topologyConstraint`
  std::string path;            ///< of the constraint
  std::string_view inherited;  ///< name of the level above, or empty
  bool has_parent = false;     ///< a level above has a constraint, whether or not its name is known
  std::string_view name() const { return constraint->topology_name.empty() ? inherited : constraint->topology_name; }
};

/// All constraints in upstream's order: the set's, the groups', the cliques'.
std::vector<ConstraintAt> constraints_of(const ir::PodCliqueSet& set);

/// How the names of a set resolve as a whole.
struct TopologyNames {
  bool missing = false;      ///< some constraint has no name and none to inherit
  bool conflicting = false;  ///< names differ
  bool no_domain = false;    ///< some constraint has no domain at all
  std::string_view name;     ///< the one name, if nothing above holds
};
TopologyNames resolve_names(const std::vector<ConstraintAt>& constraints);

}  // namespace grovec::passes

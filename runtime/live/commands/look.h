/// \file What lives of the sets of an input, as the API server lists it: where a plan begins.
#pragma once

#include <string>
#include <vector>

#include "runtime/cli/plan/planning.h"
#include "runtime/live/commands/cluster.h"

namespace grovec::live {

/// The sets and everything that is labelled as theirs: a read for each set, a list for each kind and set, side by side.
/// A kind that may not be listed is warned of and left out; one that the cluster does not have is left out.
Result<cli::LiveTexts> look_at(Cluster& cluster, const driver::Compilation& sets);

/// How many objects carry the label of a set, of all kinds that sets are made of and we may list.
Result<std::size_t> count_left(Cluster& cluster, const std::string& space, const std::string& set);

/// ClusterTopologyBindings as `--with` takes them, by the name that findings call them; none if they may not be read.
std::vector<std::pair<std::string, std::string>> bindings_of(Cluster& cluster);

}  // namespace grovec::live

/// \file Where everything of a set stands: what its template wants, by name, and what lives beside that, by label.
#pragma once

#include <string>
#include <vector>

#include "runtime/status/world.h"

namespace grovec::status {

struct CliquePlace {
  std::string name;
  std::int32_t replicas = 0, minimum = 0;  ///< of the template
  bool is_wanted = true;
};

struct GroupReplicaPlace {
  std::int32_t index = 0;
  bool is_wanted = true;
  std::vector<CliquePlace> cliques;
};

struct GroupPlace {
  std::string name;
  std::int32_t minimum = 1;
  bool is_wanted = true;
  std::vector<GroupReplicaPlace> replicas;
};

struct ReplicaPlace {
  std::int32_t index = 0;
  bool is_wanted = true;
  std::vector<CliquePlace> cliques;  ///< standalone
  std::vector<GroupPlace> groups;
};

/// Set replicas by index; in each, cliques and groups in the order of the template, surplus ones behind them.
std::vector<ReplicaPlace> places_of(const SetWorld& world, const std::string& set_name);

}  // namespace grovec::status

#include "passes/expand/expand.h"
#include "passes/places.h"

namespace grovec::passes {

using namespace ir;

namespace {

// reference: expansion 7.1.
std::vector<CliqueId> dependencies_of(const PodCliqueSet& set, const NameIndex& names, CliqueId id) {
  const Clique& c = set.cliques[id];
  std::vector<CliqueId> out;
  switch (set.startup) {
    case StartupType::kAnyOrder:
      break;
    case StartupType::kInOrder:
      if (c.index > 0) out.push_back(set.cliques.id_at(c.index - 1));
      break;
    case StartupType::kExplicit:
      for (std::string_view name : c.starts_after)
        if (const std::ptrdiff_t d = names.find(name); d >= 0)
          out.push_back(set.cliques.id_at(static_cast<std::size_t>(d)));
      break;
  }
  return out;
}

// reference: expansion 7.2. A member of a scaled gang waits only for cliques of its own group, in its own replica.
std::optional<StartDependency> translate(const PodCliqueSet& set, const CliqueShape& consumer, CliqueId dependency) {
  using Reach = StartDependency::Reach;
  const std::optional<GroupId> group = set.cliques[dependency].group;
  if (consumer.role == CliqueRole::kScaled) {
    if (group != consumer.group) return std::nullopt;
    return StartDependency{dependency, Reach::kOwnReplica};
  }
  return StartDependency{dependency, group ? Reach::kBaseReplicas : Reach::kStandalone};
}

}  // namespace

void order_startup(Module& m) {
  if (m.spec.startup == StartupType::kAnyOrder) return;
  const NameIndex names(m.spec.cliques);
  for (CliqueShape& shape : m.desired.clique_shapes)
    for (CliqueId dependency : dependencies_of(m.spec, names, shape.clique))
      if (std::optional<StartDependency> d = translate(m.spec, shape, dependency)) shape.starts_after.push_back(*d);
}

}  // namespace grovec::passes

#include "passes/expand/expand.h"

namespace grovec::passes {

using namespace ir;

namespace {

std::string_view key_of(const TopologyBinding& binding, std::string_view domain) {
  int level = domain.empty() ? -1 : binding.level_of(domain);
  return level < 0 ? std::string_view() : std::string_view(binding.levels[static_cast<std::size_t>(level)].key);
}

PackConstraint translate(const TopologyBinding* binding, const std::optional<TopologyConstraint>& tc) {
  if (!binding || !tc) return {};
  return {key_of(*binding, tc->effective_required()), key_of(*binding, tc->preferred)};
}

}  // namespace

void place_topology(Module& m) {
  Desired& d = m.desired;
  const PackConstraint of_set = translate(d.binding, m.spec.topology);
  for (const ScalingGroup& g : m.spec.groups) d.group_packs.push_back(translate(d.binding, g.topology));
  for (const Clique& c : m.spec.cliques) d.clique_packs.push_back(translate(d.binding, c.topology));
  for (GangShape& gang : d.gangs) {
    // A group's own constraint replaces the set's in its scaled gangs, even where it translates to nothing.
    bool own = gang.group && m.spec.groups[*gang.group].topology.has_value();
    gang.pack = own ? d.group_packs[static_cast<std::size_t>(*gang.group)] : of_set;
  }
}

}  // namespace grovec::passes

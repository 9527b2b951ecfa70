#include "runtime/decide/world.h"

#include <algorithm>
#include <atomic>

namespace grovec::decide {

using ir::Block;
using ir::GroupLoop;
using ir::ObjectKind;

namespace {

std::uint32_t next_number() {
  static std::atomic<std::uint32_t> last{0};
  return ++last;
}

Strategy strategy_of(const ir::PodCliqueSet& set) {
  const ir::Value* type = set.node ? set.node->find("spec", "updateStrategy", "type") : nullptr;
  return type && type->as_string() == "OnDelete" ? Strategy::kOnDelete : Strategy::kRollingRecreate;
}

CliqueLayout layout_of(const ir::Desired& d, ir::CliqueId id) {
  const ir::Clique& c = d.set->cliques[id];
  CliqueLayout out;
  out.id = id;
  out.group = c.group;
  out.base_shape = d.shape_of(id, 0);
  out.scaled_shape = c.group ? d.shape_of(id, d.min_available(*c.group)) : out.base_shape;
  out.template_pods = static_cast<std::uint32_t>(std::max(0, c.replicas));
  out.min_available = d.min_available(id);
  out.has_autoscaler = c.auto_scaling.has_value();
  return out;
}

}  // namespace

World::World(const ir::Desired& desired, const ir::ObjectPlan& plan)
    : desired_(&desired), plan_(&plan), number_(next_number()), strategy_(strategy_of(*desired.set)) {
  const ir::PodCliqueSet& set = *desired.set;
  for (std::size_t n = 0; n < set.cliques.size(); ++n) {
    cliques_.push_back(layout_of(desired, set.cliques.id_at(n)));
    if (cliques_.back().group) continue;
    cliques_.back().position = static_cast<std::uint32_t>(standalone_.size());
    standalone_.push_back(set.cliques.id_at(n));
  }
  for (std::size_t n = 0; n < set.groups.size(); ++n) {
    const ir::ScalingGroup& g = set.groups[set.groups.id_at(n)];
    GroupLayout out;
    out.id = set.groups.id_at(n);
    out.cliques = g.cliques;
    out.template_replicas = static_cast<std::uint32_t>(std::max(0, g.replicas));
    out.min_available = desired.min_available(out.id);
    out.has_autoscaler = g.auto_scaling.has_value();
    for (std::size_t k = 0; k < g.cliques.size(); ++k)
      cliques_[static_cast<std::size_t>(g.cliques[k])].position = static_cast<std::uint32_t>(k);
    groups_.push_back(std::move(out));
  }
  // Where the plan describes them: blocks of a kind are in the order of the set's lists.
  std::size_t standalone = 0, group = 0;
  auto place = [&](const Block& block) {
    if (block.classes.empty()) return;
    const ir::ObjectClass& first = block.classes[0];
    const ir::Description& d = plan.descriptions[first.base];
    if (d.kind == ObjectKind::kPodClique && block.loop == GroupLoop::kNone) {
      CliqueLayout& c = cliques_[static_cast<std::size_t>(standalone_[standalone++])];
      c.base = c.scaled = first.base;
      c.name = d.name;
    } else if (d.kind == ObjectKind::kPodClique) {
      const std::vector<ir::CliqueId>& members = layout(*block.group).cliques;
      for (std::size_t k = 0; k < block.classes.size(); ++k) {
        CliqueLayout& c = cliques_[static_cast<std::size_t>(members[k])];
        c.base = block.classes[k].base;
        c.scaled = block.classes[k].scaled;
        c.name = plan.descriptions[c.base].name;
      }
    } else if (d.kind == ObjectKind::kPodCliqueScalingGroup) {
      groups_[group].description = first.base;
      groups_[group++].name = d.name;
    } else if (d.kind == ObjectKind::kPodGang) {
      (block.group ? groups_[static_cast<std::size_t>(*block.group)].gang : base_gang_) = first.scaled;
    }
  };
  for (const ir::Layer& layer : plan.layers)
    for (const Block& block : layer.blocks) place(block);
}

}  // namespace grovec::decide

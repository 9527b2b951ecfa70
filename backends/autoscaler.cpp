// HorizontalPodAutoscalers: for each set replica, one for each clique and group that scales (reference: expansion 5.8).
#include "backends/backends.h"

namespace grovec::backends {

using namespace ir;

namespace {

DescriptionId describe(Planner& p, const AutoScaling& scaling, const Value& metrics, std::string_view target_kind,
                       Value name) {
  Arena& a = p.arena;
  const Owner owner = p.set_owner();
  const Value labels = merge(a, default_labels(a, p.set().name),
                             {{keys::kName, name}, {keys::kComponent, text(keys::kAutoscalerComponent)}});
  const Value target = object(a, {{"apiVersion", text(keys::kGroveApi)}, {"kind", text(target_kind)}, {"name", name}});
  MappingBuilder spec(a);
  spec.set("maxReplicas", Value::integer(scaling.max_replicas)).set("scaleTargetRef", target);
  if (scaling.min_replicas) spec.set("minReplicas", Value::integer(*scaling.min_replicas));
  if (metrics.size() > 0) spec.set("metrics", metrics);
  if (scaling.behavior) spec.set("behavior", *scaling.behavior);
  const Value meta =
      metadata(a, {.name = name, .namespace_ = p.set().namespace_, .labels = labels, .owner = &owner}, p.options);
  return p.add(ObjectKind::kHorizontalPodAutoscaler, name, owner,
               manifest(a, ObjectKind::kHorizontalPodAutoscaler, meta, {{"spec", spec.build()}}));
}

}  // namespace

void plan_autoscalers(Planner& p) {
  Layer layer;
  auto add = [&](DescriptionId id) {
    layer.blocks.push_back({GroupLoop::kNone, std::nullopt, {{id, id, std::nullopt}}});
  };
  const PodCliqueSet& set = p.set();
  for (std::size_t s = 0; s < set.cliques.size(); ++s) {
    const Clique& c = set.cliques[set.cliques.id_at(s)];
    if (c.auto_scaling)
      add(describe(p, *c.auto_scaling, p.desired.autoscaler_metrics[s], "PodClique",
                   clique_name(p.arena, p.desired, set.cliques.id_at(s))));
  }
  for (std::size_t s = 0; s < set.groups.size(); ++s) {
    const ScalingGroup& g = set.groups[set.groups.id_at(s)];
    if (g.auto_scaling)
      add(describe(p, *g.auto_scaling, p.desired.autoscaler_metrics[set.cliques.size() + s], "PodCliqueScalingGroup",
                   names::scaling_group(p.arena, set.name, g.name)));
  }
  if (!layer.blocks.empty()) p.plan.layers.push_back(std::move(layer));
}

}  // namespace grovec::backends

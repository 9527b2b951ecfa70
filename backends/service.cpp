// Headless Services: one for each set replica, always (reference: expansion 5.1).
#include "backends/backends.h"

namespace grovec::backends {

using namespace ir;

void plan_services(Planner& p) {
  Arena& a = p.arena;
  const Value name = names::service(a, p.set().name);
  const Owner owner = p.set_owner();
  const Value selector =
      merge(a, default_labels(a, p.set().name), {{keys::kSetReplicaIndex, index_text(a, Hole::kSetReplica)}});
  const Value labels = merge(a, selector, {{keys::kName, name}, {keys::kComponent, text(keys::kServiceComponent)}});
  MappingBuilder spec(a);
  spec.set("clusterIP", text("None")).set("selector", selector);
  // Go leaves out a false value.
  if (p.set().publish_not_ready_addresses) spec.set("publishNotReadyAddresses", Value::boolean(true));
  const Value meta =
      metadata(a, {.name = name, .namespace_ = p.set().namespace_, .labels = labels, .owner = &owner}, p.options);
  DescriptionId id =
      p.add(ObjectKind::kService, name, owner, manifest(a, ObjectKind::kService, meta, {{"spec", spec.build()}}));
  Layer layer;
  layer.blocks.push_back({GroupLoop::kNone, std::nullopt, {{id, id, std::nullopt}}});
  p.plan.layers.push_back(std::move(layer));
}

}  // namespace grovec::backends

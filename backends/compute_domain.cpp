// ComputeDomains of NVIDIA's DRA driver: one for each set replica and effective group (reference: expansion 9).
#include "backends/backends.h"

namespace grovec::backends {

using namespace ir;

void plan_compute_domains(Planner& p) {
  Arena& a = p.arena;
  Layer layer;
  for (std::string_view group : p.desired.compute_domains) {
    const Value name = names::compute_domain(a, p.set().name, group);
    const Owner owner = p.set_owner();
    const Value labels = merge(a, default_labels(a, p.set().name),
                               {{keys::kName, name},
                                {keys::kComponent, text(keys::kComputeDomainComponent)},
                                {keys::kSetReplicaIndex, index_text(a, Hole::kSetReplica)},
                                {keys::kNvlinkGroup, text(group)}});
    const Value meta = metadata(a,
                                {.name = name,
                                 .namespace_ = p.set().namespace_,
                                 .labels = labels,
                                 .owner = &owner,
                                 .finalizer = keys::kComputeDomainFinalizer},
                                p.options);
    const Value channel = object(a, {{"resourceClaimTemplate", object(a, {{"name", name}})}});
    const Value spec = object(a, {{"numNodes", Value::integer(0)}, {"channel", channel}});
    DescriptionId id =
        p.add(ObjectKind::kComputeDomain, name, owner, manifest(a, ObjectKind::kComputeDomain, meta, {{"spec", spec}}));
    layer.blocks.push_back({GroupLoop::kNone, std::nullopt, {{id, id, std::nullopt}}});
  }
  if (!layer.blocks.empty()) p.plan.layers.push_back(std::move(layer));
}

}  // namespace grovec::backends

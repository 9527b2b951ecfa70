// Bodies of creates, from what an action names.
#include "backends/claim.h"
#include "backends/pod.h"
#include "ir/labels.h"
#include "ir/value/writer.h"
#include "runtime/decide/compare.h"
#include "runtime/decide/decide.h"
#include "runtime/decide/patch.h"

namespace grovec::decide {

using ir::Value;
namespace keys = ir::keys;

namespace {

Value without_facts(const Value& map, Arena& a) {
  ir::MappingBuilder b(a);
  for (const ir::Member& m : map.members())
    if (!is_fact(m.key)) b.set(m.key, m.value);
  return b.empty() ? Value::null() : b.build();
}

// minAvailable of the template behind the name of a PodClique that is waited for.
std::uint32_t minimum_behind(const World& world, std::string_view name) {
  for (const CliqueLayout& c : world.cliques())
    if (ir::match_name(c.name, name)) return c.min_available;
  return 1;
}

Value pod_body(const World& world, const Action& action, const LiveClique& clique, Arena& a) {
  const ir::Desired& desired = world.desired();
  std::vector<backends::StartEntry> entries;
  for (const std::string& name : clique.starts_after)
    entries.push_back({Value::string(a.copy(name)), 0, minimum_behind(world, name)});
  std::vector<Value> claims;
  for (const CliqueLayout& layout : world.cliques()) {
    const auto n = ir::match_name(layout.name, clique.meta.name);
    if (!n) continue;
    const bool is_scaled = layout.group && n->group_replica >= world.layout(*layout.group).min_available;
    const ir::CliqueShape& shape = desired.clique_shapes[is_scaled ? layout.scaled_shape : layout.base_shape];
    for (const ir::ClaimUse& use : shape.claims)
      claims.push_back(backends::claim_name(a, desired, use, shape.group, shape.clique));
    break;
  }
  const backends::PodCliqueInput input{.name = Value::string(a.copy(clique.meta.name)),
                                       .namespace_ = world.namespace_(),
                                       .labels = clique.meta.labels,
                                       .annotations = without_facts(clique.meta.annotations, a),
                                       .pod_spec = clique.pod_spec(),
                                       .starts_after = entries,
                                       .claims = claims,
                                       .scheduler = &backends::scheduler_named(desired.scheduler),
                                       .init_image = desired.environment->init_image};
  const Value described = backends::describe_pod(a, input, {.owner_references = true, .gated = action.source.gated});
  return ir::instantiate(described, action.source.instance, no_counts(), a);
}

}  // namespace

Value body_of(const World& world, const Action& action, const LiveClique* clique, Arena& a) {
  Value body = Value::null();
  if (action.source.from == Source::From::kPlan)
    body = wanted_tree(world, action.source.description, action.source.instance, a);
  else if (action.source.from == Source::From::kClique && clique)
    body = pod_body(world, action, *clique, a);
  if (body.is_null() || action.change.is_null()) return body;
  return apply_patch(a, body, action.change);
}

bool was_kept(const Action& action, const Value& answer) {
  const bool is_patch = action.verb == Verb::kPatch || action.verb == Verb::kPatchStatus;
  return !is_patch || keeps(answer, action.change);
}

Value with_owner_uid(Arena& arena, const Value& body, std::string_view uid) {
  std::vector<Value> owners;
  for (const Value& o : body["metadata"]["ownerReferences"].items())
    owners.push_back(o["controller"].as_bool()
                         ? ir::MappingBuilder(arena, o).set("uid", Value::string(arena.copy(uid))).build()
                         : o);
  const Value metadata =
      ir::MappingBuilder(arena, body["metadata"]).set("ownerReferences", ir::make_sequence(arena, owners)).build();
  return ir::MappingBuilder(arena, body).set("metadata", metadata).build();
}

}  // namespace grovec::decide

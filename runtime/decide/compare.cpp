#include "runtime/decide/compare.h"

#include <algorithm>
#include <array>

#include "ir/labels.h"
#include "ir/value/writer.h"
#include "runtime/decide/patch.h"

namespace grovec::decide {

using ir::MappingBuilder;
using ir::Value;
namespace keys = ir::keys;

namespace {

class NoCounts final : public ir::Counter {
  std::uint32_t count(const ir::CountHole& hole, const ir::Instance&) const override {
    return hole.kind == ir::CountKind::kFixed ? hole.index : 0;
  }
};

}  // namespace

const ir::Counter& no_counts() {
  static const NoCounts kNone;
  return kNone;
}

Value wanted_tree(const World& world, ir::DescriptionId id, const ir::Instance& instance, Arena& arena) {
  return ir::instantiate(world.plan().descriptions[id].tree, instance, no_counts(), arena);
}

WantedOwner set_owner(const LiveView& view) {
  return {keys::kGroveApi, "PodCliqueSet", view.set().meta.name, view.set().meta.uid};
}
WantedOwner group_owner(const LiveGroup& g) {
  return {keys::kGroveApi, "PodCliqueScalingGroup", g.meta.name, g.meta.uid};
}
WantedOwner gang_owner(const LiveGang& g) { return {keys::kGangApi, "PodGang", g.meta.name, g.meta.uid}; }
WantedOwner clique_owner(const LiveClique& c) { return {keys::kGroveApi, "PodClique", c.meta.name, c.meta.uid}; }

ObjectKey key_of(const WantedOwner& owner) {
  return {ir::kind_of(owner.api_version, owner.kind).value_or(Kind::kPodCliqueSet), std::string(owner.name)};
}

bool has_owner(const LiveMeta& meta, const WantedOwner& owner) {
  const OwnerReference* o = meta.controller();
  return o && o->uid == owner.uid && o->api_version == owner.api_version && o->kind == owner.kind &&
         o->name == owner.name && o->block_deletion;
}

namespace {

Value reference_value(Arena& a, const OwnerReference& o) {
  MappingBuilder b(a);
  b.set("apiVersion", Value::string(a.copy(o.api_version))).set("kind", Value::string(a.copy(o.kind)));
  b.set("name", Value::string(a.copy(o.name))).set("uid", Value::string(a.copy(o.uid)));
  if (o.controller) b.set("controller", Value::boolean(true));
  if (o.block_deletion) b.set("blockOwnerDeletion", Value::boolean(true));
  return b.build();
}

}  // namespace

Value owner_patch(Arena& a, const LiveMeta& meta, const WantedOwner& owner) {
  if (has_owner(meta, owner)) return Value::null();
  std::vector<Value> list;
  for (const OwnerReference& o : meta.owners)
    if (o.uid != owner.uid && !o.controller) list.push_back(reference_value(a, o));
  list.push_back(reference_value(a, {std::string(owner.api_version), std::string(owner.kind), std::string(owner.name),
                                     std::string(owner.uid), true, true}));
  return nest(a, {"ownerReferences"}, ir::make_sequence(a, list));
}

Value finalizer_patch(Arena& a, const LiveMeta& meta, std::string_view finalizer) {
  if (meta.has_finalizer(finalizer)) return Value::null();
  std::vector<Value> list;
  for (const std::string& f : meta.finalizers) list.push_back(Value::string(a.copy(f)));
  list.push_back(Value::string(finalizer));
  return nest(a, {"finalizers"}, ir::make_sequence(a, list));
}

bool is_fact(std::string_view key) { return key.starts_with(kFactPrefix); }

Value whole_map_patch(Arena& a, const Value& live, const Value& wanted, bool (*keep)(std::string_view key)) {
  MappingBuilder b(a);
  for (const ir::Member& m : live.members())
    if (!wanted.find(m.key) && !(keep && keep(m.key))) b.set(m.key, Value::null());
  for (const ir::Member& m : wanted.members()) {
    const Value* v = live.find(m.key);
    if (!v || !ir::equal(*v, m.value)) b.set(m.key, m.value);
  }
  return b.empty() ? Value::null() : b.build();
}

Value with_text(Arena& a, const Value& map, std::string_view key, std::string_view value) {
  if (map[key].as_string() == value) return map;
  return MappingBuilder(a, map).set(key, Value::string(a.copy(value))).build();
}

bool is_identity_label(std::string_view key) {
  constexpr std::array kIdentity{keys::kManagedBy,
                                 keys::kPartOf,
                                 keys::kName,
                                 keys::kComponent,
                                 keys::kSetReplicaIndex,
                                 keys::kScalingGroup,
                                 keys::kScalingGroupReplicaIndex,
                                 keys::kPodClique,
                                 keys::kPodIndex,
                                 keys::kPodGang,
                                 keys::kBasePodGang};
  return std::find(kIdentity.begin(), kIdentity.end(), key) != kIdentity.end();
}

Value identity_labels(Arena& a, const Value& labels) {
  MappingBuilder b(a);
  for (const ir::Member& m : labels.members())
    if (is_identity_label(m.key)) b.set(m.key, m.value);
  return b.build();
}

void add_patch(Draft& d, Stage stage, Kind kind, const LiveMeta& meta, const Value& metadata, const Value& spec,
               Why why) {
  MappingBuilder b(d.arena());
  if (!metadata.is_null()) b.set("metadata", metadata);
  if (!spec.is_null()) b.set("spec", spec);
  if (b.empty()) return;
  Action a = action(Verb::kPatch, {kind, meta.name}, std::move(why), meta.uid);
  a.change = b.build();
  if (metadata.find("finalizers") || metadata.find("ownerReferences")) a.resource_version = meta.resource_version;
  if (d.may(a.verb, a.key)) d.add(stage, std::move(a));
}

}  // namespace grovec::decide

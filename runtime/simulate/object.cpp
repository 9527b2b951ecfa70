#include "runtime/simulate/object.h"

#include <algorithm>

#include "ir/base/check.h"
#include "ir/labels.h"

namespace grovec::simulate {

using namespace ir;

namespace {

constexpr std::string_view kGrove = keys::kGroveApi;
constexpr std::string_view kResource = "resource.k8s.io/v1";

constexpr std::array<KindFacts, kKinds> kFacts = {{
    {"PodCliqueSet", kGrove, "pcs", true, true, "hpaPodSelector"},
    {"PodClique", kGrove, "pclq", true, true, "hpaPodSelector"},
    {"PodCliqueScalingGroup", kGrove, "pcsg", true, true, "selector"},
    {"PodGang", keys::kGangApi, "pg", true, true, ""},
    {"Pod", "v1", "po", false, true, ""},
    {"ServiceAccount", "v1", "sa", false, false, ""},
    {"Role", "rbac.authorization.k8s.io/v1", "", false, false, ""},
    {"RoleBinding", "rbac.authorization.k8s.io/v1", "", false, false, ""},
    {"Secret", "v1", "", false, false, ""},
    {"Service", "v1", "svc", false, true, ""},
    {"HorizontalPodAutoscaler", "autoscaling/v2", "hpa", false, true, ""},
    {"ComputeDomain", "resource.nvidia.com/v1beta1", "", true, true, ""},
    {"ResourceClaim", kResource, "", false, true, ""},
    {"ResourceClaimTemplate", kResource, "", false, false, ""},
    {"ClusterTopologyBinding", kGrove, "ctb", true, true, ""},
    {"PodGroup", "scheduling.run.ai/v2alpha2", "", true, true, ""},
    {"PodGroup", "scheduling.volcano.sh/v1beta1", "", true, true, ""},
    {"Topology", "kai.scheduler/v1alpha1", "", true, false, ""},
}};

std::string_view group_of(std::string_view api_version) {
  const std::size_t slash = api_version.find('/');
  return slash == std::string_view::npos ? std::string_view() : api_version.substr(0, slash);
}

std::string lower(std::string_view s) {
  std::string out(s);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

void set_part(Part& part, const Value& tree) {
  if (!equal(part.root(), tree)) part = Part(tree);
}

// A mapping without members is the same as none.
void set_unless_empty(MappingBuilder& out, std::string_view key, const Value& v) {
  if (v.is_string() || v.size() > 0) out.set(key, v);
}

}  // namespace

const KindFacts& facts_of(Kind kind) { return kFacts[static_cast<std::size_t>(kind)]; }

std::optional<Kind> kind_named(std::string_view kind, std::string_view api_version) {
  for (std::size_t k = 0; k < kKinds; ++k)
    if (kFacts[k].name == kind && group_of(kFacts[k].api_version) == group_of(api_version)) return static_cast<Kind>(k);
  return std::nullopt;
}

std::optional<Kind> kind_on_command_line(std::string_view word) {
  const std::string given = lower(word);
  for (std::size_t k = 0; k < kKinds; ++k) {
    const std::string name = lower(kFacts[k].name);
    if (given == name || given == name + "s" || (!kFacts[k].short_name.empty() && given == kFacts[k].short_name))
      return static_cast<Kind>(k);
  }
  return std::nullopt;
}

const OwnerReference* Object::controller() const {
  for (const OwnerReference& o : owners)
    if (o.controller) return &o;
  return nullptr;
}

bool Object::has_finalizer(std::string_view name) const {
  return std::find(finalizers.begin(), finalizers.end(), name) != finalizers.end();
}

namespace {

Value owners_tree(const Object& object, Arena& arena) {
  std::vector<Value> out;
  for (const OwnerReference& o : object.owners)
    out.push_back(MappingBuilder(arena)
                      .set("apiVersion", Value::string(o.api_version))
                      .set("blockOwnerDeletion", Value::boolean(o.block_owner_deletion))
                      .set("controller", Value::boolean(o.controller))
                      .set("kind", Value::string(o.kind))
                      .set("name", Value::string(o.name))
                      .set("uid", Value::string(o.uid))
                      .build());
  return make_sequence(arena, out);
}

}  // namespace

Value tree_of(const Object& object, Arena& arena) {
  const auto text = [&](const std::string& s) { return Value::string(arena.copy(std::string_view(s))); };
  MappingBuilder meta(arena, object.meta.root());
  meta.set("name", Value::string(object.key.name));
  if (!object.key.namespace_.empty()) meta.set("namespace", Value::string(object.key.namespace_));
  meta.set("uid", Value::string(object.uid));
  meta.set("resourceVersion", text(std::to_string(object.resource_version)));
  if (object.generation > 0) meta.set("generation", Value::integer(object.generation));
  meta.set("creationTimestamp", text(decide::time_text(object.created)));
  if (object.deleted) meta.set("deletionTimestamp", text(decide::time_text(*object.deleted)));
  if (!object.finalizers.empty()) {
    std::vector<Value> names;
    for (const std::string& f : object.finalizers) names.push_back(Value::string(f));
    meta.set("finalizers", make_sequence(arena, names));
  }
  if (!object.owners.empty()) meta.set("ownerReferences", owners_tree(object, arena));
  const KindFacts& facts = facts_of(object.key.kind);
  MappingBuilder out(arena, object.body.root());
  out.set("apiVersion", Value::string(facts.api_version));
  out.set("kind", Value::string(facts.name));
  out.set("metadata", meta.build());
  if (!object.status.root().is_null()) out.set("status", object.status.root());
  return out.build();
}

void read_manifest(const Value& manifest, Object& object) {
  Arena arena;
  const Value& metadata = manifest["metadata"];
  object.finalizers.clear();
  for (const Value& f : metadata["finalizers"].items()) object.finalizers.emplace_back(f.as_string());
  object.owners.clear();
  for (const Value& o : metadata["ownerReferences"].items())
    object.owners.push_back({std::string(o["apiVersion"].as_string()), std::string(o["kind"].as_string()),
                             std::string(o["name"].as_string()), std::string(o["uid"].as_string()),
                             o["controller"].as_bool(), o["blockOwnerDeletion"].as_bool()});
  MappingBuilder meta(arena);
  for (const std::string_view key : {"annotations", "generateName", "labels"})
    set_unless_empty(meta, key, metadata[key]);
  set_part(object.meta, meta.build());
  MappingBuilder body(arena, manifest);
  body.remove("apiVersion").remove("kind").remove("metadata").remove("status");
  set_part(object.body, body.build());
  set_part(object.status, manifest["status"]);
}

std::optional<decide::Kind> decided_kind(Kind kind) {
  const KindFacts& facts = facts_of(kind);
  return ir::kind_of(facts.api_version, facts.name);
}

Kind simulated_kind(decide::Kind kind) {
  const ir::KindInfo& info = ir::info_of(kind);
  const std::optional<Kind> found = kind_named(info.kind, info.api_version);
  GROVEC_CHECK(found.has_value());
  return *found;
}

namespace {

// What the typed version's Values point at.
struct Parts {
  Part meta, body, status;
};

template <class T>
std::shared_ptr<const T> with_status_time(const std::shared_ptr<const T>& live, Instant at) {
  std::const_pointer_cast<T>(live)->status_written = at;  // nobody else has it yet
  return live;
}

}  // namespace

Live read_live(const Object& object, decide::Interner& interner) {
  Arena arena;
  const Value tree = tree_of(object, arena);
  if (object.key.kind == Kind::kPod) return decide::read_pod(tree, interner);
  const auto parts = std::make_shared<const Parts>(Parts{object.meta, object.body, object.status});
  switch (object.key.kind) {
    case Kind::kPodClique:
      return with_status_time(decide::read_clique(tree, parts), object.status_written);
    case Kind::kPodCliqueScalingGroup:
      return with_status_time(decide::read_group(tree, parts), object.status_written);
    case Kind::kPodCliqueSet:
      return with_status_time(decide::read_set(tree, parts), object.status_written);
    case Kind::kPodGang:
      return decide::read_gang(tree, parts);
    default:
      break;
  }
  const std::optional<decide::Kind> kind = decided_kind(object.key.kind);
  if (!kind) return {};
  const auto whole = std::make_shared<const Part>(tree);
  return decide::read_object(*kind, whole->root(), whole);
}

}  // namespace grovec::simulate

#include "runtime/simulate/store.h"

#include <algorithm>

#include "ir/base/check.h"
#include "ir/labels.h"
#include "runtime/simulate/patch.h"

namespace grovec::simulate {

using namespace ir;

namespace {

bool is_before(const ObjectPtr& object, const Key& key) { return object->key < key; }

std::string resource_of(const Key& key) {
  std::string kind(facts_of(key.kind).name);
  std::transform(kind.begin(), kind.end(), kind.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const std::string_view api = facts_of(key.kind).api_version;
  const std::size_t slash = api.find('/');
  const std::string group = slash == std::string_view::npos ? "" : "." + std::string(api.substr(0, slash));
  return kind + "s" + group + " \"" + key.name + "\"";
}

Answer failure(int code, std::string reason, std::string message) {
  return {code, std::move(reason), std::move(message), nullptr};
}

Answer not_found(const Key& key) { return failure(404, "NotFound", resource_of(key) + " not found"); }

Answer conflict(const Key& key, const std::string& why) {
  return failure(409, "Conflict", "Operation cannot be fulfilled on " + resource_of(key) + ": " + why);
}

bool same_gates(const Value& a, const Value& b) { return equal(a, b); }

// Gates may go and may not come.
bool only_drops(const Value& before, const Value& after) {
  std::size_t at = 0;
  for (const Value& gate : after.items()) {
    while (at < before.items().size() && !same_gates(before.items()[at], gate)) ++at;
    if (at == before.items().size()) return false;
    ++at;
  }
  return true;
}

// The spec without what may change in the life of a pod.
Value fixed_pod_spec(Arena& arena, const Value& spec) {
  MappingBuilder out(arena, spec);
  out.remove("schedulingGates").remove("nodeName").remove("activeDeadlineSeconds").remove("tolerations");
  for (const std::string_view list : {"containers", "initContainers"}) {
    if (!spec.find(list)) continue;
    std::vector<Value> items;
    for (const Value& c : spec[list].items()) items.push_back(MappingBuilder(arena, c).remove("image").build());
    out.set(list, make_sequence(arena, items));
  }
  return out.build();
}

// What validation of built-in and custom resources refuses here.
std::string why_invalid(const Object* before, const Object& after) {
  if (const Value& replicas = after.spec()["replicas"];
      replicas.is_int() && replicas.as_int() < 0 && !facts_of(after.key.kind).scale_selector.empty())
    return "spec.replicas: Invalid value: must be greater than or equal to 0";
  if (!before || after.key.kind != Kind::kPod) return {};
  if (before->body.is_same(after.body)) return {};
  if (!only_drops(before->spec()["schedulingGates"], after.spec()["schedulingGates"]))
    return "spec.schedulingGates: Forbidden: only deletion is allowed";
  Arena arena;
  if (!equal(fixed_pod_spec(arena, before->spec()), fixed_pod_spec(arena, after.spec())))
    return "spec: Forbidden: pod updates may not change fields other than images, tolerations and deadlines";
  return {};
}

Key key_of(const Value& manifest, Kind kind) {
  const Value& metadata = manifest["metadata"];
  return {kind, std::string(metadata["namespace"].as_string()), std::string(metadata["name"].as_string())};
}

// The status that the server itself gives a pod.
Value newborn_status(Arena& arena, const Object& object) {
  if (object.key.kind != Kind::kPod) return Value::null();
  MappingBuilder out(arena);
  if (object.spec()["schedulingGates"].size() > 0) {
    const Value gated = make_mapping(
        arena, {{"message", kNowhere, Value::string("Scheduling is blocked due to non-empty scheduling gates")},
                {"reason", kNowhere, Value::string("SchedulingGated")},
                {"status", kNowhere, Value::string("False")},
                {"type", kNowhere, Value::string("PodScheduled")}});
    const Value conditions[] = {gated};
    out.set("conditions", make_sequence(arena, conditions));
  }
  return out.set("phase", Value::string("Pending")).build();
}

}  // namespace

ObjectPtr Store::find(const Key& key) const {
  const List& objects = all(key.kind);
  const auto at = std::lower_bound(objects.begin(), objects.end(), key, is_before);
  return at != objects.end() && (*at)->key == key ? *at : nullptr;
}

ObjectPtr Store::find(Kind kind, std::string_view uid) const {
  for (const ObjectPtr& object : all(kind))
    if (object->uid == uid) return object;
  return nullptr;
}

const std::vector<ObjectPtr>& Store::all(Kind kind) const {
  static const List kNone;
  const auto& objects = lists_[static_cast<std::size_t>(kind)];
  return objects ? *objects : kNone;
}

std::size_t Store::size() const {
  std::size_t n = 0;
  for (const auto& objects : lists_) n += objects ? objects->size() : 0;
  return n;
}

bool Store::exists(std::string_view uid) const {
  for (std::size_t k = 0; k < kKinds; ++k)
    if (find(static_cast<Kind>(k), uid)) return true;
  return false;
}

Store::List& Store::list(Kind kind) {
  auto& objects = lists_[static_cast<std::size_t>(kind)];
  if (!objects)
    objects = std::make_shared<List>();
  else if (objects.use_count() > 1)
    objects = std::make_shared<List>(*objects);
  return *objects;
}

Store::Found Store::look_up(const Key& key, const Preconditions& only_if) const {
  ObjectPtr object = find(key);
  if (!object) return {nullptr, not_found(key)};
  if (only_if.uid && *only_if.uid != object->uid)
    return {nullptr, conflict(key, "Precondition failed: UID in precondition: " + *only_if.uid +
                                       ", UID in object meta: " + object->uid)};
  if (only_if.resource_version && *only_if.resource_version != object->resource_version)
    return {nullptr, conflict(key,
                              "the object has been modified; please apply your changes to the latest version and try "
                              "again")};
  return {std::move(object), {}};
}

void Store::erase(const ObjectPtr& object) {
  List& objects = list(object->key.kind);
  const auto at = std::lower_bound(objects.begin(), objects.end(), object->key, is_before);
  GROVEC_CHECK(at != objects.end() && *at == object);
  objects.erase(at);
  ++version_;
  changes_.push_back({object, nullptr});
}

Answer Store::write(const ObjectPtr& before, Object after) {
  if (const std::string why = why_invalid(before.get(), after); !why.empty())
    return failure(422, "Invalid", resource_of(after.key) + " is invalid: " + why);
  if (before && after.deleted && after.finalizers.empty() && after.key.kind != Kind::kPod) {
    erase(before);
    return {200, {}, {}, nullptr};
  }
  after.resource_version = ++version_;
  after.live = read_live(after, *interner_);
  after.set = after.label(keys::kManagedBy) == keys::kOperator ? after.label(keys::kPartOf) : std::string_view();
  const auto stored = std::make_shared<const Object>(std::move(after));
  List& objects = list(stored->key.kind);
  const auto at = std::lower_bound(objects.begin(), objects.end(), stored->key, is_before);
  if (before)
    *at = stored;
  else
    objects.insert(at, stored);
  changes_.push_back({before, stored});
  return {before ? 200 : 201, {}, {}, stored};
}

Answer Store::create(const Value& manifest, Instant now) {
  const std::optional<Kind> kind = kind_named(manifest["kind"].as_string(), manifest["apiVersion"].as_string());
  if (!kind) return failure(404, "NotFound", "the server could not find the requested resource");
  Object object;
  object.key = key_of(manifest, *kind);
  if (find(object.key)) return failure(409, "AlreadyExists", resource_of(object.key) + " already exists");
  read_manifest(manifest, object);
  Arena arena;
  if (facts_of(*kind).has_status_of_its_own) object.status = Part(newborn_status(arena, object));
  object.uid = "u" + std::to_string(next_uid_++);
  object.generation = facts_of(*kind).has_generation ? 1 : 0;
  object.created = now;
  return write(nullptr, std::move(object));
}

Answer Store::update(const Key& key, const Value& manifest, const Preconditions& only_if, Instant) {
  Found found = look_up(key, only_if);
  if (!found.object) return found.failure;
  const Object& before = *found.object;
  Object after = before;
  read_manifest(manifest, after);
  if (facts_of(key.kind).has_status_of_its_own) after.status = before.status;
  if (before.deleted)
    for (const std::string& f : after.finalizers)
      if (!before.has_finalizer(f))
        return failure(422, "Invalid",
                       resource_of(key) +
                           " is invalid: metadata.finalizers: Forbidden: no new "
                           "finalizers can be added if the object is being deleted");
  if (facts_of(key.kind).has_generation && !after.body.is_same(before.body)) ++after.generation;
  const bool changes_nothing = after.meta.is_same(before.meta) && after.body.is_same(before.body) &&
                               after.status.is_same(before.status) && after.finalizers == before.finalizers &&
                               after.owners == before.owners;
  if (changes_nothing) return {200, {}, {}, found.object};
  return write(found.object, std::move(after));
}

Answer Store::merge_patch(const Key& key, const Value& patch, const Preconditions& only_if, Instant now) {
  Preconditions checked = only_if;
  const Value& metadata = patch["metadata"];
  if (metadata["uid"].is_string()) checked.uid = std::string(metadata["uid"].as_string());
  Found found = look_up(key, checked);
  if (!found.object) return found.failure;
  Arena arena;
  const Value before = tree_of(*found.object, arena);
  if (metadata["resourceVersion"].is_string() &&
      !equal(metadata["resourceVersion"], before["metadata"]["resourceVersion"]))
    return conflict(key, "the object has been modified; please apply your changes to the latest version and try again");
  return update(key, apply_merge_patch(arena, before, patch), checked, now);
}

Answer Store::merge_patch_status(const Key& key, const Value& patch, const Preconditions& only_if, Instant now) {
  Found found = look_up(key, only_if);
  if (!found.object) return found.failure;
  if (!facts_of(key.kind).has_status_of_its_own)
    return failure(404, "NotFound", "the server could not find the requested resource");
  Arena arena;
  Object after = *found.object;
  const Value status = apply_merge_patch(arena, after.status.root(), patch["status"]);
  if (equal(status, after.status.root())) return {200, {}, {}, found.object};
  after.status = Part(status);
  after.status_written = now;
  return write(found.object, std::move(after));
}

Answer Store::remove(const Key& key, const Preconditions& only_if, Instant now) {
  Found found = look_up(key, only_if);
  if (!found.object) return found.failure;
  if (found.object->deleted) return {200, {}, {}, found.object};
  if (found.object->finalizers.empty() && key.kind != Kind::kPod) {
    erase(found.object);
    return {200, {}, {}, nullptr};
  }
  Object after = *found.object;
  after.deleted = now;
  if (after.generation > 0) ++after.generation;
  return write(found.object, std::move(after));
}

Answer Store::remove_now(const Key& key, const Preconditions& only_if, Instant) {
  Found found = look_up(key, only_if);
  if (!found.object) return found.failure;
  if (!found.object->finalizers.empty()) return {200, {}, {}, found.object};
  erase(found.object);
  return {200, {}, {}, nullptr};
}

Answer Store::scale(const Key& key, std::int64_t replicas, Instant now) {
  Found found = look_up(key, {});
  if (!found.object) return found.failure;
  if (facts_of(key.kind).scale_selector.empty())
    return failure(404, "NotFound", "the server could not find the requested resource");
  Arena arena;
  const Value before = tree_of(*found.object, arena);
  return update(key, with_member(arena, before, {"spec", "replicas"}, Value::integer(replicas)), {}, now);
}

void Store::catch_up(const Store& other, Kind kind) {
  const auto k = static_cast<std::size_t>(kind);
  lists_[k] = other.lists_[k];
  caught_up_[k] = other.version_of(kind);
}

std::uint64_t Store::version_of(Kind kind) const {
  const std::uint64_t known = caught_up_[static_cast<std::size_t>(kind)];
  return known > 0 ? known : version_;
}

std::vector<Change> Store::take_changes() {
  std::vector<Change> out;
  out.swap(changes_);
  return out;
}

}  // namespace grovec::simulate

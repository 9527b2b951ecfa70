#include "runtime/decide/settle_world.h"

#include <algorithm>
#include <unordered_set>

#include "ir/labels.h"
#include "runtime/decide/patch.h"

namespace grovec::decide {

using ir::Value;
namespace keys = ir::keys;

namespace {

// A pointer that owns nothing.
template <class T>
std::shared_ptr<const T> borrowed(const T* object) {
  return {std::shared_ptr<const void>(), object};
}

Value deep_copy(Arena& a, const Value& v) {
  if (v.is_string()) return Value::string(a.copy(v.as_string()));
  if (v.is_sequence()) {
    std::vector<Value> items;
    for (const Value& i : v.items()) items.push_back(deep_copy(a, i));
    return ir::make_sequence(a, items);
  }
  if (!v.is_mapping()) return v;
  ir::MappingBuilder b(a);
  for (const ir::Member& m : v.members()) b.set(a.copy(m.key), deep_copy(a, m.value));
  return b.build();
}

Value texts(Arena& a, const std::vector<std::string>& list) {
  std::vector<Value> out;
  for (const std::string& s : list) out.push_back(Value::string(a.copy(s)));
  return ir::make_sequence(a, out);
}

Value owners_value(Arena& a, const std::vector<OwnerReference>& owners) {
  std::vector<Value> out;
  for (const OwnerReference& o : owners) {
    ir::MappingBuilder b(a);
    b.set("apiVersion", Value::string(a.copy(o.api_version))).set("kind", Value::string(a.copy(o.kind)));
    b.set("name", Value::string(a.copy(o.name))).set("uid", Value::string(a.copy(o.uid)));
    b.set("controller", Value::boolean(o.controller)).set("blockOwnerDeletion", Value::boolean(o.block_deletion));
    out.push_back(b.build());
  }
  return ir::make_sequence(a, out);
}

Value meta_value(Arena& a, const LiveMeta& m) {
  ir::MappingBuilder b(a);
  b.set("name", Value::string(a.copy(m.name))).set("uid", Value::string(a.copy(m.uid)));
  b.set("generation", Value::integer(m.generation));
  b.set("resourceVersion", Value::string(a.copy(std::to_string(m.resource_version))));
  b.set("creationTimestamp", Value::string(a.copy(time_text(m.created))));
  if (m.deleted) b.set("deletionTimestamp", Value::string(a.copy(time_text(*m.deleted))));
  if (m.labels.is_mapping()) b.set("labels", m.labels);
  if (m.annotations.is_mapping()) b.set("annotations", m.annotations);
  if (!m.finalizers.empty()) b.set("finalizers", texts(a, m.finalizers));
  if (!m.owners.empty()) b.set("ownerReferences", owners_value(a, m.owners));
  return b.build();
}

Value set_value(Arena& a, const LiveSet& s) {
  ir::MappingBuilder b(a);
  b.set("metadata", meta_value(a, s.meta)).set("status", to_value(s.status, a));
  return b.set("spec", nest(a, {"replicas"}, Value::integer(s.replicas))).build();
}
template <class Live>
Value grove_value(Arena& a, const Live& live) {
  ir::MappingBuilder b(a);
  return b.set("metadata", meta_value(a, live.meta))
      .set("spec", live.spec)
      .set("status", to_value(live.status, a))
      .build();
}

// The next version: a new generation if the spec has changed.
template <class Live>
void finish(Live& next, const Live& before, bool spec_changes, std::uint64_t version) {
  next.meta.generation = before.meta.generation + spec_changes;
  next.meta.resource_version = version;
}

}  // namespace

SettleWorld::SettleWorld(const Observed& from, Instant now, std::string uid_prefix)
    : name_(from.name), namespace_(from.namespace_), uid_prefix_(std::move(uid_prefix)), now_(now) {
  set_ = borrowed(from.set);
  auto newer = [&](const auto& list) {
    for (const auto* live : list) last_version_ = std::max(last_version_, live->meta.resource_version);
  };
  newer(from.groups);
  newer(from.cliques);
  newer(from.gangs);
  newer(from.objects);
  for (const LiveGroup* g : from.groups) groups_.emplace(g->meta.name, borrowed(g));
  for (const LiveClique* c : from.cliques) cliques_.emplace(c->meta.name, borrowed(c));
  for (const LivePod* p : from.pods) pods_.emplace(p->name, borrowed(p));
  for (const LiveGang* g : from.gangs) gangs_.emplace(g->meta.name, borrowed(g));
  for (const LiveObject* o : from.objects) objects_.emplace(ObjectKey{o->kind, o->meta.name}, borrowed(o));
}

Observed SettleWorld::observe() const {
  Observed o;
  o.name = name_;
  o.namespace_ = namespace_;
  o.set = set_.get();
  for (const auto& [name, g] : groups_) o.groups.push_back(g.get());
  for (const auto& [name, c] : cliques_) o.cliques.push_back(c.get());
  for (const auto& [name, p] : pods_) o.pods.push_back(p.get());
  for (const auto& [name, g] : gangs_) o.gangs.push_back(g.get());
  for (const auto& [key, object] : objects_) o.objects.push_back(object.get());
  return o;
}

std::vector<std::shared_ptr<const void>> SettleWorld::memory() const {
  std::vector<std::shared_ptr<const void>> out{arena_, set_};
  for (const auto& [name, g] : groups_) out.push_back(g);
  for (const auto& [name, c] : cliques_) out.push_back(c);
  for (const auto& [name, p] : pods_) out.push_back(p);
  for (const auto& [name, g] : gangs_) out.push_back(g);
  for (const auto& [key, object] : objects_) out.push_back(object);
  return out;
}

void SettleWorld::carry(const World& world, const Decision& decision) {
  for (const Step& step : decision.steps)
    for (const Action& a : step) {
      if (a.verb == Verb::kCreate)
        create(world, a);
      else if (a.verb == Verb::kDelete)
        remove(a.key);
      else
        patch(a);
    }
}

void SettleWorld::carry_leftovers(const Decision& decision) {
  for (const Step& step : decision.steps)
    for (const Action& a : step) {
      if (a.verb == Verb::kDelete)
        remove(a.key);
      else if (a.verb != Verb::kCreate)
        patch(a);
    }
}

void SettleWorld::create_pod(const Action& a) {
  const auto clique = cliques_.find(a.source.clique.name);
  if (clique == cliques_.end() || pods_.contains(a.key.name)) return;
  LivePod pod = newborn_pod(*clique->second, a.source.instance.pod_index, a.source.instance.pod_suffix, a.source.gated,
                            interner_);
  pod.uid = next_uid();
  pod.created = now_.whole();
  pod.resource_version = ++last_version_;
  pods_[a.key.name] = std::make_shared<const LivePod>(std::move(pod));
}

void SettleWorld::create(const World& world, const Action& a) {
  if (a.key.kind == Kind::kPod) return create_pod(a);
  Arena& m = *arena_;
  Value body = deep_copy(m, body_of(world, a, nullptr, m));
  std::string owner_uid;
  if (a.owner && a.owner->kind == Kind::kPodCliqueSet) owner_uid = set_->meta.uid;
  auto take = [&](const auto& map) {
    if (auto at = map.find(a.owner->name); at != map.end()) owner_uid = at->second->meta.uid;
  };
  if (a.owner && a.owner->kind == Kind::kPodCliqueScalingGroup) take(groups_);
  if (a.owner && a.owner->kind == Kind::kPodClique) take(cliques_);
  if (a.owner && a.owner->kind == Kind::kPodGang) take(gangs_);
  if (owner_uid.empty()) return;
  std::vector<Value> owners;
  for (const Value& o : body["metadata"]["ownerReferences"].items())
    owners.push_back(ir::MappingBuilder(m, o).set("uid", Value::string(m.copy(owner_uid))).build());
  ir::MappingBuilder meta(m, body["metadata"]);
  meta.set("uid", Value::string(m.copy(next_uid()))).set("generation", Value::integer(1));
  meta.set("resourceVersion", Value::string(m.copy(std::to_string(++last_version_))));
  meta.set("creationTimestamp", Value::string(m.copy(time_text(now_))));
  meta.set("ownerReferences", ir::make_sequence(m, owners));
  body = ir::MappingBuilder(m, body).set("metadata", meta.build()).build();
  if (a.key.kind == Kind::kPodClique)
    cliques_.emplace(a.key.name, read_clique(body, arena_));
  else if (a.key.kind == Kind::kPodCliqueScalingGroup)
    groups_.emplace(a.key.name, read_group(body, arena_));
  else if (a.key.kind == Kind::kPodGang)
    gangs_.emplace(a.key.name, read_gang(body, arena_));
  else
    objects_.emplace(a.key, read_object(a.key.kind, body, arena_));
}

void SettleWorld::patch_pod(const Action& a) {
  const auto at = pods_.find(a.key.name);
  if (at == pods_.end()) return;
  LivePod pod = *at->second;
  pod.resource_version = ++last_version_;
  if (a.change.find("spec", "schedulingGates")) pod.gated = pod.waits_at_gate = false;
  if (const Value* owners = a.change.find("metadata", "ownerReferences"))
    for (const Value& o : owners->items()) {
      pod.owner_uid = interner_.text(o["uid"].as_string());
      pod.owner_name = interner_.text(o["name"].as_string());
      pod.owner_is_complete = true;
    }
  if (const Value* labels = a.change.find("metadata", "labels")) {
    std::map<std::string, std::string> all;
    if (pod.labels) all.insert(pod.labels->items.begin(), pod.labels->items.end());
    for (const ir::Member& m : labels->members()) {
      if (m.key == keys::kPodIndex)
        pod.index_label = pod.index;
      else
        all[std::string(m.key)] = m.value.as_string();
    }
    pod.labels = interner_.labels({{all.begin(), all.end()}});
  }
  at->second = std::make_shared<const LivePod>(std::move(pod));
}

void SettleWorld::patch(const Action& a) {
  if (a.key.kind == Kind::kPod) return patch_pod(a);
  Arena& m = *arena_;
  const Value change = deep_copy(m, a.change);
  const bool spec_changes = change.find("spec") != nullptr;
  const bool is_status = a.verb == Verb::kPatchStatus;
  auto grove = [&](auto& map, auto read) {
    const auto at = map.find(a.key.name);
    if (at == map.end()) return;
    using Live = std::remove_const_t<std::remove_reference_t<decltype(*at->second)>>;
    auto next = std::make_shared<Live>(*read(apply_patch(m, grove_value(m, *at->second), change), arena_));
    finish(*next, *at->second, spec_changes, ++last_version_);
    next->status_written = is_status ? now_ : at->second->status_written;
    if (next->meta.deleted && next->meta.finalizers.empty())
      map.erase(at);
    else
      at->second = std::move(next);
  };
  if (a.key.kind == Kind::kPodClique) return grove(cliques_, read_clique);
  if (a.key.kind == Kind::kPodCliqueScalingGroup) return grove(groups_, read_group);
  if (a.key.kind == Kind::kPodGang) return grove(gangs_, read_gang);
  if (a.key.kind == Kind::kPodCliqueSet) {
    auto next = std::make_shared<LiveSet>(*read_set(apply_patch(m, set_value(m, *set_), change), arena_));
    finish(*next, *set_, false, ++last_version_);
    next->status_written = is_status ? now_ : set_->status_written;
    set_ = std::move(next);
    return;
  }
  if (const auto at = objects_.find(a.key); at != objects_.end()) {
    ir::MappingBuilder tree(m, at->second->tree);
    tree.set("metadata", meta_value(m, at->second->meta));
    auto next = std::make_shared<LiveObject>(*read_object(a.key.kind, apply_patch(m, tree.build(), change), arena_));
    next->meta.resource_version = ++last_version_;
    at->second = std::move(next);
  }
}

void SettleWorld::remove(const ObjectKey& key) {
  auto mark = [&](auto& map) {
    const auto at = map.find(key.name);
    if (at == map.end()) return;
    if (at->second->meta.finalizers.empty()) {
      map.erase(at);
      return;
    }
    using Live = std::remove_const_t<std::remove_reference_t<decltype(*at->second)>>;
    auto next = std::make_shared<Live>(*at->second);
    next->meta.deleted = now_;
    at->second = std::move(next);
  };
  if (key.kind == Kind::kPod) {
    pods_.erase(key.name);
  } else if (key.kind == Kind::kPodClique) {
    mark(cliques_);
  } else if (key.kind == Kind::kPodCliqueScalingGroup) {
    mark(groups_);
  } else if (key.kind == Kind::kPodGang) {
    mark(gangs_);
  } else {
    objects_.erase(key);
  }
}

// One round of garbage collection; true if anything went.
bool SettleWorld::collect() {
  std::unordered_set<std::string> uids{set_->meta.uid};
  for (const auto& [name, g] : groups_) uids.insert(g->meta.uid);
  for (const auto& [name, c] : cliques_) uids.insert(c->meta.uid);
  for (const auto& [name, g] : gangs_) uids.insert(g->meta.uid);
  std::vector<ObjectKey> gone;
  auto look = [&](Kind kind, const LiveMeta& meta) {
    const OwnerReference* o = meta.controller();
    if (o && !meta.deleted && !uids.contains(o->uid)) gone.push_back({kind, meta.name});
  };
  for (const auto& [name, g] : groups_) look(Kind::kPodCliqueScalingGroup, g->meta);
  for (const auto& [name, c] : cliques_) look(Kind::kPodClique, c->meta);
  for (const auto& [name, g] : gangs_) look(Kind::kPodGang, g->meta);
  for (const auto& [key, object] : objects_) look(key.kind, object->meta);
  for (const auto& [name, p] : pods_)
    if (p->owner_uid && !uids.contains(*p->owner_uid)) gone.push_back({Kind::kPod, name});
  for (const ObjectKey& key : gone) remove(key);
  return !gone.empty();
}

bool SettleWorld::make_ready() {
  bool any = false;
  for (auto& [name, pod] : pods_) {
    if (pod->gated || pod->is_finished() || (pod->ready && pod->scheduled && pod->has_node)) continue;
    LivePod next = *pod;
    next.phase = PodPhase::kRunning;
    next.has_node = next.scheduled = next.ready = true;
    next.waits_at_gate = next.started_not_ready = next.has_unstarted = false;
    next.ready_since = now_.whole();
    pod = std::make_shared<const LivePod>(std::move(next));
    any = true;
  }
  return any;
}

void SettleWorld::clear_away() {
  std::erase_if(pods_, [](const auto& entry) { return entry.second->is_marked(); });
  while (collect()) {
  }
}

void SettleWorld::turn_the_wheels() {
  std::erase_if(pods_, [](const auto& entry) { return entry.second->is_marked(); });
  make_ready();
  while (collect()) {
  }
}

}  // namespace grovec::decide

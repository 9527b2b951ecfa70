#include "runtime/live/eyes/store.h"

#include <algorithm>

namespace grovec::live {

namespace {

std::size_t index_of(Kind kind) { return static_cast<std::size_t>(kind); }

bool can_control(Kind kind) { return kind != Kind::kPod; }

// The controller of what may have lost its label, else null.
const decide::OwnerReference* owner_to_name(const Seen& seen) {
  if (!seen.set.empty() || seen.owner_uid.empty()) return nullptr;
  if (const auto* clique = seen.as<decide::LiveClique>()) return clique->meta.controller();
  if (const auto* group = seen.as<decide::LiveGroup>()) return group->meta.controller();
  return nullptr;
}

template <class T>
void add_all(const auto& bucket, Kind kind, std::vector<const T*>& out, std::vector<Typed>& held) {
  const auto& objects = bucket[index_of(kind)];
  out.reserve(out.size() + objects.size());
  for (const auto& [name, entry] : objects)
    if (const T* live = entry->seen->template as<T>()) {
      out.push_back(live);
      held.push_back(entry->seen->typed);
    }
}

}  // namespace

SetKey Store::home_of(const Seen& seen) const {
  if (seen.kind == Kind::kPodCliqueSet) return {seen.namespace_, seen.name};
  if (!seen.set.empty()) return {seen.namespace_, seen.set};
  const auto at = homes_.find(seen.owner_uid);
  return at == homes_.end() ? home_by_name(seen) : at->second;
}

// A set that is the controller has that name, whether it lives or not. Of the sets that a group may be of, the one with
// the longest name: `a-0-b-0-x` is rather of `a-0-b` than of `a`.
SetKey Store::home_by_name(const Seen& seen) const {
  const decide::OwnerReference* owner = owner_to_name(seen);
  if (!owner) return {};
  if (decide::is_named_after(owner->api_version, owner->kind, owner->name, owner->name))
    return {seen.namespace_, owner->name};
  for (std::size_t end = owner->name.rfind('-'); end != std::string::npos && end > 0;
       end = owner->name.rfind('-', end - 1)) {
    const SetKey set{seen.namespace_, owner->name.substr(0, end)};
    if (decide::is_named_after(owner->api_version, owner->kind, owner->name, set.name) && buckets_.contains(set))
      return set;
  }
  return {};
}

void Store::touch(const SetKey& home) {
  if (!home.name.empty()) changed_.insert(home);
}

// Files an entry that is in no bucket.
void Store::take_in(Entry& entry) {
  const Seen& seen = *entry.seen;
  entry.home = home_of(seen);
  if (seen.set.empty() && !seen.owner_uid.empty()) by_owner_[seen.owner_uid].insert(&entry);
  if (owner_to_name(seen)) strays_[seen.namespace_].insert(&entry);
  if (entry.home.name.empty()) return;
  const auto [bucket, is_new] = buckets_.try_emplace(entry.home);
  bucket->second[index_of(seen.kind)][seen.name] = &entry;
  touch(entry.home);
  if (is_new)
    if (const auto at = strays_.find(seen.namespace_); at != strays_.end()) refile(std::set<Entry*>(at->second));
  if (!can_control(seen.kind)) return;
  homes_[seen.uid] = entry.home;
  if (const auto at = by_owner_.find(seen.uid); at != by_owner_.end()) refile(std::set<Entry*>(at->second));
}

void Store::let_go(Entry& entry) {
  const Seen& seen = *entry.seen;
  touch(entry.home);
  if (const auto at = by_owner_.find(seen.owner_uid); at != by_owner_.end()) {
    at->second.erase(&entry);
    if (at->second.empty()) by_owner_.erase(at);
  }
  if (const auto at = strays_.find(seen.namespace_); at != strays_.end()) {
    at->second.erase(&entry);
    if (at->second.empty()) strays_.erase(at);
  }
  if (entry.home.name.empty()) return;
  if (const auto bucket = buckets_.find(entry.home); bucket != buckets_.end()) {
    bucket->second[index_of(seen.kind)].erase(seen.name);
    if (std::all_of(bucket->second.begin(), bucket->second.end(), [](const auto& m) { return m.empty(); }))
      buckets_.erase(bucket);
  }
  entry.home = {};
}

// What waits for its controller, or for a set of its name, to be known moves in with it.
void Store::refile(const std::set<Entry*>& entries) {
  for (Entry* entry : entries) {
    if (entry->home == home_of(*entry->seen)) continue;
    let_go(*entry);
    take_in(*entry);
  }
}

void Store::put(std::shared_ptr<const Seen> seen) {
  List& list = lists_[index_of(seen->kind)];
  auto [at, is_new] = list.objects.try_emplace(Name(seen->namespace_, seen->name));
  Entry& entry = at->second;
  entry.round = list.round;
  if (!is_new) {
    if (entry.seen->uid == seen->uid && entry.seen->resource_version >= seen->resource_version) return;
    let_go(entry);
    if (entry.seen->uid != seen->uid) homes_.erase(entry.seen->uid);
  }
  entry.seen = std::move(seen);
  take_in(entry);
}

void Store::remove(Kind kind, std::string_view namespace_, std::string_view name, std::string_view uid) {
  List& list = lists_[index_of(kind)];
  const auto at = list.objects.find(Name(namespace_, name));
  if (at == list.objects.end() || (!uid.empty() && at->second.seen->uid != uid)) return;
  let_go(at->second);
  homes_.erase(at->second.seen->uid);
  list.objects.erase(at);
}

void Store::begin_list(Kind kind) { ++lists_[index_of(kind)].round; }

void Store::end_list(Kind kind) {
  List& list = lists_[index_of(kind)];
  std::vector<Name> gone;
  for (const auto& [name, entry] : list.objects)
    if (entry.round != list.round) gone.push_back(name);
  for (const Name& name : gone) remove(kind, name.first, name.second);
}

std::shared_ptr<const Seen> Store::find(Kind kind, std::string_view namespace_, std::string_view name) const {
  const List& list = lists_[index_of(kind)];
  const auto at = list.objects.find(Name(namespace_, name));
  return at == list.objects.end() ? nullptr : at->second.seen;
}

std::vector<SetKey> Store::sets() const {
  std::vector<SetKey> out;
  for (const auto& [key, bucket] : buckets_) out.push_back(key);
  return out;
}

std::vector<std::shared_ptr<const Seen>> Store::all(Kind kind) const {
  std::vector<std::shared_ptr<const Seen>> out;
  for (const auto& [name, entry] : lists_[index_of(kind)].objects) out.push_back(entry.seen);
  return out;
}

View Store::view(const SetKey& set) const {
  View out;
  out.observed.name = set.name;
  out.observed.namespace_ = set.namespace_;
  const auto at = buckets_.find(set);
  if (at == buckets_.end()) return out;
  const Bucket& bucket = at->second;
  for (const auto& [name, entry] : bucket[index_of(Kind::kPodCliqueSet)])
    out.manifest = std::get<std::shared_ptr<const LiveManifest>>(entry->seen->typed);
  if (out.manifest) out.observed.set = &out.manifest->live;
  add_all(bucket, Kind::kPodCliqueScalingGroup, out.observed.groups, out.held);
  add_all(bucket, Kind::kPodClique, out.observed.cliques, out.held);
  add_all(bucket, Kind::kPod, out.observed.pods, out.held);
  add_all(bucket, Kind::kPodGang, out.observed.gangs, out.held);
  for (std::size_t k = 0; k < bucket.size(); ++k) add_all(bucket, static_cast<Kind>(k), out.observed.objects, out.held);
  return out;
}

std::vector<SetKey> Store::take_changed() {
  std::vector<SetKey> out(changed_.begin(), changed_.end());
  changed_.clear();
  return out;
}

}  // namespace grovec::live

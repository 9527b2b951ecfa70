#include "runtime/simulate/cluster.h"

#include <algorithm>

namespace grovec::simulate {

std::optional<Instant> Cluster::next() const {
  std::optional<Instant> first;
  const auto consider = [&](std::optional<Instant> at) {
    if (at && (!first || *at < *first)) first = at;
  };
  consider(environment.next());
  if (cache) consider(cache->next());
  if (operator_) consider(operator_->next());
  if (first && *first < now) first = now;
  return first;
}

bool Cluster::step(Instant limit) {
  const std::optional<Instant> at = next();
  if (!at || *at > limit) {
    now = std::max(now, limit);
    return false;
  }
  now = *at;
  environment.run(store, now);
  spread();
  if (cache) {
    const std::vector<Change> seen = cache->run(store, now);
    if (operator_) operator_->notice(seen, now);
  }
  if (operator_) operator_->run(store, cache ? cache->view() : store, now);
  spread();
  return true;
}

void Cluster::run_until(Instant at) {
  while (step(at)) {
  }
}

void Cluster::spread() {
  if (operator_)
    for (const Written& write : operator_->take_writes())
      if (watcher) watcher->wrote(write, now);
  for (const Notice& notice : environment.take_notices())
    if (watcher) watcher->noticed(notice, now);
  const std::vector<Change> changes = store.take_changes();
  if (!changes.empty()) {
    last_change = now;
    if (watcher)
      for (const Change& change : changes) watcher->changed(change, now);
    environment.notice(store, changes, now);
    if (cache)
      cache->notice(changes, now);
    else if (operator_)
      operator_->notice(changes, now);
  }
  if (operator_)
    for (const decide::Event& event : operator_->take_events())
      if (watcher) watcher->said(event, now);
}

void Cluster::kill_operator() {
  if (operator_) operator_->kill();
}

void Cluster::start_operator() {
  if (!operator_) return;
  if (cache) cache->relist(store);
  operator_->start(now);
}

namespace {

std::uint64_t text_hash(const std::string& text) { return hash_of(std::string_view(text)); }

// What ties an object to others: each owner, and whether it is the one of that name that is there.
std::uint64_t owners_hash(const Store& store, const Object& object) {
  std::uint64_t h = object.owners.size();
  for (const OwnerReference& owner : object.owners) {
    const std::optional<Kind> kind = kind_named(owner.kind, owner.api_version);
    const ObjectPtr found = kind ? store.find({*kind, object.key.namespace_, owner.name}) : nullptr;
    h = mix(h,
            mix(text_hash(owner.kind + "/" + owner.name), (found && found->uid == owner.uid) + 2u * owner.controller));
  }
  return h;
}

std::uint64_t distance(Instant at, Instant now) { return static_cast<std::uint64_t>(at.seconds() - now.seconds()); }

}  // namespace

std::uint64_t state_hash(const Store& store, std::optional<Instant> now) {
  std::uint64_t h = 0;
  for (std::size_t k = 0; k < kKinds; ++k)
    for (const ObjectPtr& object : store.all(static_cast<Kind>(k))) {
      h = mix(h, mix(k, text_hash(object->key.namespace_ + "/" + object->key.name)));
      h = mix(mix(h, object->meta.hash()), object->body.hash());
      h = mix(h, now ? object->status.hash() : object->status.hash_without_times());
      for (const std::string& finalizer : object->finalizers) h = mix(h, text_hash(finalizer));
      h = mix(mix(h, owners_hash(store, *object)), object->is_terminating());
      h = mix(h, static_cast<std::uint64_t>(object->generation));
      if (now) h = mix(h, distance(object->created, *now));
      if (now && object->deleted) h = mix(h, distance(*object->deleted, *now));
    }
  return h;
}

}  // namespace grovec::simulate

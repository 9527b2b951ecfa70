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

}  // namespace grovec::simulate

// From pods up to the replicas of the set.
#include "runtime/status/build_rows.h"

#include <algorithm>

#include "ir/labels.h"

namespace grovec::status {

using decide::LiveClique;
namespace keys = ir::keys;

namespace {

// What a row of several is, from its children: all that is wanted is Ready, or the first that is not tells.
std::string_view state_of(const std::vector<Row>& children, bool is_wanted) {
  if (!is_wanted) return "surplus";
  for (std::string_view state : {"missing", "failed", "not-ready", "pending", "gated", "starting", "terminating"})
    for (const Row& c : children)
      if (c.state == state) return c.state == "missing" || c.state == "terminating" ? "not-ready" : c.state;
  return "ready";
}

std::string_view target_hash_of(const LiveClique* live) {
  if (!live) return {};
  if (live->status.update && !live->status.update->template_hash.empty()) return live->status.update->template_hash;
  return live->meta.label(keys::kPodTemplateHash);
}

}  // namespace

void Counts::add(const Counts& o) {
  wanted += o.wanted;
  pods += o.pods;
  gated += o.gated;
  scheduled += o.scheduled;
  ready += o.ready;
  updated += o.updated;
  restarts += o.restarts;
  minimum += o.minimum;
}

Row RowBuilder::pod(const PodFacts& facts, std::string_view target_hash) const {
  const decide::LivePod& live = *facts.live;
  Row row;
  row.kind = RowKind::kPod;
  row.name = live.name;
  row.gang = live.labels->get(keys::kPodGang);
  row.is_available = live.ready;
  row.state = live.is_marked()                 ? "terminating"
              : live.is_finished()             ? "failed"
              : live.ready                     ? "ready"
              : live.gated || live.other_gates ? "gated"
              : !facts.node && !live.scheduled ? "pending"
              : facts.trouble == Trouble::kNotReady || facts.trouble == Trouble::kImage ||
                      facts.trouble == Trouble::kCrash || facts.trouble == Trouble::kContainer ||
                      facts.trouble == Trouble::kGateUnmet
                  ? "not-ready"
                  : "starting";
  row.counts.pods = !live.is_marked();
  row.counts.gated = live.waits_at_gate;
  row.counts.scheduled = live.scheduled;
  row.counts.ready = live.ready;
  row.counts.updated = live.template_hash && *live.template_hash == target_hash;
  row.counts.restarts = facts.restarts;
  row.reasons = pod_reasons(s_, facts);
  return row;
}

void RowBuilder::count_pods(const CliquePlace& place, const LiveClique* live, Row& row) const {
  Counts& c = row.counts;
  if (!s_.world.has_read(Read::kPods)) {
    if (!live) return;
    const decide::CliqueStatus& s = live->status;
    c.pods = s.replicas, c.gated = s.gated, c.scheduled = s.scheduled, c.ready = s.ready, c.updated = s.updated;
    return;
  }
  auto it = s_.set.pods.find(place.name);
  if (it == s_.set.pods.end()) return;
  const std::string_view hash = target_hash_of(live);
  for (const PodFacts& p : it->second) {
    row.children.push_back(pod(p, hash));
    c.add(row.children.back().counts);
    if (row.gang.empty()) row.gang = row.children.back().gang;
  }
}

Row RowBuilder::clique(const CliquePlace& place) const {
  const LiveClique* live = s_.clique(place.name);
  Row row;
  row.kind = RowKind::kClique;
  row.name = place.name;
  row.counts.wanted = live ? live->replicas : place.is_wanted ? place.replicas : 0;
  row.counts.minimum = live ? live->min_available.value_or(live->replicas) : place.minimum;
  if (live) row.gang = live->meta.label(keys::kPodGang);
  count_pods(place, live, row);
  if (!live && !s_.set.set) row.counts.wanted = row.counts.minimum = row.counts.pods;
  const bool is_missing = !live && s_.world.has_read(Read::kCliques), is_going = live && live->meta.deleted;
  row.is_available = !is_missing && !is_going && row.counts.ready >= row.counts.minimum;
  const bool all_ready = row.counts.ready >= row.counts.wanted && row.counts.pods >= row.counts.wanted;
  row.state = is_missing ? "missing" : is_going ? "terminating" : !place.is_wanted ? "surplus" : "ready";
  if (row.state == "ready" && !all_ready) {
    row.state = state_of(row.children, true);
    if (row.state == "ready") row.state = "not-ready";
  }
  if (is_missing) row.reasons.push_back({Cause::kMissing, "does not exist yet"});
  if (live) row.reasons = clique_reasons(s_, *live, row.counts);
  return row;
}

void RowBuilder::add_termination(const CliquePlace& place, std::string_view what, Row& row) const {
  const LiveClique* live = s_.clique(place.name);
  if (!live) return;
  if (std::optional<decide::Instant> at = termination_at(s_, *live)) {
    const decide::Condition* c = live->status.conditions.find("MinAvailableBreached");
    row.reasons.push_back({Cause::kTermination, "is below its minimum since " + decide::time_text(c->since) + ": " +
                                                    std::string(what) + " is recycled at " + decide::time_text(*at) +
                                                    " unless it recovers"});
  }
}

Row RowBuilder::group_replica(const GroupPlace& group, const GroupReplicaPlace& place, const std::string& set_replica,
                              bool is_spare_enough) const {
  Row row;
  row.kind = RowKind::kGroupReplica;
  row.name = group.name + " replica " + std::to_string(place.index);
  row.is_available = true;
  for (const CliquePlace& c : place.cliques) {
    row.children.push_back(clique(c));
    add_termination(c, is_spare_enough ? row.name : set_replica, row.children.back());
    row.counts.add(row.children.back().counts);
    row.is_available &= row.children.back().is_available;
    if (row.gang.empty()) row.gang = row.children.back().gang;
  }
  row.state = state_of(row.children, place.is_wanted);
  return row;
}

Row RowBuilder::group(const GroupPlace& place, std::int32_t set_replica) const {
  auto it = s_.set.groups.find(place.name);
  const decide::LiveGroup* live = it == s_.set.groups.end() ? nullptr : it->second.get();
  Row row;
  row.kind = RowKind::kGroup;
  row.name = place.name;
  std::int32_t breached = 0;
  for (const GroupReplicaPlace& r : place.replicas)
    breached += std::any_of(r.cliques.begin(), r.cliques.end(), [&](const CliquePlace& c) {
      const LiveClique* clique = s_.clique(c.name);
      return clique && termination_at(s_, *clique);
    });
  const bool is_spare_enough = static_cast<std::int32_t>(place.replicas.size()) - breached >= place.minimum;
  std::int32_t available = 0;
  for (const GroupReplicaPlace& r : place.replicas) {
    row.children.push_back(group_replica(place, r, "set replica " + std::to_string(set_replica), is_spare_enough));
    row.counts.add(row.children.back().counts);
    available += r.is_wanted && row.children.back().is_available;
  }
  const bool is_missing = !live && s_.world.has_read(Read::kGroups);
  row.is_available = !is_missing && available >= place.minimum;
  row.state = is_missing ? "missing" : state_of(row.children, place.is_wanted);
  if (live) row.reasons = group_reasons(*live);
  if (is_missing) row.reasons.push_back({Cause::kMissing, "does not exist yet"});
  if (live && live->meta.deleted) row.is_available = false, row.state = "terminating";
  return row;
}

Row RowBuilder::replica(const ReplicaPlace& place) const {
  Row row;
  row.kind = RowKind::kReplica;
  row.name = s_.name + " replica " + std::to_string(place.index);
  row.is_available = true;
  auto take = [&](Row child) {
    row.counts.add(child.counts);
    row.is_available &= child.is_available || child.state == "surplus";
    row.children.push_back(std::move(child));
  };
  for (const CliquePlace& c : place.cliques) {
    Row child = clique(c);
    add_termination(c, "set replica " + std::to_string(place.index), child);
    take(std::move(child));
  }
  for (const GroupPlace& g : place.groups) take(group(g, place.index));
  row.state = state_of(row.children, place.is_wanted);
  return row;
}

}  // namespace grovec::status

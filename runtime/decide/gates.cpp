// Births and scheduling gates (reference: runtime 7.4, 27).
//
// Pods of a base gang are born without a gate, behind their PodGang. Those of a scaled gang wait until the base gang
// runs and their own gang is complete, both judged by live pods and never by a status.
#include <algorithm>

#include "ir/labels.h"
#include "runtime/decide/compare.h"
#include "runtime/decide/patch.h"

namespace grovec::decide {

using ir::Value;
namespace keys = ir::keys;

namespace {

std::uint32_t minimum_of(const Draft& d, const CliqueCell& c) { return d.view.world().layout(c.clique).min_available; }

// Every PodGroup of the base gang has its minimum scheduled.
bool base_is_scheduled(const Draft& d, const ReplicaCell& r) {
  auto has = [&](const CliqueCell& c) {
    return c.is_there() && c.counts.scheduled >= static_cast<std::int32_t>(minimum_of(d, c));
  };
  for (const CliqueCell& c : d.view.standalone_of(r))
    if (!has(c)) return false;
  for (const GroupCell& g : d.view.groups_of(r)) {
    if (g.wanted_replicas < g.min_available) return false;
    for (std::uint32_t j = 0; j < g.min_available; ++j)
      for (const CliqueCell& c : d.view.row_of(g, j))
        if (!has(c)) return false;
  }
  return true;
}

// Every PodGroup of the scaled gang has its minimum created.
bool own_is_complete(const Draft& d, const GroupCell& g, std::uint32_t j) {
  for (const CliqueCell& c : d.view.members_of(g, j))
    if (!c.is_there() || c.counts.live < static_cast<std::int32_t>(minimum_of(d, c))) return false;
  return true;
}

void open_gate(Draft& d, const LivePod& pod) {
  Arena& a = d.arena();
  std::vector<Value> rest;
  std::string_view others = pod.other_gates ? std::string_view(*pod.other_gates) : std::string_view();
  while (!others.empty()) {
    const std::size_t comma = std::min(others.find(','), others.size());
    rest.push_back(nest(a, {"name"}, Value::string(d.keep(others.substr(0, comma)))));
    others.remove_prefix(std::min(comma + 1, others.size()));
  }
  Action act = action(Verb::kPatch, {Kind::kPod, pod.name}, {Reason::kGateOpen, {}, {}}, pod.uid);
  if (!rest.empty()) act.resource_version = pod.resource_version;  // a list is replaced
  act.change = nest(a, {"spec", "schedulingGates"}, rest.empty() ? Value::null() : ir::make_sequence(a, rest));
  if (d.may(act.verb, act.key)) d.add(Stage::kPods, std::move(act));
}

void adopt(Draft& d, const CliqueCell& c, const LivePod& pod) {
  Action act = action(Verb::kPatch, {Kind::kPod, pod.name}, {Reason::kAdopt, {pod.index, 0, 0}, {}}, pod.uid);
  act.resource_version = pod.resource_version;
  act.read_owner_first = true;
  act.owner = ObjectKey{Kind::kPodClique, c.live->meta.name};
  LiveMeta none;
  act.change = nest(d.arena(), {"metadata"}, owner_patch(d.arena(), none, clique_owner(*c.live)));
  if (d.may(act.verb, act.key)) d.add(Stage::kPods, std::move(act));
}

void give_birth(Draft& d, const CliqueCell& c, const GangCell& gang, const Birth& birth, bool gated) {
  if (birth.adopted) return adopt(d, c, *birth.adopted);
  const ObjectKey clique{Kind::kPodClique, d.view.name(c)};
  Action act = action(Verb::kCreate, {Kind::kPod, birth.name},
                      {Reason::kPodGone, {static_cast<std::int64_t>(birth.index), 0, 0}, {}});
  act.source.from = Source::From::kClique;
  act.source.clique = clique;
  act.source.instance = d.view.instance(c);
  act.source.instance.pod_index = birth.index;
  act.source.instance.pod_suffix = ir::pod_suffix(birth.attempt, birth.index);
  act.source.gated = gated;
  act.owner = clique;
  act.gang = ObjectKey{Kind::kPodGang, d.view.name(gang)};
  if (d.may(act.verb, act.key)) d.add(Stage::kPods, std::move(act));
}

bool has_business(const Draft& d, const CliqueCell& c) {
  return c.counts.has_gate || !d.cells[d.view.index_of(c)].births.empty();
}

void decide_cell(Draft& d, const CliqueCell& c, bool is_open) {
  const std::vector<Birth>& births = d.cells[d.view.index_of(c)].births;
  const bool has_gated = c.counts.has_gate;
  const GangCell* gang = d.view.gang_of(c);
  if (!gang || !d.gangs_there[d.view.index_of(*gang)]) return;  // pods come behind their PodGang
  for (const Birth& birth : births) give_birth(d, c, *gang, birth, !is_open);
  if (!is_open || !has_gated || !c.is_there()) return;
  for (const LivePod* pod : c.pods)
    if (pod->gated && !pod->is_marked()) open_gate(d, *pod);
}

}  // namespace

void decide_gates(Draft& d) {
  for (const ReplicaCell& r : d.view.replicas()) {
    if (!r.wanted) continue;
    d.turn_to(d.view.index_of(r));
    for (const CliqueCell& c : d.view.standalone_of(r))
      if (has_business(d, c)) decide_cell(d, c, true);
    std::optional<bool> base;
    for (const GroupCell& g : d.view.groups_of(r))
      for (std::uint32_t j = 0; j < g.wanted_replicas; ++j) {
        const auto row = d.view.row_of(g, j);
        if (std::none_of(row.begin(), row.end(), [&](const CliqueCell& c) { return has_business(d, c); })) continue;
        bool is_open = j < g.min_available;
        if (!is_open) {
          if (!base) base = base_is_scheduled(d, r);
          is_open = *base && own_is_complete(d, g, j);
        }
        for (const CliqueCell& c : row)
          if (has_business(d, c)) decide_cell(d, c, is_open);
      }
  }
}

}  // namespace grovec::decide

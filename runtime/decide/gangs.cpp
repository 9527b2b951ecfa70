// PodGangs: made with complete references before their pods, kept in step with them (reference: runtime 7, 27).
#include <algorithm>

#include "ir/labels.h"
#include "runtime/decide/compare.h"
#include "runtime/decide/patch.h"

namespace grovec::decide {

using ir::Value;
namespace keys = ir::keys;

namespace {

constexpr std::uint32_t kSame = 1;

ir::DescriptionId description_of(const LiveView& v, const GangCell& g) {
  return g.group ? v.world().layout(v.groups()[*g.group].group).gang : v.world().base_gang();
}

// Cells whose pods the gang has, in the order of its PodGroups; null where a group is smaller than its minimum.
std::vector<const CliqueCell*> members_of(const LiveView& v, const GangCell& gang) {
  std::vector<const CliqueCell*> out;
  if (gang.group) {
    for (const CliqueCell& c : v.members_of(v.groups()[*gang.group], gang.j)) out.push_back(&c);
    return out;
  }
  const ReplicaCell& r = v.replica_of(gang);
  for (const CliqueCell& c : v.standalone_of(r)) out.push_back(&c);
  for (const GroupCell& g : v.groups_of(r))
    for (std::uint32_t j = 0; j < g.min_available; ++j) {
      const auto row = v.members_of(g, j);
      for (std::uint32_t n = 0; n < g.members; ++n) out.push_back(row.empty() ? nullptr : &row[n]);
    }
  return out;
}

// Names of the pods that a cell has or is about to get, in byte order.
void names_of(const Draft& d, const CliqueCell& c, std::vector<std::string_view>& out) {
  out.clear();
  for (const LivePod* pod : c.pods_by_name)
    if (!pod->is_marked() && c.is_there()) out.push_back(pod->name);
  const std::vector<Birth>& births = d.cells[d.view.index_of(c)].births;
  for (const Birth& b : births) out.push_back(b.name);
  if (!births.empty()) std::sort(out.begin(), out.end());
}

bool lists(const GangMember& member, const std::vector<std::string_view>& names) {
  return member.pods.size() == names.size() && std::equal(names.begin(), names.end(), member.pods.begin());
}

bool has_references(const Draft& d, const GangCell& g, const std::vector<const CliqueCell*>& cells) {
  if (g.live->members.size() != cells.size()) return false;
  std::vector<std::string_view> names;
  for (std::size_t n = 0; n < cells.size(); ++n) {
    names.clear();
    if (cells[n]) names_of(d, *cells[n], names);
    if (!lists(g.live->members[n], names)) return false;
  }
  return true;
}

// spec.podgroups of the plan, with the pods that there are.
Value pod_groups(Draft& d, const Value& wanted, const std::vector<const CliqueCell*>& cells) {
  Arena& a = d.arena();
  std::vector<Value> items;
  std::vector<std::string_view> names;
  const auto planned = wanted["spec"]["podgroups"].items();
  for (std::size_t n = 0; n < planned.size(); ++n) {
    std::vector<Value> references;
    names.clear();
    if (n < cells.size() && cells[n]) names_of(d, *cells[n], names);
    for (std::string_view name : names) {
      ir::MappingBuilder b(a);
      b.set("name", Value::string(d.keep(name))).set("namespace", Value::string(d.view.world().namespace_()));
      references.push_back(b.build());
    }
    items.push_back(ir::MappingBuilder(a, planned[n]).set("podReferences", ir::make_sequence(a, references)).build());
  }
  return ir::make_sequence(a, items);
}

// A PodGang is born complete, so not before every PodClique it lists is there.
bool can_be_born(const Draft& d, const std::vector<const CliqueCell*>& cells) {
  return std::all_of(cells.begin(), cells.end(),
                     [&](const CliqueCell* c) { return !c || d.cells[d.view.index_of(*c)].will_be_there; });
}

// True if it will be there.
bool create_gang(Draft& d, const GangCell& g, const std::vector<const CliqueCell*>& cells) {
  if (!can_be_born(d, cells)) return false;
  Action act = action(Verb::kCreate, {Kind::kPodGang, d.view.name(g)}, {Reason::kMissing, {}, {}});
  if (!d.may(act.verb, act.key)) return false;
  act.source.from = Source::From::kPlan;
  act.source.description = description_of(d.view, g);
  act.source.instance = d.view.instance(g);
  const Value wanted = wanted_tree(d.view.world(), act.source.description, act.source.instance, d.arena());
  act.change = nest(d.arena(), {"spec", "podgroups"}, pod_groups(d, wanted, cells));
  act.owner = key_of(set_owner(d.view));
  d.add(Stage::kMembers, std::move(act));
  return true;
}

// Annotations that are not the set's to take away: Grove's own, our facts, those of the schedulers.
bool is_not_mirrored(std::string_view key) {
  return key.starts_with(keys::kGrovePrefix) || is_fact(key) || key.find("scheduling.") != key.npos ||
         key.starts_with("kai.scheduler/") || key.find("volcano.sh/") != key.npos;
}

// What a PodGang lacks: labels and annotations that follow the set, and the rest.
struct GangChange {
  Value mirrored = Value::null();  // of metadata
  Value metadata = Value::null(), spec = Value::null();
};

GangChange change_of(Draft& d, const GangCell& g, const std::vector<const CliqueCell*>& cells) {
  Arena& a = d.arena();
  const LiveGang& live = *g.live;
  const Value wanted = wanted_tree(d.view.world(), description_of(d.view, g), d.view.instance(g), a);
  const Value& meta = wanted["metadata"];
  GangChange out;
  auto add = [&](Value& to, std::string_view key, const Value& v) {
    if (!v.is_null()) to = join_patches(a, to, nest(a, {key}, v));
  };
  add(out.mirrored, "labels", whole_map_patch(a, live.meta.labels, meta["labels"], is_not_mirrored));
  add(out.mirrored, "annotations", whole_map_patch(a, live.meta.annotations, meta["annotations"], is_not_mirrored));
  const Value identity = identity_labels(a, meta["labels"]);
  const Value have = live.meta.labels.is_mapping() ? live.meta.labels : Value::mapping({});
  add(out.metadata, "labels", restore_patch(a, have, identity));
  out.metadata = join_patches(a, out.metadata, owner_patch(a, live.meta, set_owner(d.view)));
  ir::MappingBuilder to(a, wanted["spec"]);
  to.set("podgroups", pod_groups(d, wanted, cells));
  ir::MappingBuilder from(a, live.spec);  // whoever reuses a reservation says so himself
  from.remove("reuseReservationRef");
  out.spec = change_patch(a, from.build(), to.build());
  return out;
}

// Labels and annotations of the set reach a PodGang with the next write that the set needs anyway, as they do upstream:
// a change of nothing but them makes no write of its own. True if it will list its pods: not if the write that brings
// it up to date has failed and its time has not come again.
bool restore_gang(Draft& d, const GangCell& g, const std::vector<const CliqueCell*>& cells) {
  const LiveGang& live = *g.live;
  const bool is_same = live.same.get(d.view.world().number()) == kSame && has_owner(live.meta, set_owner(d.view));
  const bool references_fit = has_references(d, g, cells);
  if (is_same && references_fit) return true;
  const GangChange change = change_of(d, g, cells);
  if (change.metadata.is_null() && change.spec.is_null() && change.mirrored.is_null())
    live.same.put(d.view.world().number(), kSame);
  else
    d.wait();  // with the next write of anything
  Value metadata = change.metadata;
  if (!change.spec.is_null() || d.has_actions()) metadata = join_patches(d.arena(), change.mirrored, metadata);
  const Reason reason = !references_fit         ? Reason::kReferences
                        : change.spec.is_null() ? Reason::kMirror
                                                : Reason::kSpecChanged;
  add_patch(d, Stage::kMembers, Kind::kPodGang, live.meta, metadata, change.spec, {reason, {}, {}});
  return references_fit || d.may(Verb::kPatch, {Kind::kPodGang, live.meta.name});
}

}  // namespace

void decide_gangs(Draft& d) {
  for (const GangCell& g : d.view.gangs()) {
    d.turn_to(g.replica);
    if (!g.live && (!g.wanted || g.occupied)) continue;
    if (g.live && g.live->meta.deleted) continue;
    if (!g.wanted) {
      d.remove(Kind::kPodGang, g.live->meta, {Reason::kNotWanted, {}, {}});
      continue;
    }
    const std::vector<const CliqueCell*> cells = members_of(d.view, g);
    d.gangs_there[d.view.index_of(g)] = g.live ? restore_gang(d, g, cells) : create_gang(d, g, cells);
  }
}

}  // namespace grovec::decide

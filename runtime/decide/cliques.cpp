// PodCliques: made, restored, removed by index, recycled (reference: runtime 4.5, 5.3, 5.4, 11, 12.6).
#include <algorithm>

#include "ir/labels.h"
#include "runtime/decide/compare.h"
#include "runtime/decide/patch.h"

namespace grovec::decide {

using ir::Value;
namespace keys = ir::keys;

namespace {

constexpr std::uint32_t kSame = 1;

ir::DescriptionId description_of(const LiveView& v, const CliqueCell& c) {
  const CliqueLayout& layout = v.world().layout(c.clique);
  return v.is_scaled(c) ? layout.scaled : layout.base;
}

// The owner by key; its uid only if it lives.
WantedOwner owner_of(const LiveView& v, const CliqueCell& c) {
  if (!c.group) return set_owner(v);
  return group_owner(*v.group_of(c)->live);
}

void create_clique(Draft& d, const CliqueCell& c) {
  const LiveView& v = d.view;
  if (c.group && !d.groups_there[*c.group]) return;
  Action a = action(Verb::kCreate, {Kind::kPodClique, v.name(c)}, {Reason::kMissing, {}, {}});
  if (!d.may(a.verb, a.key)) return;
  a.source.from = Source::From::kPlan;
  a.source.description = description_of(v, c);
  a.source.instance = v.instance(c);
  a.change = nest(d.arena(), {"spec", "replicas"}, Value::integer(c.wanted_pods));
  if (c.compiled_hash != v.world().template_hash(c.clique))
    a.change = join_patches(
        d.arena(), a.change,
        nest(d.arena(), {"metadata", "labels", keys::kPodTemplateHash}, Value::string(d.keep(c.compiled_hash))));
  a.owner = c.group ? ObjectKey{Kind::kPodCliqueScalingGroup, v.name(*v.group_of(c))} : key_of(set_owner(v));
  d.add(c.group ? Stage::kMembers : Stage::kCliques, std::move(a));
  d.cells[v.index_of(c)].will_be_there = true;
}

// An existing member keeps its template under RollingRecreate: it is replaced with its replica, never patched.
bool keeps_template(const LiveView& v, const CliqueCell& c) {
  return c.group && v.world().strategy() == Strategy::kRollingRecreate;
}

struct Change {
  Value metadata, spec;
};

// What differs in labels, annotations and spec; lists (owners, finalizers) apart.
Change change_of(Draft& d, const CliqueCell& c) {
  Arena& a = d.arena();
  const LiveClique& live = *c.live;
  const Value wanted = wanted_tree(d.view.world(), description_of(d.view, c), d.view.instance(c), a);
  const Value labels = with_text(a, wanted["metadata"]["labels"], keys::kPodTemplateHash, c.compiled_hash);
  Change out{Value::null(), Value::null()};
  if (keeps_template(d.view, c)) {
    const Value change = restore_patch(a, live.meta.labels, identity_labels(a, labels));
    if (!change.is_null()) out.metadata = nest(a, {"labels"}, change);
    return out;
  }
  const Value label_change = whole_map_patch(a, live.meta.labels, labels, nullptr);
  const Value annotations = whole_map_patch(a, live.meta.annotations, wanted["metadata"]["annotations"], is_fact);
  if (!label_change.is_null()) out.metadata = nest(a, {"labels"}, label_change);
  if (!annotations.is_null()) out.metadata = join_patches(a, out.metadata, nest(a, {"annotations"}, annotations));
  out.spec = change_patch(a, ir::MappingBuilder(a, live.spec).remove("replicas").build(),
                          ir::MappingBuilder(a, wanted["spec"]).remove("replicas").build());
  return out;
}

void restore_clique(Draft& d, const CliqueCell& c) {
  if (c.group && !d.view.group_of(c)->live) return;  // its owner is not there yet
  const LiveClique& live = *c.live;
  const WantedOwner owner = owner_of(d.view, c);
  const bool has_lists = has_owner(live.meta, owner) && live.meta.has_finalizer(keys::kCliqueFinalizer);
  const bool has_hash = keeps_template(d.view, c) || c.is_current();
  const bool is_same = live.same.get(d.view.world().number()) == kSame;
  if (has_lists && has_hash && is_same) return;
  Arena& a = d.arena();
  const Change change = change_of(d, c);
  if (change.metadata.is_null() && change.spec.is_null()) live.same.put(d.view.world().number(), kSame);
  Value lists = Value::null();
  if (!has_lists)
    lists = join_patches(a, owner_patch(a, live.meta, owner), finalizer_patch(a, live.meta, keys::kCliqueFinalizer));
  const Reason reason = has_hash ? Reason::kForeignEdit : Reason::kSpecChanged;
  add_patch(d, Stage::kCliques, Kind::kPodClique, live.meta, join_patches(a, change.metadata, lists), change.spec,
            {reason, {}, "labels, owner or spec"});
}

struct Exit {
  const Why* why = nullptr;
  bool is_last = false;
};

// What updates and gang termination take away, as whole PodCliques. What shows the reason for the others goes last.
std::vector<Exit> exits_of(const Draft& d) {
  std::vector<Exit> out(d.view.cliques().size());
  for (std::size_t g = 0; g < d.updates.groups.size(); ++g)
    for (const ReplicaExit& exit : d.updates.groups[g].exits)
      for (const CliqueCell& c : d.view.members_of(d.view.groups()[g], exit.j))
        out[d.view.index_of(c)] = {&exit.why, c.is_there() && !c.is_current()};
  for (const Recycle& r : d.termination.recycles) {
    for (std::uint32_t c : r.cliques) out[c] = {&r.why, false};
    for (std::uint32_t c : r.causes) out[c] = {&r.why, true};
  }
  return out;
}

void remove_unwanted(Draft& d, const CliqueCell& c) {
  const GroupCell* g = d.view.group_of(c);
  if (g && !g->wanted) return;  // goes with its group
  const std::int64_t wanted = g ? g->wanted_replicas : d.view.wanted_replicas();
  d.remove(Kind::kPodClique, c.live->meta, {Reason::kScaledIn, {wanted, g ? c.j : c.i, 0}, {}});
}

}  // namespace

void decide_cliques(Draft& d) {
  const std::vector<Exit> exits = exits_of(d);
  for (const CliqueCell& c : d.view.cliques()) {
    const std::uint32_t n = d.view.index_of(c);
    d.turn_to(c.replica);
    if (!c.live) {
      if (c.wanted && !c.occupied) create_clique(d, c);
    } else if (c.live->meta.deleted) {
      d.release(Kind::kPodClique, c.live->meta, keys::kCliqueFinalizer);
    } else if (!c.wanted) {
      remove_unwanted(d, c);
    } else if (exits[n].why) {
      d.remove(Kind::kPodClique, c.live->meta, *exits[n].why, exits[n].is_last ? Stage::kGoingLast : Stage::kGoing);
    } else {
      d.cells[n].will_be_there = true;
      restore_clique(d, c);
    }
  }
}

}  // namespace grovec::decide

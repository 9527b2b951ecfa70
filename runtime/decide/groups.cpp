// Scaling groups: made, restored, removed by index (reference: runtime 4.5, 11).
#include "ir/labels.h"
#include "runtime/decide/compare.h"
#include "runtime/decide/patch.h"

namespace grovec::decide {

using ir::Value;
namespace keys = ir::keys;

namespace {

constexpr std::uint32_t kSame = 1;

Value replicas_patch(Arena& a, std::uint32_t n) { return nest(a, {"spec", "replicas"}, Value::integer(n)); }

void create_group(Draft& d, const GroupCell& g) {
  Action a = action(Verb::kCreate, {Kind::kPodCliqueScalingGroup, d.view.name(g)}, {Reason::kMissing, {}, {}});
  if (!d.may(a.verb, a.key)) return;
  a.source.from = Source::From::kPlan;
  a.source.description = d.view.world().layout(g.group).description;
  a.source.instance = d.view.instance(g);
  a.change = replicas_patch(d.arena(), g.wanted_replicas);
  a.owner = key_of(set_owner(d.view));
  d.add(Stage::kCliques, std::move(a));
  d.groups_there[d.view.index_of(g)] = true;
}

// Everything but `replicas`, which belongs to whoever scales the group.
void restore_group(Draft& d, const GroupCell& g) {
  const LiveGroup& live = *g.live;
  const WantedOwner owner = set_owner(d.view);
  const bool owned = has_owner(live.meta, owner) && live.meta.has_finalizer(keys::kScalingGroupFinalizer);
  if (owned && live.same.get(d.view.world().number()) == kSame) return;
  Arena& a = d.arena();
  const Value wanted = wanted_tree(d.view.world(), d.view.world().layout(g.group).description, d.view.instance(g), a);
  const Value& meta = wanted["metadata"];
  Value change = Value::null();
  auto add = [&](std::string_view key, const Value& v) {
    if (!v.is_null()) change = join_patches(a, change, nest(a, {key}, v));
  };
  add("labels", whole_map_patch(a, live.meta.labels, meta["labels"], nullptr));
  add("annotations", whole_map_patch(a, live.meta.annotations, meta["annotations"], is_fact));
  const Value lists =
      join_patches(a, owner_patch(a, live.meta, owner), finalizer_patch(a, live.meta, keys::kScalingGroupFinalizer));
  const Value spec = change_patch(a, ir::MappingBuilder(a, live.spec).remove("replicas").build(),
                                  ir::MappingBuilder(a, wanted["spec"]).remove("replicas").build());
  if (change.is_null() && spec.is_null()) live.same.put(d.view.world().number(), kSame);
  add_patch(d, Stage::kCliques, Kind::kPodCliqueScalingGroup, live.meta, join_patches(a, change, lists), spec,
            {Reason::kSpecChanged, {}, {}});
}

}  // namespace

void decide_groups(Draft& d) {
  for (const GroupCell& g : d.view.groups()) {
    d.turn_to(g.replica);
    if (!g.live) {
      if (g.wanted && !g.occupied) create_group(d, g);
    } else if (g.live->meta.deleted) {
      d.release(Kind::kPodCliqueScalingGroup, g.live->meta, keys::kScalingGroupFinalizer);
    } else if (!g.wanted) {
      d.remove(Kind::kPodCliqueScalingGroup, g.live->meta, {Reason::kScaledIn, {d.view.wanted_replicas(), g.i, 0}, {}});
    } else {
      d.groups_there[d.view.index_of(g)] = true;
      restore_group(d, g);
    }
  }
}

}  // namespace grovec::decide

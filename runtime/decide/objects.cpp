// Everything of the plan that is no Grove kind and no pod: rights, services, autoscalers, claims, domains, the
// scheduler's PodGroups (reference: runtime 4.5, 8, 19). Only the fields that we set are compared.
#include <algorithm>

#include "ir/labels.h"
#include "ir/names.h"
#include "runtime/decide/compare.h"
#include "runtime/decide/patch.h"
#include "runtime/decide/pod_fields.h"

namespace grovec::decide {

using ir::Instance;
using ir::ObjectClass;
using ir::Value;
namespace keys = ir::keys;

namespace {

constexpr std::uint32_t kSame = 1;

Stage stage_of(Kind kind) {
  return kind == Kind::kKaiPodGroup || kind == Kind::kVolcanoPodGroup ? Stage::kGangObjects : Stage::kSetObjects;
}

bool is_general(Kind kind) {
  return kind != Kind::kPodClique && kind != Kind::kPodCliqueScalingGroup && kind != Kind::kPodGang &&
         kind != Kind::kPod && kind != Kind::kKaiTopology;
}

bool less(const LiveObject* o, const ObjectKey& key) {
  return o->kind != key.kind ? o->kind < key.kind : std::string_view(o->meta.name) < std::string_view(key.name);
}

// Walks the plan with the sizes that live, and does one object after the other.
class Objects {
 public:
  explicit Objects(Draft& d) : d_(d), v_(d.view), seen_(v_.observed().objects.size()) {
    d_.objects_of.resize(seen_.size(), LiveView::kNoReplica);
  }

  void decide() {
    for (const ir::Layer& layer : v_.world().plan().layers)
      if (is_general(kind_of(layer))) walk(layer);
    d_.turn_to_set();
    for (std::size_t n = 0; n < seen_.size(); ++n) {
      if (seen_[n]) continue;
      ++d_.unclaimed;
      remove_unwanted(*v_.observed().objects[n]);
    }
  }

 private:
  Kind kind_of(const ir::Layer& layer) const {
    for (const ir::Block& b : layer.blocks)
      for (const ObjectClass& c : b.classes) return v_.world().plan().descriptions[c.base].kind;
    return Kind::kPod;
  }

  void walk(const ir::Layer& layer) {
    if (!layer.each_set_replica) {
      d_.turn_to_set();
      i_ = LiveView::kNoReplica;
      for (const ir::Block& b : layer.blocks)
        for (const ObjectClass& c : b.classes) object(c.base, {});
      return;
    }
    for (const ReplicaCell& r : v_.replicas()) {
      if (!r.wanted) continue;
      d_.turn_to(v_.index_of(r));
      i_ = r.i;
      for (const ir::Block& b : layer.blocks) walk(b, r);
    }
  }

  void walk(const ir::Block& block, const ReplicaCell& r) {
    Instance n;
    n.set_replica = r.i;
    if (block.loop == ir::GroupLoop::kNone) {
      for (const ObjectClass& c : block.classes) each(c, n, r, nullptr, false);
      return;
    }
    for (const GroupCell& g : v_.groups_of(r)) {
      if (g.group != *block.group) continue;
      const std::uint32_t first = block.loop == ir::GroupLoop::kScaledReplicas ? g.min_available : 0;
      for (std::uint32_t j = first; j < g.wanted_replicas; ++j) {
        const bool is_scaled = j >= g.min_available;
        n.group_replica = j;
        n.scaled_gang = is_scaled ? j - g.min_available : 0;
        for (const ObjectClass& c : block.classes) each(c, n, r, &g, is_scaled);
      }
    }
  }

  const CliqueCell* cell_of(ir::CliqueId clique, const Instance& n, const ReplicaCell& r, const GroupCell* g) const {
    const auto cells = g ? v_.members_of(*g, n.group_replica) : v_.standalone_of(r);
    for (const CliqueCell& c : cells)
      if (c.clique == clique) return &c;
    return nullptr;
  }

  // Objects for each pod: for the indices that are wanted, and for those in use beyond them.
  void each(const ObjectClass& cls, Instance n, const ReplicaCell& r, const GroupCell* g, bool is_scaled) {
    const ir::DescriptionId id = is_scaled ? cls.scaled : cls.base;
    if (!cls.pods_of) return object(id, n);
    const CliqueCell* c = cell_of(*cls.pods_of, n, r, g);
    if (!c) return;
    for (n.pod_index = 0; n.pod_index < c->wanted_pods; ++n.pod_index) object(id, n);
    for (const LivePod* pod : c->pods) {
      if (pod->index < static_cast<std::int32_t>(c->wanted_pods)) continue;
      n.pod_index = static_cast<std::uint32_t>(pod->index);
      object(id, n);
    }
  }

  // The controller of an object, as its description names it; no uid if it does not live.
  WantedOwner owner_of(const Value& wanted) const {
    const auto owners = wanted["metadata"]["ownerReferences"].items();
    if (owners.empty()) return set_owner(v_);
    WantedOwner o{
        owners[0]["apiVersion"].as_string(), owners[0]["kind"].as_string(), owners[0]["name"].as_string(), {}};
    if (o.kind == "PodCliqueSet") return set_owner(v_);
    auto uid_in = [&](const auto& list) {
      for (const auto* live : list)
        if (live->meta.name == o.name && !live->meta.deleted) o.uid = live->meta.uid;
    };
    if (o.kind == "PodCliqueScalingGroup") uid_in(v_.observed().groups);
    if (o.kind == "PodClique") uid_in(v_.observed().cliques);
    if (o.kind == "PodGang") uid_in(v_.observed().gangs);
    return o;
  }

  void object(ir::DescriptionId id, const Instance& n) {
    const ir::Description& description = v_.world().plan().descriptions[id];
    const ObjectKey key{description.kind, ir::name_text(description.name, n)};
    const auto& objects = v_.observed().objects;
    const auto at = std::lower_bound(objects.begin(), objects.end(), key, less);
    if (at == objects.end() || (*at)->kind != key.kind || (*at)->meta.name != key.name) return create(id, n, key);
    seen_[static_cast<std::size_t>(at - objects.begin())] = true;
    d_.objects_of[static_cast<std::size_t>(at - objects.begin())] = i_;
    restore(id, n, **at);
  }

  void create(ir::DescriptionId id, const Instance& n, const ObjectKey& key) {
    if (!d_.may(Verb::kCreate, key)) return;
    Action a = action(Verb::kCreate, key, {Reason::kMissing, {}, {}});
    a.source.from = Source::From::kPlan;
    a.source.description = id;
    a.source.instance = n;
    a.owner = key_of(owner_of(wanted_tree(v_.world(), id, n, d_.arena())));
    d_.add(stage_for(*a.owner, key.kind), std::move(a));
  }

  // Behind its owner.
  static Stage stage_for(const ObjectKey& owner, Kind kind) {
    if (owner.kind == Kind::kPodCliqueScalingGroup) return Stage::kMembers;
    if (owner.kind == Kind::kPodClique) return Stage::kGangObjects;
    return stage_of(kind);
  }

  // ResourceClaims cannot change; roles are left as they were made (reference: runtime 4.5).
  static bool keeps_spec(Kind kind) { return kind == Kind::kResourceClaim; }

  void restore(ir::DescriptionId id, const Instance& n, const LiveObject& live) {
    if (live.meta.deleted) return;
    if (live.same.get(v_.world().number()) == kSame) return;
    Arena& a = d_.arena();
    const Value wanted = wanted_tree(v_.world(), id, n, a);
    const WantedOwner owner = owner_of(wanted);
    const OwnerReference* controller = live.meta.controller();
    if (controller && controller->uid != owner.uid) return;  // somebody else's
    const Value metadata = metadata_change(live, wanted["metadata"], owner);
    const Value rest = keeps_spec(live.kind) ? Value::null() : body_change(live, wanted);
    if (metadata.is_null() && rest.is_null()) {
      live.same.put(v_.world().number(), kSame);
      return;
    }
    Action act =
        action(Verb::kPatch, {live.kind, live.meta.name}, {Reason::kForeignEdit, {}, "fields of ours"}, live.meta.uid);
    act.change = join_patches(a, metadata.is_null() ? metadata : nest(a, {"metadata"}, metadata), rest);
    if (metadata.find("ownerReferences") || metadata.find("finalizers"))
      act.resource_version = live.meta.resource_version;
    if (d_.may(act.verb, act.key)) d_.add(stage_of(live.kind), std::move(act));
  }

  Value metadata_change(const LiveObject& live, const Value& wanted, const WantedOwner& owner) {
    Arena& a = d_.arena();
    Value out = Value::null();
    for (std::string_view key : {"labels", "annotations"}) {
      const Value& have = key == "labels" ? live.meta.labels : live.meta.annotations;
      const Value change = restore_patch(a, have.is_mapping() ? have : Value::mapping({}), wanted[key]);
      if (wanted.find(key) && !change.is_null()) out = join_patches(a, out, nest(a, {key}, change));
    }
    if (!owner.uid.empty()) out = join_patches(a, out, owner_patch(a, live.meta, owner));
    for (const Value& f : wanted["finalizers"].items())
      out = join_patches(a, out, finalizer_patch(a, live.meta, f.as_string()));
    return out;
  }

  Value body_change(const LiveObject& live, const Value& wanted) {
    ir::MappingBuilder b(d_.arena(), wanted);
    b.remove("apiVersion").remove("kind").remove("metadata");
    const Value out = restore_patch(d_.arena(), live.tree, b.build());
    // The one field that says something by not being there.
    constexpr std::string_view kPublish = "publishNotReadyAddresses";
    if (live.kind != Kind::kService || !live.tree["spec"][kPublish].as_bool() || wanted["spec"].find(kPublish))
      return out;
    return join_patches(d_.arena(), out, nest(d_.arena(), {"spec", kPublish}, Value::null()));
  }

  // The token Secret of an older operator goes once no pod mounts it and the one that replaces it has a token.
  bool is_done_with(const LiveObject& secret) {
    const std::string set(v_.world().name());
    if (secret.meta.name != set + std::string(kFormerTokenSecret)) return false;
    const auto& pods = v_.observed().pods;
    if (std::any_of(pods.begin(), pods.end(), [](const LivePod* p) { return p->mounts_former_secret; })) return false;
    const auto& objects = v_.observed().objects;
    return std::any_of(objects.begin(), objects.end(), [&](const LiveObject* o) {
      return o->kind == Kind::kSecret && o->meta.name == ir::names::token_secret(d_.arena(), set) &&
             !o->tree["data"]["token"].as_string().empty();
    });
  }

  // What nothing wants any more: ours, of a kind that comes and goes.
  void remove_unwanted(const LiveObject& live) {
    const OwnerReference* o = live.meta.controller();
    if (!o || live.meta.label(keys::kPartOf) != v_.world().name() ||
        (live.kind == Kind::kSecret && !is_done_with(live)))
      return;
    if (live.kind == Kind::kComputeDomain) d_.release(live.kind, live.meta, keys::kComputeDomainFinalizer);
    if (live.meta.deleted || !is_of_live_owner(*o)) return;
    d_.remove(live.kind, live.meta, {Reason::kNotWanted, {}, {}});
  }

  // What belongs to an owner that is gone is the garbage collector's.
  bool is_of_live_owner(const OwnerReference& o) const {
    if (o.uid == v_.set().meta.uid) return true;
    auto in = [&](const auto& list) {
      return std::any_of(list.begin(), list.end(), [&](const auto* live) { return live->meta.uid == o.uid; });
    };
    return in(v_.observed().groups) || in(v_.observed().cliques) || in(v_.observed().gangs);
  }

  Draft& d_;
  const LiveView& v_;
  std::vector<bool> seen_;
  std::uint32_t i_ = LiveView::kNoReplica;  // whose objects are walked through
};

}  // namespace

void decide_objects(Draft& d) { Objects(d).decide(); }

}  // namespace grovec::decide

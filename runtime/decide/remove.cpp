// What goes: a set that is marked, what is left of one that is gone, and what has no place (reference: runtime 4.6,
// 27).
#include <algorithm>
#include <unordered_set>

#include "ir/labels.h"
#include "runtime/decide/draft.h"
#include "runtime/decide/remove.h"

namespace grovec::decide {

namespace keys = ir::keys;

namespace {

std::string_view finalizer_of(Kind kind) {
  if (kind == Kind::kPodClique) return keys::kCliqueFinalizer;
  if (kind == Kind::kPodCliqueScalingGroup) return keys::kScalingGroupFinalizer;
  return keys::kComputeDomainFinalizer;
}

// Uids of owners that are there and not marked.
std::unordered_set<std::string_view> live_owners(const Observed& o) {
  std::unordered_set<std::string_view> out;
  if (o.set && !o.set->meta.deleted) out.insert(o.set->meta.uid);
  // A group or PodClique lives only as long as its own owner does.
  for (const LiveGroup* g : o.groups) {
    const OwnerReference* c = g->meta.controller();
    if (!g->meta.deleted && c && out.contains(c->uid)) out.insert(g->meta.uid);
  }
  for (const LiveClique* q : o.cliques) {
    const OwnerReference* c = q->meta.controller();
    if (!q->meta.deleted && c && out.contains(c->uid)) out.insert(q->meta.uid);
  }
  return out;
}

bool is_grove_owner(const OwnerReference* o) {
  return o && (o->api_version == keys::kGroveApi || o->api_version == keys::kGangApi);
}

// Ours by its label. What has lost that and is marked is ours, too: nobody else takes our finalizer away.
bool is_of_set(const LiveMeta& meta, std::string_view set) {
  const std::string_view part_of = meta.label(keys::kPartOf);
  return part_of == set || (part_of.empty() && meta.deleted);
}

}  // namespace

void decide_strays(Draft& d) {
  const Observed& o = d.view.observed();
  if (!d.view.has_strays()) return;
  d.turn_to_set();
  const std::unordered_set<std::string_view> alive = live_owners(o);
  auto unit = [&](Kind kind, const LiveMeta& meta) {
    if (!is_of_set(meta, d.view.world().name()) || !is_grove_owner(meta.controller())) return;
    const bool is_dead = !alive.contains(meta.controller()->uid);
    if (meta.deleted)
      d.release(kind, meta, finalizer_of(kind));
    else
      d.remove(kind, meta, {is_dead ? Reason::kDeadOwner : Reason::kNotWanted, {}, {}});
  };
  for (const LiveGroup* g : d.view.stray_groups()) unit(Kind::kPodCliqueScalingGroup, g->meta);
  for (const LiveClique* c : d.view.stray_cliques()) unit(Kind::kPodClique, c->meta);
  for (const LiveGang* g : d.view.stray_gangs()) unit(Kind::kPodGang, g->meta);
  for (const LivePod* pod : d.view.stray_pods())
    if (pod->owner_uid && pod->labels && pod->labels->get(keys::kPartOf) == d.view.world().name() &&
        pod->owner_is_complete && !alive.contains(*pod->owner_uid))
      d.remove(*pod, {Reason::kDeadOwner, {}, {}});
}

namespace {

// Without a view: the draft of a set that goes.
class Removal {
 public:
  Removal(const Observed& o, Instant now, Reason reason) : o_(o), now_(now), reason_(reason) {}

  Decision decide() {
    release_domains();
    if (o_.set) release(Kind::kPodCliqueSet, o_.set->meta, keys::kSetFinalizer);
    const std::unordered_set<std::string_view> alive = live_owners(o_);
    auto unit = [&](Kind kind, const LiveMeta& meta) {
      const OwnerReference* owner = meta.controller();
      if (!is_of_set(meta, o_.name) || !is_grove_owner(owner)) return;
      if (meta.deleted)
        release(kind, meta, finalizer_of(kind));
      else if (!o_.set && !alive.contains(owner->uid))
        remove({kind, meta.name}, meta.uid);
    };
    for (const LiveGroup* g : o_.groups) unit(Kind::kPodCliqueScalingGroup, g->meta);
    for (const LiveClique* c : o_.cliques) unit(Kind::kPodClique, c->meta);
    for (const LiveGang* g : o_.gangs)
      if (!g->meta.deleted) unit(Kind::kPodGang, g->meta);
    for (const LivePod* pod : o_.pods)
      if (!pod->is_marked() && pod->owner_uid && pod->owner_is_complete && !alive.contains(*pod->owner_uid) &&
          pod->labels && pod->labels->get(keys::kPartOf) == o_.name)
        remove({Kind::kPod, pod->name}, pod->uid);
    if (!step_.empty()) out_.steps.push_back(std::move(step_));
    return std::move(out_);
  }

 private:
  // ComputeDomains outlive a misordered deletion by their finalizer, so they go first.
  void release_domains() {
    for (const LiveObject* domain : o_.objects) {
      if (domain->kind != Kind::kComputeDomain || domain->meta.label(keys::kPartOf) != o_.name) continue;
      release(Kind::kComputeDomain, domain->meta, keys::kComputeDomainFinalizer);
      if (!domain->meta.deleted) remove({Kind::kComputeDomain, domain->meta.name}, domain->meta.uid);
    }
  }

  bool may(Verb verb, const ObjectKey& key) {
    for (const FailedWrite& f : o_.failed) {
      if (f.verb != verb || f.key != key) continue;
      const Instant again = f.at.plus(back_off_seconds(f.count) * kSecond);
      if (now_ >= again) return true;
      if (!out_.next_look || again < *out_.next_look) out_.next_look = again;
      return false;
    }
    return true;
  }

  void release(Kind kind, const LiveMeta& meta, std::string_view finalizer) {
    if (!meta.has_finalizer(finalizer) || !may(Verb::kPatch, {kind, meta.name})) return;
    if (!out_.memory) out_.memory = std::make_shared<Arena>();
    step_.push_back(release_action(*out_.memory, kind, meta, finalizer));
  }

  void remove(ObjectKey key, std::string_view uid) {
    if (may(Verb::kDelete, key)) step_.push_back(action(Verb::kDelete, std::move(key), {reason_, {}, {}}, uid));
  }

  const Observed& o_;
  Instant now_;
  Reason reason_;
  Step step_;
  Decision out_;
};

}  // namespace

Decision decide_removal(const Observed& observed, Instant now) {
  return Removal(observed, now, observed.set ? Reason::kSetDeleted : Reason::kOwnerGone).decide();
}

}  // namespace grovec::decide

// Pods of each PodClique: born, healed, scaled in, adopted, index by index (reference: runtime 6.3 to 6.7, 25, 27).
#include <algorithm>
#include <tuple>

#include "ir/labels.h"
#include "ir/names.h"
#include "runtime/decide/compare.h"
#include "runtime/decide/patch.h"

namespace grovec::decide {

using ir::Value;
namespace keys = ir::keys;

namespace {

constexpr std::int64_t kFinishedStays = 10 * kSecond;

int phase_order(PodPhase phase) {
  if (phase == PodPhase::kUnknown) return 1;
  return phase == PodPhase::kRunning ? 2 : 0;
}

// Whether `a` goes before `b` at scale-in (reference: runtime 6.6, then the highest index).
bool goes_first(const LivePod& a, const LivePod& b, std::string_view hash) {
  auto rank = [&](const LivePod& p) {
    const bool is_current = p.template_hash && *p.template_hash == hash;
    return std::tuple(p.has_node, phase_order(p.phase), p.ready, is_current, -p.created.whole().ns, -p.index);
  };
  return rank(a) < rank(b);
}

// The pods of one cell while it is decided about them.
class PodsOfCell {
 public:
  PodsOfCell(Draft& d, const CliqueCell& c) : d_(d), c_(c), plan_(d.cells[d.view.index_of(c)]) {}

  void decide() {
    collect();
    remove_ends();
    remove_duplicates();
    remove_excess();
    fill_indices();
  }

 private:
  bool is_exit(const LivePod* pod) const {
    for (const PodExit& e : d_.updates.cliques[d_.view.index_of(c_)].exits)
      if (e.pod == pod) return true;
    return false;
  }

  void collect() {
    for (const PodExit& e : d_.updates.cliques[d_.view.index_of(c_)].exits) d_.remove(*e.pod, e.why);
    for (const LivePod* pod : c_.pods)
      if (!pod->is_marked()) present_.push_back(pod);
  }

  void take(const LivePod* pod, Why why) {
    d_.remove(*pod, std::move(why));
    going_.push_back(pod);
  }
  bool is_going(const LivePod* pod) const { return std::find(going_.begin(), going_.end(), pod) != going_.end(); }

  // What has come to an end is replaced once it is old enough, so that a pod that never restarts is no hot loop.
  void remove_ends() {
    for (const LivePod* pod : present_) {
      if (pod->index < 0) take(pod, {Reason::kNotWanted, {}, {}});
      if (!pod->is_finished()) continue;
      const Instant due = pod->created.plus(kFinishedStays);
      if (d_.now >= due)
        take(pod, {Reason::kPodFinished, {pod->index, 0, 0}, {}});
      else
        d_.look(due);
    }
  }

  void remove_duplicates() {
    for (std::size_t n = 1; n < present_.size(); ++n) {
      const LivePod *a = present_[n - 1], *b = present_[n];
      if (a->index != b->index || is_going(a) || is_going(b) || is_exit(a) || is_exit(b)) continue;
      const LivePod* goes = goes_first(*a, *b, c_.target_hash) ? a : b;
      take(goes, {Reason::kDuplicateIndex, {goes->index, 0, 0}, (goes == a ? b : a)->name});
      if (goes == b) std::swap(present_[n - 1], present_[n]);  // the one that stays is compared with the next
    }
  }

  void remove_excess() {
    std::vector<const LivePod*> candidates;
    for (const LivePod* pod : present_)
      if (!is_going(pod) && !is_exit(pod)) candidates.push_back(pod);
    const std::size_t wanted = c_.wanted_pods;
    const std::size_t exits = d_.updates.cliques[d_.view.index_of(c_)].exits.size();
    if (candidates.size() + exits <= wanted) return;
    const std::size_t excess = std::min(candidates.size() + exits - wanted, candidates.size());
    std::sort(candidates.begin(), candidates.end(),
              [&](const LivePod* a, const LivePod* b) { return goes_first(*a, *b, c_.target_hash); });
    for (std::size_t n = 0; n < excess; ++n)
      take(candidates[n], {Reason::kScaledIn, {c_.wanted_pods, candidates[n]->index, 0}, {}});
  }

  // The lowest free indices get pods; an index whose old pod is not marked yet waits for the next decision.
  void fill_indices() {
    const std::size_t wanted = c_.wanted_pods;
    if (present_.size() >= wanted) return;
    const std::string name = d_.view.name(c_);
    std::size_t missing = wanted - present_.size(), next = 0;
    for (std::uint32_t index = 0; missing > 0 && index < ir::kMostPodsOfClique; ++index) {
      while (next < present_.size() && present_[next]->index < static_cast<std::int32_t>(index)) ++next;
      if (next < present_.size() && present_[next]->index == static_cast<std::int32_t>(index)) continue;
      --missing;
      fill_index(name, index);
    }
  }

  void fill_index(const std::string& name, std::uint32_t index) {
    for (const LivePod* stray : d_.view.strays_at(name, static_cast<std::int32_t>(index))) {
      if (stray->is_marked()) continue;
      if (stray->owner_uid || stray->is_finished() || !fits(*stray)) {
        if (stray->owner_uid) return;  // a pod of the dead PodClique is marked first
        continue;
      }
      plan_.births.push_back({index, 0, stray->name, stray});
      return;
    }
    Birth birth{index, 0, {}, nullptr};
    for (; birth.attempt < ir::kMostPodAttempts; ++birth.attempt) {
      birth.name = ir::pod_name(name, ir::pod_suffix(birth.attempt, index));
      if (!d_.view.has_pod_named(birth.name) && !is_refused(birth.name)) break;
    }
    if (birth.attempt == ir::kMostPodAttempts) return;
    plan_.births.push_back(std::move(birth));
  }

  // Somebody else's pod has the name, though we do not see it.
  bool is_refused(const std::string& name) const {
    const FailedWrite* f = d_.view.observed().failed.empty() ? nullptr : d_.failure(Verb::kCreate, {Kind::kPod, name});
    if (!f || f->code != 409) return false;
    d_.asked_again.push_back(f);  // under another name
    return true;
  }

  // An orphan whose identity labels are those of this PodClique.
  bool fits(const LivePod& pod) const {
    if (!c_.is_there() || !pod.labels || !c_.live->same.get(d_.view.world().number())) return false;
    for (const ir::Member& m : c_.live->meta.labels.members())
      if (is_identity_label(m.key) && pod.labels->get(m.key) != m.value.as_string()) return false;
    return pod.labels->get(keys::kPodClique) == c_.live->meta.name;
  }

  Draft& d_;
  const CliqueCell& c_;
  CellPlan& plan_;
  std::vector<const LivePod*> present_;  // not marked, by index
  std::vector<const LivePod*> going_;
};

// Identity labels and the owner of a pod that is ours (reference: runtime 2.1); its hash label is never touched.
void restore_pod(Draft& d, const CliqueCell& c, const LivePod& pod) {
  Arena& a = d.arena();
  ir::MappingBuilder labels(a);
  for (const ir::Member& m : c.live->meta.labels.members())
    if (is_identity_label(m.key) && pod.labels->get(m.key) != m.value.as_string()) labels.set(m.key, m.value);
  if (pod.labels->get(keys::kPodClique) != c.live->meta.name)
    labels.set(keys::kPodClique, Value::string(d.keep(c.live->meta.name)));
  if (pod.index_label != pod.index && pod.index >= 0)
    labels.set(keys::kPodIndex, Value::string(d.keep(std::to_string(pod.index))));
  Value metadata = labels.empty() ? Value::null() : nest(a, {"labels"}, labels.build());
  Action act = action(Verb::kPatch, {Kind::kPod, pod.name}, {Reason::kForeignEdit, {}, "labels or owner"}, pod.uid);
  if (!pod.owner_is_complete) {
    LiveMeta none;
    metadata = join_patches(a, metadata, owner_patch(a, none, clique_owner(*c.live)));
    act.resource_version = pod.resource_version;
  }
  if (metadata.is_null()) return;
  act.change = nest(a, {"metadata"}, metadata);
  if (d.may(act.verb, act.key)) d.add(Stage::kPods, std::move(act));
}

// Both lists are in the order of keys, most often: what is next in the one is next in the other.
bool has_labels(const CliqueCell& c, const LivePod& pod) {
  if (!pod.labels) return true;
  const auto& items = pod.labels->items;
  std::size_t next = 0;
  for (const ir::Member& m : c.live->meta.labels.members()) {
    if (next < items.size() && items[next].first == keys::kPodClique) ++next;
    if (next < items.size() && items[next].first == m.key && items[next].second == m.value.as_string()) {
      ++next;
      continue;
    }
    if (is_identity_label(m.key) && pod.labels->get(m.key) != m.value.as_string()) return false;
  }
  return pod.labels->get(keys::kPodClique) == c.live->meta.name;
}

void restore_pods(Draft& d, const CliqueCell& c) {
  if (!c.counts.any || (c.counts.complete && c.counts.alike && has_labels(c, *c.counts.any))) return;
  const PodLabels* good = nullptr;  // pods of one PodClique share their labels
  for (const LivePod* pod : c.pods) {
    if (pod->is_marked()) continue;
    const bool has = pod->labels.get() == good || has_labels(c, *pod);
    if (has) good = pod->labels.get();
    if (!has || !pod->owner_is_complete || (pod->index >= 0 && pod->index_label != pod->index)) restore_pod(d, c, *pod);
  }
}

bool is_quiet(const Draft& d, const CliqueCell& c) {
  if (!d.updates.cliques[d.view.index_of(c)].exits.empty()) return false;
  if (c.counts.live != static_cast<std::int32_t>(c.wanted_pods) || c.counts.wanted_slots_live != c.counts.live)
    return false;
  return c.counts.in_order;
}

}  // namespace

void decide_pods(Draft& d) {
  for (const CliqueCell& c : d.view.cliques()) {
    d.turn_to(c.replica);
    if (c.live && (c.live->meta.deleted || !c.wanted)) {
      if (c.live->meta.deleted)
        for (const LivePod* pod : c.pods) d.remove(*pod, {Reason::kDeadOwner, {}, {}});
      continue;
    }
    if (!d.cells[d.view.index_of(c)].will_be_there) continue;
    if (!c.live || !is_quiet(d, c)) {
      PodsOfCell(d, c).decide();
    } else if (c.live->same.get(d.view.world().number())) {  // its own labels are as they should be
      restore_pods(d, c);
    }
  }
}

}  // namespace grovec::decide

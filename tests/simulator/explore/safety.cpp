#include "tests/simulator/explore/safety.h"

#include <algorithm>
#include <charconv>

#include "ir/labels.h"
#include "tests/simulator/expectations.h"

namespace grovec::simulator {

using namespace ir;
using decide::Reason;
using decide::Verb;
using simulate::Store;

namespace {

std::int64_t number_of(std::string_view text) {
  std::int64_t n = -1;
  std::from_chars(text.data(), text.data() + text.size(), n);
  return n;
}

const decide::LivePod& live(const ObjectPtr& pod) { return *pod->as<decide::LivePod>(); }

ObjectPtr clique_of(const Store& store, const Object& pod) {
  const simulate::OwnerReference* owner = pod.controller();
  const ObjectPtr found = owner ? store.find({Kind::kPodClique, pod.key.namespace_, owner->name}) : nullptr;
  return found && found->uid == owner->uid ? found : nullptr;
}

bool is_breached(const Store& view, std::int64_t delay, Instant now, const Object& of) {
  for (const ObjectPtr& clique : view.all(Kind::kPodClique)) {
    if (clique->label(keys::kSetReplicaIndex) != of.label(keys::kSetReplicaIndex)) continue;
    for (const Value& c : clique->status["conditions"].items()) {
      if (c["type"].as_string() != "MinAvailableBreached" || c["status"].as_string() != "True") continue;
      const auto since = decide::parse_time(c["lastTransitionTime"].as_string());
      if (since && since->plus(delay * decide::kSecond) <= now) return true;
    }
  }
  return false;
}

// Whether what `object` is part of is not asked for any more.
bool is_unwanted(const Store& view, const Object& object, const Key& set_key) {
  const ObjectPtr set = view.find(set_key);
  if (!set || set->is_terminating()) return true;
  if (number_of(object.label(keys::kSetReplicaIndex)) >= set->spec()["replicas"].as_int()) return true;
  const std::string_view group = object.label(keys::kScalingGroup);
  if (group.empty()) return false;
  const ObjectPtr owner = view.find({Kind::kPodCliqueScalingGroup, object.key.namespace_, std::string(group)});
  if (!owner || owner->is_terminating()) return true;
  return number_of(object.label(keys::kScalingGroupReplicaIndex)) >= owner->spec()["replicas"].as_int();
}

std::int64_t ready_pods(const Store& view, const Object& clique) {
  const auto& pods = view.all(Kind::kPod);
  return std::count_if(pods.begin(), pods.end(), [&](const ObjectPtr& pod) {
    return live(pod).ready && !live(pod).is_marked() && clique_of(view, *pod) &&
           clique_of(view, *pod)->uid == clique.uid;
  });
}

// Whether a pod that an update took is not made up for, so that the next one has to wait.
bool is_waited_for(const State& state, const Object& clique, std::int64_t index) {
  return std::any_of(state.replaced.begin(), state.replaced.end(),
                     [&](const Replaced& r) { return r.clique_uid == clique.uid && r.index != index; });
}

struct Judge {
  const State& state;
  const Store& view;
  Key set;
  std::int64_t delay;
  Instant now;

  std::string pod(const ObjectPtr& pod) const {
    const ObjectPtr clique = clique_of(view, *pod);
    if (!clique || clique->is_terminating() || live(pod).is_finished()) return {};
    if (is_unwanted(view, *pod, set) || is_breached(view, delay, now, *pod)) return {};
    std::int64_t lives = 0, same = 0;
    for (const ObjectPtr& other : view.all(Kind::kPod)) {
      const ObjectPtr owner = clique_of(view, *other);
      if (!owner || owner->uid != clique->uid || live(other).is_marked() || live(other).is_finished()) continue;
      ++lives;
      same += live(other).index == live(pod).index;
    }
    const std::int64_t wanted = clique->spec()["replicas"].as_int();
    if (lives > wanted || same > 1 || live(pod).index >= wanted) return {};
    if (pod->label(keys::kPodTemplateHash) == clique->label(keys::kPodTemplateHash))
      return "a pod is deleted without a cause";
    if (!live(pod).ready || !clique->label(keys::kScalingGroup).empty()) return {};
    if (is_waited_for(state, *clique, live(pod).index))
      return "an update takes a ready pod of " + clique->key.name + " before the one that it took last is made up for";
    const std::int64_t ready = ready_pods(view, *clique), least = clique->spec()["minAvailable"].as_int(wanted);
    if (ready > least || (least >= wanted && ready >= wanted)) return {};
    return "an update takes a ready pod of " + clique->key.name + ", which has " + std::to_string(ready) +
           " and needs " + std::to_string(least);
  }

  // What a decision still has to take counts with it.
  std::string scale_in(const ObjectPtr& pod, const simulate::Operator& decided) const {
    const ObjectPtr clique = clique_of(view, *pod);
    if (!clique) return {};
    std::int64_t lives = 0, goes = 0;
    for (const ObjectPtr& other : view.all(Kind::kPod)) {
      const ObjectPtr owner = clique_of(view, *other);
      if (!owner || owner->uid != clique->uid || live(other).is_marked() || live(other).is_finished()) continue;
      ++lives;
      goes += decided.is_to_write(Verb::kDelete, {decide::Kind::kPod, other->key.name});
    }
    const std::int64_t wanted = clique->spec()["replicas"].as_int();
    if (goes <= std::max<std::int64_t>(lives - wanted, 0)) return {};
    return "a scale-in of " + clique->key.name + " takes " + std::to_string(goes) + " of " + std::to_string(lives) +
           " pods, and " + std::to_string(wanted) + " are wanted";
  }

  std::string clique(const ObjectPtr& clique) const {
    if (is_unwanted(view, *clique, set) || is_breached(view, delay, now, *clique)) return {};
    const bool is_member = !clique->label(keys::kScalingGroup).empty();
    const ObjectPtr owner = view.find({is_member ? Kind::kPodCliqueScalingGroup : Kind::kPodCliqueSet,
                                       clique->key.namespace_, clique->controller() ? clique->controller()->name : ""});
    if (!owner || owner->uid != clique->controller()->uid) return {};
    const bool is_update = is_member;  // replicas of groups are made anew; which is told by the reason alone
    return is_update ? "" : "a PodClique is deleted without a cause";
  }
};

// A PodGang that somebody has deleted in between lists whatever it is asked.
bool is_listed(const ObjectPtr& gang, const std::string& pod) {
  if (!gang || gang->is_terminating()) return true;
  for (const Value& group : gang->spec()["podgroups"].items())
    for (const Value& reference : group["podReferences"].items())
      if (reference["name"].as_string() == pod) return true;
  return false;
}

// Gangs may have been made anew by the same decision; somebody may have deleted them since.
std::string gate_problem(const Store& view, const Store& now, const simulate::Operator& writer, const ObjectPtr& pod) {
  const std::string gang(pod->label(keys::kPodGang)), base(pod->label(keys::kBasePodGang));
  if (!writer.knows({decide::Kind::kPodGang, gang})) return "a gate is lifted without a PodGang";
  if (base.empty()) return {};
  if (!writer.knows({decide::Kind::kPodGang, base})) return "a gate is lifted without a base PodGang";
  const Key base_key{Kind::kPodGang, pod->key.namespace_, base};
  const ObjectPtr other = view.find(base_key) ? view.find(base_key) : now.find(base_key);
  if (!other) return {};
  for (const Value& group : other->spec()["podgroups"].items()) {
    std::int64_t scheduled = 0;
    for (const ObjectPtr& p : view.all(Kind::kPod))
      scheduled += p->label(keys::kPodClique) == group["name"].as_string() && live(p).scheduled && !live(p).is_marked();
    if (scheduled < group["minReplicas"].as_int())
      return "a gate is lifted though " + std::string(group["name"].as_string()) + " of the base gang is incomplete";
  }
  return {};
}

}  // namespace

std::string find_unsafe(const Stage&, const State& state) {
  const bool is_at_work = state.former || state.frozen || state.leader.has_to_look() || state.leader.next_write() ||
                          !state.leader.is_running();
  if (is_at_work) return {};
  const auto& pods = state.store.all(Kind::kPod);
  for (std::size_t a = 0; a < pods.size(); ++a)
    for (std::size_t b = a + 1; b < pods.size(); ++b) {
      if (live(pods[a]).is_marked() || live(pods[b]).is_marked() || live(pods[a]).index != live(pods[b]).index)
        continue;
      if (live(pods[a]).is_finished() || live(pods[b]).is_finished()) continue;
      const ObjectPtr x = clique_of(state.store, *pods[a]), y = clique_of(state.store, *pods[b]);
      if (x && y && x->uid == y->uid) return "two pods of one index: " + pods[a]->key.name + ", " + pods[b]->key.name;
    }
  return {};
}

namespace {

// What a patch of finalizers leaves out that is not ours.
bool drops_foreign_finalizer(const Store& store, const Key& key, const decide::Action& action) {
  const Value* list = action.change["metadata"].find("finalizers");
  const ObjectPtr there = list ? store.find(key) : nullptr;
  if (!there || !there->has_finalizer(kForeignFinalizer)) return false;
  return std::none_of(list->items().begin(), list->items().end(),
                      [](const Value& f) { return f.as_string() == kForeignFinalizer; });
}

}  // namespace

std::string find_unsafe(const Stage& stage, const State& before, const simulate::Operator& writer,
                        const simulate::Written& write) {
  const decide::Action& a = write.action;
  const std::string on = std::string(decide::name_of(a.verb)) + " " + a.key.name + ": ";
  if (a.verb != Verb::kCreate && a.uid.empty()) return on + "a write without a uid";
  if (before.refused && before.refused->verb == a.verb && before.refused->key == a.key && !before.former &&
      before.faults == 1)
    return on + "it was refused, and is tried again at once";
  if (write.fate == simulate::Fate::kRefused || !write.answer.ok()) return {};
  const Store* view = writer.decided_on();
  if (!view) return on + "a write without a decision";
  const Key key{simulate::simulated_kind(a.key.kind), "default", a.key.name};
  if (a.verb == Verb::kPatch && drops_foreign_finalizer(before.store, key, a))
    return on + "a finalizer of somebody else is taken away";
  const bool is_sized = a.key.kind == decide::Kind::kPodClique || a.key.kind == decide::Kind::kPodCliqueScalingGroup;
  if (a.verb == Verb::kPatch && is_sized && a.change["spec"].find("replicas")) {
    const ObjectPtr object = view->find(key);
    const bool is_member = object && !object->label(keys::kScalingGroup).empty();
    if (!is_member) return on + "a count that others own is written";
  }
  const Judge judge{before, *view, stage.set_key(), stage.termination_delay(), before.now};
  if (a.verb == Verb::kDelete) {
    const ObjectPtr seen = view->find(key);
    if (!seen || seen->uid != a.uid) return on + "something is deleted that the decision has not seen";
    const ObjectPtr there = before.store.find(key);
    if (there && there->uid != a.uid && write.answer.code != 404)
      return on + "something born after the decision is hit";
    if (seen->is_terminating()) return {};
    std::string problem;
    if (key.kind == Kind::kPod) problem = judge.pod(seen);
    if (key.kind == Kind::kPod && problem.empty() && a.why.reason == Reason::kScaledIn)
      problem = judge.scale_in(seen, writer);
    if (key.kind == Kind::kPodClique) problem = judge.clique(seen);
    return problem.empty() ? problem : on + problem;
  }
  if (a.verb == Verb::kPatch && a.why.reason == Reason::kGateOpen) {
    const ObjectPtr pod = view->find(key);
    const std::string problem =
        pod ? gate_problem(*view, before.store, writer, pod) : "a gate of a pod that the decision has not seen";
    return problem.empty() ? problem : on + problem;
  }
  if (a.verb == Verb::kCreate && key.kind == Kind::kPod && !a.source.gated && write.answer.object) {
    const std::string gang(write.answer.object->label(keys::kPodGang));
    if (!writer.knows({decide::Kind::kPodGang, gang})) return on + "a pod is born outside its gang";
    // While two of them write, one may have brought the gang up to date between the other's writes.
    if (!before.former && !before.crossed &&
        !is_listed(before.store.find({Kind::kPodGang, "default", gang}), a.key.name))
      return on + "a pod is born that its gang does not list";
  }
  return {};
}

namespace {

// As `find_unsettled`, where pods hang that nobody mends: everything has its minimum, and an update has left none of
// them.
std::string find_unsettled_but_hanging(const Store& store, bool on_delete) {
  for (const ObjectPtr& clique : store.all(Kind::kPodClique)) {
    const std::int64_t wanted = clique->spec()["replicas"].as_int(), ready = ready_pods(store, *clique);
    std::int64_t hang = 0;
    for (const ObjectPtr& pod : store.all(Kind::kPod)) {
      if (live(pod).is_marked()) return pod->key.name + " is being deleted";
      if (pod->label(keys::kPodClique) != clique->key.name || !hangs(*pod)) continue;
      ++hang;
      if (!on_delete && pod->label(keys::kPodTemplateHash) != clique->label(keys::kPodTemplateHash))
        return pod->key.name + " is old and hangs";
    }
    if (clique->is_terminating() || ready + hang != wanted) return clique->key.name + " lacks pods";
    if (ready < std::min(wanted, clique->spec()["minAvailable"].as_int(wanted)))
      return clique->key.name + " is below its minimum";
    if (clique->status["lastErrors"].size() > 0) return clique->key.name + ": lastErrors";
  }
  return {};
}

}  // namespace

namespace {

// PodGangs are one for a set replica and one for each group replica above the minimum, and list the pods that live.
std::string find_wrong_gang(const Store& store, const Object& set) {
  std::int64_t wanted = set.spec()["replicas"].as_int(), listed = 0;
  for (const ObjectPtr& group : store.all(Kind::kPodCliqueScalingGroup))
    wanted += std::max<std::int64_t>(group->spec()["replicas"].as_int() - group->spec()["minAvailable"].as_int(1), 0);
  const auto& gangs = store.all(Kind::kPodGang);
  if (static_cast<std::int64_t>(gangs.size()) != wanted)
    return "there are " + std::to_string(gangs.size()) + " PodGangs, not " + std::to_string(wanted);
  for (const ObjectPtr& gang : gangs)
    for (const Value& group : gang->spec()["podgroups"].items())
      listed += static_cast<std::int64_t>(group["podReferences"].size());
  for (const ObjectPtr& pod : store.all(Kind::kPod)) {
    const ObjectPtr gang = store.find({Kind::kPodGang, pod->key.namespace_, std::string(pod->label(keys::kPodGang))});
    if (!gang || !is_listed(gang, pod->key.name)) return "no PodGang lists " + pod->key.name;
  }
  return listed == static_cast<std::int64_t>(store.all(Kind::kPod).size()) ? "" : "a PodGang lists a pod that is gone";
}

// What others took away is there again.
std::string find_edited(const Store& store) {
  constexpr Kind kOwners[] = {Kind::kPodCliqueSet, Kind::kPodCliqueScalingGroup, Kind::kPodClique};
  for (const Kind kind : kWatched)
    for (const ObjectPtr& object : store.all(kind)) {
      if (kind != Kind::kPodCliqueSet && !object->labels().find(keys::kPartOf))
        return object->key.name + " has no label " + std::string(keys::kPartOf);
      const auto& finalizers = object->finalizers;
      const bool is_held = std::any_of(finalizers.begin(), finalizers.end(),
                                       [](const std::string& f) { return f.starts_with("grove.io/"); });
      if (std::find(std::begin(kOwners), std::end(kOwners), kind) != std::end(kOwners) && !is_held)
        return object->key.name + " has no finalizer of ours";
    }
  return {};
}

}  // namespace

std::string find_stuck(const Stage& stage, const State& state) {
  const ObjectPtr set = state.store.find(stage.set_key());
  if (!set) return state.store.size() == 0 ? "" : "the set is gone, and something of it stays";
  const bool on_delete = (*set).spec()["updateStrategy"]["type"].as_string() == "OnDelete";
  const auto& pods = state.store.all(Kind::kPod);
  const bool any_hangs = std::any_of(pods.begin(), pods.end(), [](const ObjectPtr& pod) { return hangs(*pod); });
  std::string problem =
      any_hangs ? find_unsettled_but_hanging(state.store, on_delete) : find_unsettled(state.store, stage.set_key());
  // What OnDelete leaves alone is old for ever.
  if (on_delete && (problem.ends_with("not all are ready and updated") || problem.ends_with("available and updated"))) {
    problem.clear();
    for (const ObjectPtr& pod : state.store.all(Kind::kPod))
      if (!live(pod).ready) problem = pod->key.name + " is not ready";
  }
  if (problem.empty()) problem = find_wrong_gang(state.store, *set);
  if (problem.empty()) problem = find_edited(state.store);
  return problem.empty() ? problem : "nothing happens any more, but " + problem;
}

}  // namespace grovec::simulator

#include "runtime/decide/draft.h"

#include <algorithm>

#include "runtime/decide/patch.h"

namespace grovec::decide {

using ir::Value;

Action action(Verb verb, ObjectKey key, Why why, std::string_view uid) {
  Action a;
  a.verb = verb;
  a.key = std::move(key);
  a.uid = uid;
  a.why = std::move(why);
  return a;
}

Draft::Draft(const LiveView& v, Instant at)
    : view(v),
      now(at),
      cells(v.cliques().size()),
      groups_there(v.groups().size()),
      gangs_there(v.gangs().size()),
      notes(v.replicas().size() + 1),
      steps_(static_cast<std::size_t>(Stage::kCount)) {
  turn_to_set();
}

void SetNumbers::add(const SetNumbers& n) {
  available += n.available;
  updated += n.updated;
  cliques += n.cliques;
  converged_cliques += n.converged_cliques;
  groups += n.groups;
  current_groups += n.current_groups;
}

Arena& Draft::arena() {
  if (!decision_.memory) decision_.memory = std::make_shared<Arena>();
  return *decision_.memory;
}

void Draft::look(Instant at) {
  std::optional<Instant>& own = notes[part_].next_look;
  if (!own || at < *own) own = at;
  if (!decision_.next_look || at < *decision_.next_look) decision_.next_look = at;
}

std::int64_t back_off_seconds(std::uint32_t failures) {
  constexpr std::int64_t kLongest = 300;
  return failures > 9 ? kLongest : std::min<std::int64_t>(kLongest, std::int64_t{1} << (std::max(1U, failures) - 1));
}

const FailedWrite* Draft::failure(Verb verb, const ObjectKey& key) const {
  for (const FailedWrite& f : view.observed().failed)
    if (f.verb == verb && f.key == key) return &f;
  return nullptr;
}

bool Draft::may(Verb verb, const ObjectKey& key) {
  const FailedWrite* f = view.observed().failed.empty() ? nullptr : failure(verb, key);
  if (!f) return true;
  asked_again.push_back(f);
  const Instant again = f->at.plus(back_off_seconds(f->count) * kSecond);
  if (now >= again) return true;
  look(again);
  return false;
}

bool Draft::still_wants(const FailedWrite& f) const {
  return std::find(asked_again.begin(), asked_again.end(), &f) != asked_again.end();
}

void Draft::remove(Kind kind, const LiveMeta& meta, Why why, Stage stage) {
  if (meta.deleted) return;
  Action a = action(Verb::kDelete, {kind, meta.name}, std::move(why), meta.uid);
  if (may(a.verb, a.key)) add(stage, std::move(a));
}

void Draft::remove(const LivePod& pod, Why why) {
  if (pod.is_marked()) return;
  Action a = action(Verb::kDelete, {Kind::kPod, pod.name}, std::move(why), pod.uid);
  if (may(a.verb, a.key)) add(Stage::kGoing, std::move(a));
}

Action release_action(Arena& arena, Kind kind, const LiveMeta& meta, std::string_view finalizer) {
  std::vector<Value> rest;
  for (const std::string& f : meta.finalizers)
    if (f != finalizer) rest.push_back(Value::string(arena.copy(f)));
  const Value list = rest.empty() ? Value::null() : ir::make_sequence(arena, rest);
  Action a = action(Verb::kPatch, {kind, meta.name}, {Reason::kFinalizer, {}, {}}, meta.uid);
  a.resource_version = meta.resource_version;
  a.change = nest(arena, {"metadata", "finalizers"}, list);
  return a;
}

void Draft::release(Kind kind, const LiveMeta& meta, std::string_view finalizer) {
  if (meta.has_finalizer(finalizer) && may(Verb::kPatch, {kind, meta.name}))
    add(Stage::kGoing, release_action(arena(), kind, meta, finalizer));
}

Decision Draft::finish() {
  for (Step& step : steps_)
    if (!step.empty()) decision_.steps.push_back(std::move(step));
  return std::move(decision_);
}

}  // namespace grovec::decide

// What counts of a state for what comes next, as a number.
#include <algorithm>

#include "ir/labels.h"
#include "tests/simulator/explore/state.h"

namespace grovec::simulator {

using namespace ir;
using simulate::mix;
using simulate::Store;

namespace {

constexpr std::int64_t kFinishedStays = 11, kStatusEvery = 2;  // seconds after which it does not count any more

// Seconds that have passed, as far as they count. What is to come counts whatever it is.
std::uint64_t age(Instant at, Instant now, std::int64_t most) {
  return static_cast<std::uint64_t>(std::min(now.seconds() - at.seconds(), most));
}

std::uint64_t text_hash(const std::string& text) { return simulate::hash_of(std::string_view(text)); }

std::uint64_t owners_hash(const Store& store, const Object& object) {
  std::uint64_t h = object.owners.size();
  for (const simulate::OwnerReference& owner : object.owners) {
    const std::optional<Kind> kind = simulate::kind_named(owner.kind, owner.api_version);
    const ObjectPtr found = kind ? store.find({*kind, object.key.namespace_, owner.name}) : nullptr;
    const std::uint64_t lives = found && found->uid == owner.uid;
    h = mix(h, mix(text_hash(owner.name), lives + 2u * owner.controller + 4u * owner.block_owner_deletion));
  }
  return h;
}

// How many pods of the same PodClique are older by whole seconds: all that the time of birth is used for.
std::uint64_t rank(const Store& store, const Object& pod) {
  std::uint64_t n = 0;
  for (const ObjectPtr& other : store.all(Kind::kPod))
    n += other->created.seconds() < pod.created.seconds() &&
         other->label(keys::kPodClique) == pod.label(keys::kPodClique);
  return n;
}

}  // namespace

std::uint64_t Stage::object_hash(const Store& store, const Object& object, Instant now) const {
  std::uint64_t h = mix(static_cast<std::uint64_t>(object.key.kind), text_hash(object.key.name));
  h = mix(mix(h, object.meta.hash()), mix(object.body.hash(), object.status.hash_without_times()));
  for (const std::string& finalizer : object.finalizers) h = mix(h, text_hash(finalizer));
  h = mix(mix(h, owners_hash(store, object)),
          object.is_terminating() + 2u * static_cast<std::uint64_t>(object.generation));
  if (object.key.kind == Kind::kPod) {
    const auto* live = object.as<decide::LivePod>();
    return mix(h, mix(rank(store, object), live && live->is_finished() ? age(object.created, now, kFinishedStays) : 0));
  }
  h = mix(h, age(object.created, now, delay_ + 1));
  if (object.status_written.known()) h = mix(h, age(object.status_written, now, kStatusEvery));
  for (const Value& c : object.status["conditions"].items())
    if (c["type"].as_string() == "MinAvailableBreached")
      if (const auto since = decide::parse_time(c["lastTransitionTime"].as_string()))
        h = mix(h, age(*since, now, delay_ + 1));
  return h;
}

std::uint64_t Stage::hash(const State& state) const {
  std::uint64_t h = mix(state.deeds, state.faults + 8u * state.crossed);
  for (std::size_t k = 0; k < simulate::kKinds; ++k)
    for (const ObjectPtr& object : state.store.all(static_cast<Kind>(k)))
      h = mix(h, object_hash(state.store, *object, state.now));
  const Store& view = state.view ? *state.view : state.store;
  h = mix(h, state.leader.state_hash(state.store, view, state.now));
  if (state.former) h = mix(h, state.former->state_hash(state.store, view, state.now));
  h = mix(h, state.storm);
  if (state.refused)
    h = mix(h, mix(mix(static_cast<std::uint64_t>(state.refused->verb),
                       static_cast<std::uint64_t>(state.refused->key.kind)),
                   text_hash(state.refused->key.name)));
  for (const Replaced& r : state.replaced) h = mix(h, static_cast<std::uint64_t>(r.index) + 1);
  if (state.before)
    for (const Kind kind : kWatched) {
      if (state.before->all(kind) == state.store.all(kind)) continue;
      h = mix(h, static_cast<std::uint64_t>(kind));
      for (const ObjectPtr& object : state.before->all(kind)) {
        const ObjectPtr living = state.store.find(object->key);
        h = mix(h, mix(object_hash(state.store, *object, state.now), living && living->uid == object->uid));
      }
    }
  if (!state.frozen) return h;
  h = mix(h, mix(static_cast<std::uint64_t>(*state.frozen), state.unseen.size()));
  for (const ObjectPtr& object : view.all(*state.frozen)) {
    const ObjectPtr living = state.store.find(object->key);
    h = mix(h, mix(object_hash(state.store, *object, state.now), living && living->uid == object->uid));
  }
  return h;
}

}  // namespace grovec::simulator

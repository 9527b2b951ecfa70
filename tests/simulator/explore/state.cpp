#include "tests/simulator/explore/state.h"

#include <algorithm>

#include "ir/labels.h"
#include "runtime/driver/surroundings.h"
#include "runtime/input/load.h"
#include "runtime/simulate/patch.h"
#include "tests/simulator/pod_by_hand.h"

namespace grovec::simulator {

using namespace ir;
using simulate::Change;
using simulate::mix;
using simulate::Store;
using simulate::Written;

namespace {

constexpr std::int64_t kStart = 1'767'225'600;                 // 2026-01-01
constexpr std::int64_t kFinishedStays = 11, kStatusEvery = 2;  // seconds after which it does not count any more

simulate::OperatorOptions at_once() { return {.look_after_ns = 0, .step_ns = 0, .write_ns = 0, .by_parts = false}; }

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

Stage::Stage(const SmallWorld& world, Budget budget)
    : world_(world), budget_(budget), compiler_(make_compiler(surroundings_)) {}

State Stage::first() {
  const auto documents = driver::load_text(surroundings_.context, world_.name + ".yaml", world_.manifest, {});
  const Submission submission = submit(documents->front().document.root, nullptr, surroundings_);
  State state{.store = Store(),
              .view = std::nullopt,
              .frozen = std::nullopt,
              .unseen = {},
              .leader = simulate::Operator("default", "w", compiler_, at_once()),
              .former = std::nullopt,
              .now = Instant::from_seconds(kStart)};
  state.store.create(submission.stored.root(), state.now);
  set_ = "w";
  delay_ = compiler_(*state.store.find(set_key()))->termination_delay_ns() / decide::kSecond;
  spread(state);
  return state;
}

void Stage::spread(State& state) const {
  const std::vector<Change> changes = state.store.take_changes();
  if (changes.empty()) return;
  if (!state.frozen) {
    state.leader.notice(changes, state.now);
    return;
  }
  std::vector<Change> seen;
  for (const Change& change : changes) {
    const Kind kind = change.object().key.kind;
    (kind == *state.frozen ? state.unseen : seen).push_back(change);
  }
  for (std::size_t k = 0; k < simulate::kKinds; ++k)
    if (static_cast<Kind>(k) != *state.frozen) state.view->catch_up(state.store, static_cast<Kind>(k));
  state.leader.notice(seen, state.now);
  if (state.unseen.size() <= 2) return;
  const std::vector<Change> late = std::move(state.unseen);
  state.unseen.clear();
  state.frozen.reset();
  state.view.reset();
  state.leader.notice(late, state.now);
}

std::vector<Choice> Stage::choices(const State& state) const {
  std::vector<Choice> out;
  for (const simulate::Move& move : environment_.moves(state.store))
    out.push_back({.what = MoveClass::kCluster, .move = move});
  const bool works = state.leader.has_to_look() || state.leader.next_write();
  if (works) out.push_back({.what = MoveClass::kOperator});
  if (state.former) out.push_back({.what = MoveClass::kFormer});
  if (!state.leader.is_running()) out.push_back({.what = MoveClass::kStart});
  if (state.frozen) out.push_back({.what = MoveClass::kCatchUp});
  const bool waits = state.leader.is_running() && !works && state.leader.looks_again();
  if (out.empty() && waits) out.push_back({.what = MoveClass::kClock});
  if (state.deeds < budget_.deeds) {
    if (waits && out.front().what != MoveClass::kClock) out.push_back({.what = MoveClass::kSlow});
    add_deeds(state, out);
  }
  if (state.faults < budget_.faults) add_faults(state, out);
  if (!budget_.only.empty())
    std::erase_if(out, [&](const Choice& c) { return !is_quiet(c.what) && !budget_.only.contains(word_of(c)); });
  return out;
}

void Stage::add_deeds(const State& state, std::vector<Choice>& out) const {
  const auto deed = [&](DeedKind kind, const Object& object, std::int64_t number = 0) {
    out.push_back({.what = MoveClass::kDeed, .deed = kind, .key = object.key, .number = number});
  };
  const ObjectPtr set = state.store.find(set_key());
  if (set && !set->is_terminating()) {
    deed(DeedKind::kDelete, *set);
    deed(DeedKind::kImage, *set);
    for (std::int64_t n = 1; world_.may_scale_set && n <= world_.most; ++n)
      if (set->spec()["replicas"].as_int() != n) deed(DeedKind::kScale, *set, n);
  }
  for (const Kind kind : {Kind::kPodCliqueScalingGroup, Kind::kPodClique, Kind::kPodGang})
    for (const ObjectPtr& object : state.store.all(kind)) {
      if (object->is_terminating()) continue;
      deed(DeedKind::kDelete, *object);
      const bool is_member = kind == Kind::kPodClique && !object->label(keys::kScalingGroup).empty();
      if (kind == Kind::kPodGang || is_member) continue;
      const std::int64_t least = std::max<std::int64_t>(object->spec()["minAvailable"].as_int(1), 1);
      for (std::int64_t n = least; n <= world_.most; ++n)
        if (object->spec()["replicas"].as_int() != n) deed(DeedKind::kScale, *object, n);
    }
  for (const ObjectPtr& pod : state.store.all(Kind::kPod)) {
    const auto* live = pod->as<decide::LivePod>();
    if (live->is_marked()) continue;
    deed(DeedKind::kDelete, *pod);
    if (live->has_node && !live->is_finished()) deed(DeedKind::kFail, *pod);
    if (live->ready) deed(DeedKind::kUnready, *pod);
  }
}

void Stage::add_faults(const State& state, std::vector<Choice>& out) const {
  if (state.leader.next_write()) {
    for (const simulate::Fate fate :
         {simulate::Fate::kRefused, simulate::Fate::kLost, simulate::Fate::kKilledBefore, simulate::Fate::kKilledAfter})
      out.push_back({.what = MoveClass::kFate, .fate = fate});
    if (!state.former) out.push_back({.what = MoveClass::kSecond});
  }
  if (!state.frozen)
    for (const Kind kind :
         {Kind::kPodCliqueSet, Kind::kPodCliqueScalingGroup, Kind::kPodClique, Kind::kPodGang, Kind::kPod})
      if (!state.store.all(kind).empty())
        out.push_back({.what = MoveClass::kLag, .number = static_cast<std::int64_t>(kind)});
  for (const std::int64_t seconds : {-360, 360}) out.push_back({.what = MoveClass::kJump, .number = seconds});
  for (const Kind kind : {Kind::kPodClique, Kind::kPodGang, Kind::kPod})
    for (const ObjectPtr& object : state.store.all(kind))
      if (!object->is_terminating() && object->labels().find(keys::kPartOf))
        out.push_back({.what = MoveClass::kEdit, .key = object->key});
}

void Stage::do_deed(const Choice& choice, State& state) const {
  const ObjectPtr object = state.store.find(choice.key);
  Arena arena;
  switch (choice.deed) {
    case DeedKind::kScale:
      state.store.scale(choice.key, choice.number, state.now);
      return;
    case DeedKind::kDelete:
      state.store.remove(choice.key, {}, state.now);
      return;
    case DeedKind::kImage: {
      const Value tree = simulate::tree_of(*object, arena);
      std::vector<Value> cliques;
      for (const Value& clique : object->spec().find("template", "cliques")->items()) {
        std::vector<Value> containers(clique["spec"]["podSpec"]["containers"].items().begin(),
                                      clique["spec"]["podSpec"]["containers"].items().end());
        const bool is_new = containers[0]["image"].as_string() == "app:2";
        containers[0] =
            MappingBuilder(arena, containers[0]).set("image", Value::string(is_new ? "app:1" : "app:2")).build();
        cliques.push_back(
            simulate::with_member(arena, clique, {"spec", "podSpec", "containers"}, make_sequence(arena, containers)));
      }
      state.store.update(
          choice.key,
          simulate::with_member(arena, tree, {"spec", "template", "cliques"}, make_sequence(arena, cliques)), {},
          state.now);
      return;
    }
    case DeedKind::kFail:
    case DeedKind::kUnready: {
      Object after = *object;
      const std::string text = choice.deed == DeedKind::kFail ? "phase Failed, reason Evicted"
                                                              : "Ready=False, its container ready=False started=True";
      after.status = simulate::Part(*status_by_hand(arena, *object, text, state.now));
      state.store.write(object, std::move(after));
      return;
    }
  }
}

std::vector<Written> Stage::make(const Choice& choice, State& state) {
  std::vector<Written> written;
  const auto run = [&](simulate::Operator& who) {
    who.run(state.store, state.view ? *state.view : state.store, state.now);
    who.take_events();
    for (Written& w : who.take_writes()) written.push_back(std::move(w));
  };
  if (is_deed(choice.what)) ++state.deeds;
  if (!is_quiet(choice.what) && !is_deed(choice.what)) ++state.faults;
  switch (choice.what) {
    case MoveClass::kCluster:
      environment_.make(choice.move, state.store, state.now);
      environment_.take_notices();
      break;
    case MoveClass::kOperator:
      state.crossed = state.crossed && state.leader.next_write();
      run(state.leader);
      break;
    case MoveClass::kFormer:
      run(*state.former);
      state.crossed = state.leader.next_write();
      if (!state.former->next_write()) state.former.reset();
      break;
    case MoveClass::kStart:
    case MoveClass::kSecond:
      if (choice.what == MoveClass::kSecond) state.former = state.leader;
      state.leader.kill();
      state.frozen.reset();  // a start begins with complete lists
      state.view.reset();
      state.unseen.clear();
      state.leader.start(state.now);
      break;
    case MoveClass::kCatchUp: {
      const std::vector<Change> late = std::move(state.unseen);
      state.unseen.clear();
      state.frozen.reset();
      state.view.reset();
      state.leader.notice(late, state.now);
      break;
    }
    case MoveClass::kClock:
    case MoveClass::kSlow: {
      const Instant due = *state.leader.looks_again();
      state.now =
          Instant::from_seconds(std::max(state.now.seconds(), (due.ns + decide::kSecond - 1) / decide::kSecond));
      run(state.leader);
      break;
    }
    case MoveClass::kFate:
      state.leader.set_fate([fate = choice.fate](const decide::Action&, std::uint64_t) { return fate; });
      run(state.leader);
      state.leader.set_fate({});
      break;
    case MoveClass::kLag: {
      state.frozen = static_cast<Kind>(choice.number);
      state.view.emplace();
      for (std::size_t k = 0; k < simulate::kKinds; ++k) state.view->catch_up(state.store, static_cast<Kind>(k));
      break;
    }
    case MoveClass::kJump:
      state.now = state.now.plus(choice.number * decide::kSecond);
      break;
    case MoveClass::kDeed:
      do_deed(choice, state);
      break;
    case MoveClass::kEdit: {
      Arena arena;
      state.store.merge_patch(
          choice.key,
          make_mapping(arena,
                       {{"metadata", kNowhere,
                         make_mapping(arena, {{"labels", kNowhere,
                                               make_mapping(arena, {{keys::kPartOf, kNowhere, Value::null()}})}})}}),
          {}, state.now);
      break;
    }
  }
  spread(state);
  return written;
}

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
  if (!state.frozen) return h;
  h = mix(h, mix(static_cast<std::uint64_t>(*state.frozen), state.unseen.size()));
  for (const ObjectPtr& object : view.all(*state.frozen)) {
    const ObjectPtr living = state.store.find(object->key);
    h = mix(h, mix(object_hash(state.store, *object, state.now), living && living->uid == object->uid));
  }
  return h;
}

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char x) { return x >= 'A' && x <= 'Z' ? static_cast<char>(x | 32) : x; });
  return out;
}

std::string kind_word(Kind kind) { return lower(simulate::facts_of(kind).name); }

}  // namespace

std::string word_of(const Choice& c) {
  constexpr const char* kClasses[] = {"cluster", "operator", "former", "start", "catch up", "clock", "",
                                      "slow",    "",         "second", "",      "jump",     "edit"};
  constexpr const char* kFates[] = {"done", "refused", "lost", "killed before", "killed after"};
  constexpr const char* kDeeds[] = {"scale", "image", "delete ", "fail", "unready"};
  switch (c.what) {
    case MoveClass::kDeed:
      return kDeeds[static_cast<std::size_t>(c.deed)] + (c.deed == DeedKind::kDelete ? kind_word(c.key.kind) : "");
    case MoveClass::kFate:
      return kFates[static_cast<std::size_t>(c.fate)];
    case MoveClass::kLag:
      return "lag " + kind_word(static_cast<Kind>(c.number));
    default:
      return kClasses[static_cast<std::size_t>(c.what)];
  }
}

namespace {

std::string object_text(const Key& key) { return std::string(simulate::facts_of(key.kind).name) + " " + key.name; }

std::string deed_text(const Choice& c) {
  std::string kind(simulate::facts_of(c.key.kind).short_name);
  if (kind.empty()) kind = kind_word(c.key.kind);
  switch (c.deed) {
    case DeedKind::kScale:
      return "kubectl scale " + kind + " " + c.key.name + " --replicas=" + std::to_string(c.number);
    case DeedKind::kImage:
      return "the image of every container changes";
    case DeedKind::kDelete:
      return "kubectl delete " + kind + " " + c.key.name + " --wait=false";
    case DeedKind::kFail:
      return "pod status of " + c.key.name + " set by hand: phase Failed, reason Evicted";
    case DeedKind::kUnready:
      return "pod status of " + c.key.name + " set by hand: Ready=False, its container ready=False started=True";
  }
  return {};
}

std::string write_text(const simulate::Operator& who) {
  const decide::Action* a = who.next_write();
  if (!a) return "looks";
  return std::string(decide::name_of(a->verb)) + " " + std::string(ir::info_of(a->key.kind).kind) + " " + a->key.name +
         " (" + decide::text_of(a->why) + ")";
}

}  // namespace

std::string Stage::text_of(const Choice& c, const State& before) const {
  constexpr std::string_view kFates[] = {"done", "refused", "done, its answer lost",
                                         "never sent, the operator is killed", "done, the operator is killed"};
  switch (c.what) {
    case MoveClass::kCluster:
      return "the cluster: " + std::string(simulate::name_of(c.move.kind)) +
             (c.move.key.name.empty() ? "" : " " + object_text(c.move.key));
    case MoveClass::kOperator:
      return "the operator: " + write_text(before.leader);
    case MoveClass::kFormer:
      return "the former operator: " + write_text(*before.former);
    case MoveClass::kStart:
      return "the operator is started again";
    case MoveClass::kCatchUp:
      return "the cache catches up";
    case MoveClass::kClock:
    case MoveClass::kSlow:
      return "time passes: " + std::to_string(before.leader.looks_again()->seconds() - before.now.seconds()) +
             " s; the operator looks";
    case MoveClass::kDeed:
      return deed_text(c);
    case MoveClass::kFate:
      return "the operator: " + write_text(before.leader) + ": " +
             std::string(kFates[static_cast<std::size_t>(c.fate)]);
    case MoveClass::kSecond:
      return "a second operator takes over; the first goes on writing";
    case MoveClass::kLag:
      return "the cache of " + std::string(simulate::facts_of(static_cast<Kind>(c.number)).name) + " sees nothing new";
    case MoveClass::kJump:
      return "the clock jumps by " + std::to_string(c.number) + " s";
    case MoveClass::kEdit:
      return "kubectl label " + object_text(c.key) + " app.kubernetes.io/part-of-";
  }
  return {};
}

}  // namespace grovec::simulator

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
using simulate::Store;
using simulate::Written;

namespace {

constexpr std::int64_t kStart = 1'767'225'600;  // 2026-01-01

constexpr std::string_view kHangs = "example.com/hangs";

bool is_ours(const std::string& finalizer) { return finalizer.starts_with("grove.io/"); }

simulate::OperatorOptions at_once() { return {.look_after_ns = 0, .step_ns = 0, .write_ns = 0, .by_parts = false}; }

}  // namespace

bool hangs(const Object& pod) { return pod.annotations().find(kHangs) != nullptr; }

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
              .before = std::nullopt,
              .latest = {},
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
  if (may_go_back(state)) state.latest = changes;
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
  for (const simulate::Move& move : environment_.moves(state.store)) {
    const bool is_mended = move.kind == simulate::MoveKind::kReady && hangs(*state.store.find(move.key));
    if (!is_mended) out.push_back({.what = MoveClass::kCluster, .move = move});
  }
  const bool works = state.leader.has_to_look() || state.leader.next_write();
  if (works) out.push_back({.what = MoveClass::kOperator});
  if (state.former) out.push_back({.what = MoveClass::kFormer});
  if (!state.leader.is_running()) out.push_back({.what = MoveClass::kStart});
  if (state.frozen) out.push_back({.what = MoveClass::kCatchUp});
  const bool waits = state.leader.is_running() && !works && state.leader.looks_again();
  // Others may hold on to an object for as long as they like.
  if (out.empty() && waits) out.push_back({.what = MoveClass::kClock});
  add_releases(state, out);
  if (state.deeds < budget_.deeds) {
    if (waits && !out.empty() && out.front().what != MoveClass::kClock) out.push_back({.what = MoveClass::kSlow});
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
    if (live->ready) {
      deed(DeedKind::kUnready, *pod);
      deed(DeedKind::kHang, *pod);
    }
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
    for (const Kind kind : kWatched)
      if (!state.store.all(kind).empty())
        out.push_back({.what = MoveClass::kLag, .number = static_cast<std::int64_t>(kind)});
  for (const std::int64_t seconds : {-360, 360}) out.push_back({.what = MoveClass::kJump, .number = seconds});
  if (!state.frozen && state.before)
    for (const Kind kind : kWatched)
      if (state.before->all(kind) != state.store.all(kind))
        out.push_back({.what = MoveClass::kBack, .number = static_cast<std::int64_t>(kind)});
  if (state.leader.is_running() && state.storm == 0) out.push_back({.what = MoveClass::kStorm});
  add_foreign_writes(state, out);
}

void Stage::add_foreign_writes(const State& state, std::vector<Choice>& out) const {
  for (const Kind kind : kWatched)
    for (const ObjectPtr& object : state.store.all(kind)) {
      if (kind != Kind::kPodCliqueSet && !object->is_terminating() && object->labels().find(keys::kPartOf))
        out.push_back({.what = MoveClass::kEdit, .key = object->key});
      if (std::any_of(object->finalizers.begin(), object->finalizers.end(), is_ours))
        out.push_back({.what = MoveClass::kStrip, .key = object->key});
      if (!object->is_terminating() && !object->has_finalizer(kForeignFinalizer))
        out.push_back({.what = MoveClass::kHold, .key = object->key});
    }
}

void Stage::add_releases(const State& state, std::vector<Choice>& out) const {
  for (const Kind kind : kWatched)
    for (const ObjectPtr& object : state.store.all(kind))
      if (object->is_terminating() && object->has_finalizer(kForeignFinalizer))
        out.push_back({.what = MoveClass::kRelease, .key = object->key});
}

// Only then it counts what was before.
bool Stage::may_go_back(const State& state) const {
  const auto begins_back = [](const std::string& word) { return word.starts_with("back "); };
  return state.faults < budget_.faults &&
         (budget_.only.empty() || std::any_of(budget_.only.begin(), budget_.only.end(), begins_back));
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
    case DeedKind::kUnready:
    case DeedKind::kHang: {
      Object after = *object;
      const std::string text = choice.deed == DeedKind::kFail ? "phase Failed, reason Evicted"
                                                              : "Ready=False, its container ready=False started=True";
      after.status = simulate::Part(*status_by_hand(arena, *object, text, state.now));
      state.store.write(object, std::move(after));
      if (choice.deed != DeedKind::kHang) return;
      const Value annotations = make_mapping(arena, {{kHangs, kNowhere, Value::string("yes")}});
      const Value metadata = make_mapping(arena, {{"annotations", kNowhere, annotations}});
      state.store.merge_patch(choice.key, make_mapping(arena, {{"metadata", kNowhere, metadata}}), {}, state.now);
      return;
    }
  }
}

// A cache stands still as it is, or goes back to what was before the last change and stands still there.
void Stage::fall_behind(const Choice& choice, State& state) const {
  const auto kind = static_cast<Kind>(choice.number);
  state.frozen = kind;
  state.view.emplace();
  for (std::size_t k = 0; k < simulate::kKinds; ++k) state.view->catch_up(state.store, static_cast<Kind>(k));
  if (choice.what == MoveClass::kLag) return;
  state.view->catch_up(*state.before, kind);
  std::vector<Change> undone;
  for (const Change& change : state.latest)
    if (change.object().key.kind == kind) {
      state.unseen.push_back(change);
      undone.push_back({change.after, change.before});
    }
  state.leader.notice(undone, state.now);
}

// Somebody else writes an annotation of theirs to what the operator is about to write to.
void Stage::be_overtaken(State& state) const {
  const decide::Action* next = state.leader.next_write();
  if (state.storm == 0 || !next) return;
  const ObjectPtr object = state.store.find({simulate::simulated_kind(next->key.kind), "default", next->key.name});
  if (!object) return;
  --state.storm;
  constexpr std::string_view kMark = "example.com/seen";
  const Value mark = object->annotations().find(kMark) ? Value::null() : Value::string("yes");
  Arena arena;
  const Value annotations = make_mapping(arena, {{kMark, kNowhere, mark}});
  state.store.merge_patch(
      object->key,
      make_mapping(arena, {{"metadata", kNowhere, make_mapping(arena, {{"annotations", kNowhere, annotations}})}}), {},
      state.now);
}

// Labels and finalizers.
void Stage::write_by_hand(const Choice& choice, State& state) const {
  const ObjectPtr object = state.store.find(choice.key);
  Arena arena;
  MappingBuilder metadata(arena);
  if (choice.what == MoveClass::kEdit) {
    metadata.set("labels", make_mapping(arena, {{keys::kPartOf, kNowhere, Value::null()}}));
  } else {
    std::vector<Value> finalizers;
    for (const std::string& f : object->finalizers) {
      const bool goes = choice.what == MoveClass::kStrip ? is_ours(f) : f == kForeignFinalizer;
      if (!goes) finalizers.push_back(Value::string(f));
    }
    if (choice.what == MoveClass::kHold) finalizers.push_back(Value::string(kForeignFinalizer));
    metadata.set("finalizers", make_sequence(arena, finalizers));
  }
  state.store.merge_patch(choice.key, make_mapping(arena, {{"metadata", kNowhere, metadata.build()}}), {}, state.now);
}

// What safety has to know of the past.
void Stage::remember(const Choice& choice, const std::vector<Written>& written, const Store& before,
                     State& state) const {
  for (const Written& w : written) {
    if (w.fate == simulate::Fate::kRefused) {
      // What people and other faults do may end the wish for a write, and bring it back.
      if (state.deeds == 0 && state.faults == 1) state.refused = {w.action.verb, w.action.key, state.now};
      continue;
    }
    if (w.action.verb != decide::Verb::kDelete || w.action.key.kind != decide::Kind::kPod) continue;
    const ObjectPtr pod = before.find({Kind::kPod, "default", w.action.key.name});
    const auto* live = pod ? pod->as<decide::LivePod>() : nullptr;
    if (live && live->ready && w.action.why.reason == decide::Reason::kUpdateSelected && pod->controller())
      state.replaced.push_back({pod->controller()->uid, live->index});
  }
  // Whatever people do and whoever starts may ask for it anew.
  if (!is_quiet(choice.what) && choice.what != MoveClass::kFate) state.refused.reset();
  if (choice.what == MoveClass::kStart) state.refused.reset();
  if (state.refused && state.now >= state.refused->at.plus(decide::kSecond)) state.refused.reset();
  std::erase_if(state.replaced, [&](const Replaced& r) {
    const auto& cliques = state.store.all(Kind::kPodClique);
    const auto clique =
        std::find_if(cliques.begin(), cliques.end(), [&](const ObjectPtr& c) { return c->uid == r.clique_uid; });
    if (clique == cliques.end() || (*clique)->spec()["replicas"].as_int() <= r.index) return true;
    const auto& pods = state.store.all(Kind::kPod);
    return std::any_of(pods.begin(), pods.end(), [&](const ObjectPtr& pod) {
      const auto& live = *pod->as<decide::LivePod>();
      return live.ready && !live.is_marked() && live.index == r.index && pod->controller() &&
             pod->controller()->uid == r.clique_uid;
    });
  });
}

std::vector<Written> Stage::make(const Choice& choice, State& state) {
  std::optional<Store> before = state.store;
  const std::uint64_t version = state.store.resource_version();
  std::vector<Written> written = make_it(choice, state);
  remember(choice, written, *before, state);
  if (may_go_back(state) && state.store.resource_version() != version) state.before = std::move(before);
  if (state.before && !may_go_back(state)) {
    state.before.reset();
    state.latest.clear();
  }
  return written;
}

std::vector<Written> Stage::make_it(const Choice& choice, State& state) {
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
      be_overtaken(state);
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
    case MoveClass::kLag:
    case MoveClass::kBack:
      fall_behind(choice, state);
      break;
    case MoveClass::kStorm:
      state.storm = 3;
      break;
    case MoveClass::kJump:
      state.now = state.now.plus(choice.number * decide::kSecond);
      break;
    case MoveClass::kDeed:
      do_deed(choice, state);
      break;
    case MoveClass::kEdit:
    case MoveClass::kStrip:
    case MoveClass::kHold:
    case MoveClass::kRelease:
      write_by_hand(choice, state);
      break;
  }
  spread(state);
  return written;
}

}  // namespace grovec::simulator

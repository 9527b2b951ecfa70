#include "runtime/simulate/environment.h"

#include <algorithm>

#include "ir/labels.h"

namespace grovec::simulate {

using namespace ir;

namespace {

const Move kScheduler{MoveKind::kSchedule, {}, {}};

std::uint64_t next_random(std::uint64_t& state) {  // splitmix64
  std::uint64_t z = state += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

bool owner_exists(const Store& store, const Object& object, const OwnerReference& owner) {
  const std::optional<Kind> kind = kind_named(owner.kind, owner.api_version);
  if (!kind) return true;  // nothing of this world: taken for there
  const ObjectPtr found = store.find({*kind, object.key.namespace_, owner.name});
  return found && found->uid == owner.uid;
}

bool is_orphan(const Store& store, const Object& object) {
  return !object.owners.empty() && std::none_of(object.owners.begin(), object.owners.end(),
                                                [&](const auto& owner) { return owner_exists(store, object, owner); });
}

// What the autoscaler would set; nothing if it is content.
std::optional<std::int64_t> wanted_scale(const Store& store, const Object& autoscaler, Key& target) {
  const Value& reference = autoscaler.spec()["scaleTargetRef"];
  const std::optional<Kind> kind = kind_named(reference["kind"].as_string(), reference["apiVersion"].as_string());
  if (!kind) return std::nullopt;
  target = {*kind, autoscaler.key.namespace_, std::string(reference["name"].as_string())};
  const ObjectPtr object = store.find(target);
  if (!object || object->is_terminating()) return std::nullopt;
  const std::int64_t now = object->spec()["replicas"].as_int();
  if (now == 0) return std::nullopt;  // zero switches an autoscaler off
  const std::int64_t wanted = std::clamp(
      now, std::min(autoscaler.spec()["minReplicas"].as_int(1), autoscaler.spec()["maxReplicas"].as_int(now)),
      autoscaler.spec()["maxReplicas"].as_int(now));
  if (wanted == now) return std::nullopt;
  return wanted;
}

PodStep step_of(MoveKind kind) {
  switch (kind) {
    case MoveKind::kStart:
      return PodStep::kStart;
    case MoveKind::kReady:
      return PodStep::kReady;
    case MoveKind::kCrash:
      return PodStep::kCrash;
    default:
      return PodStep::kNone;
  }
}

std::optional<MoveKind> move_kind(PodStep step) {
  switch (step) {
    case PodStep::kStart:
      return MoveKind::kStart;
    case PodStep::kReady:
      return MoveKind::kReady;
    case PodStep::kCrash:
      return MoveKind::kCrash;
    case PodStep::kNone:
    case PodStep::kWait:
      break;
  }
  return std::nullopt;
}

}  // namespace

std::string_view name_of(MoveKind kind) {
  constexpr std::string_view kNames[] = {"schedule", "start", "ready", "crash", "gone", "collect", "autoscale"};
  return kNames[static_cast<std::size_t>(kind)];
}

const Behaviour& Environment::behaviour_of(const Object& pod) const {
  static const Behaviour kPlain;
  const auto found = behaviours_.find(std::string(pod.label(keys::kPodClique)));
  return found == behaviours_.end() ? kPlain : found->second;
}

// What happens with an object by itself, the scheduler and autoscalers aside.
std::optional<Move> Environment::move_of(const Store& store, const Object& object) const {
  if (!object.is_terminating() && is_orphan(store, object)) return Move{MoveKind::kCollect, object.key, object.uid};
  if (object.key.kind != Kind::kPod) return std::nullopt;
  if (object.is_terminating())
    return object.finalizers.empty() ? std::optional(Move{MoveKind::kGone, object.key, object.uid}) : std::nullopt;
  if (left_alone_.contains(object.uid)) return std::nullopt;
  const std::optional<MoveKind> kind = move_kind(next_step(store, object, behaviour_of(object)));
  return kind ? std::optional(Move{*kind, object.key, object.uid}) : std::nullopt;
}

std::int64_t Environment::draw(Delay delay) {
  const auto width = static_cast<std::uint64_t>(delay.most - delay.least + 1);
  return delay.least + static_cast<std::int64_t>(next_random(random_) % width);
}

std::int64_t Environment::delay_of(const Move& move, const Object& object) {
  switch (move.kind) {
    case MoveKind::kSchedule:
      return draw(options_.schedule);
    case MoveKind::kStart:
      return draw(options_.start);
    case MoveKind::kReady:
      return std::max<std::int64_t>(behaviour_of(object).ready_after, 1);
    case MoveKind::kCrash:
      return draw(options_.crash);
    case MoveKind::kGone:
      return draw(options_.gone);
    case MoveKind::kCollect:
      return draw(options_.collect);
    case MoveKind::kAutoscale:
      return options_.autoscale;
  }
  return 0;
}

void Environment::plan(const Move& move, Instant at) {
  if (planned_.insert(move).second) due_.insert({at, order_++, move});
}

void Environment::plan_object(const Store& store, const Object& object, Instant now) {
  const std::optional<Move> move = move_of(store, object);
  if (!move || planned_.contains(*move)) return;
  plan(*move, now.plus(delay_of(*move, object) * 1'000'000));
}

void Environment::plan_scheduler(Instant now) {
  if (!planned_.contains(kScheduler)) plan(kScheduler, now.plus(draw(options_.schedule) * 1'000'000));
}

void Environment::plan_waiting(const Store& store, Instant now) {
  for (const Key& key : waiting_)
    if (const ObjectPtr pod = store.find(key)) plan_object(store, *pod, now);
}

void Environment::plan_orphans(const Store& store, const Object& owner, Instant now) {
  for (std::size_t k = 0; k < kKinds; ++k)
    for (const ObjectPtr& object : store.all(static_cast<Kind>(k)))
      for (const OwnerReference& reference : object->owners)
        if (reference.uid == owner.uid) plan_object(store, *object, now);
}

void Environment::look_again(const Store& store, Instant now) {
  for (std::size_t k = 0; k < kKinds; ++k)
    for (const ObjectPtr& object : store.all(static_cast<Kind>(k))) plan_object(store, *object, now);
  plan_scheduler(now);
}

void Environment::notice(const Store& store, const std::vector<Change>& changes, Instant now) {
  for (const Change& change : changes) {
    const Object& object = change.object();
    if (!change.after && object.key.kind != Kind::kPod) plan_orphans(store, object, now);
    if (object.key.kind == Kind::kPodGang) plan_scheduler(now);
    if (object.key.kind == Kind::kHorizontalPodAutoscaler && !change.before)
      plan({MoveKind::kAutoscale, object.key, object.uid}, now.plus(options_.autoscale * 1'000'000));
    if (object.key.kind == Kind::kPod) {
      if (!change.after || is_in_line(object)) plan_scheduler(now);
      // Also what could start now: whoever it has waited for may be gone again when its turn comes.
      const PodStep next = change.after ? next_step(store, object, behaviour_of(object)) : PodStep::kNone;
      if (next == PodStep::kWait || next == PodStep::kStart)
        waiting_.insert(object.key);
      else
        waiting_.erase(object.key);
      if (!change.after) left_alone_.erase(object.uid);
      const auto* before = change.before ? change.before->as<decide::LivePod>() : nullptr;
      const auto* after = change.after ? change.after->as<decide::LivePod>() : nullptr;
      if (after && after->ready && !(before && before->ready)) plan_waiting(store, now);
    }
    if (change.after && store.find(object.key) == change.after) plan_object(store, object, now);
  }
}

std::optional<Instant> Environment::next() const {
  return due_.empty() ? std::nullopt : std::optional(due_.begin()->at);
}

void Environment::run(Store& store, Instant now) {
  while (!due_.empty() && due_.begin()->at <= now) {
    const Move move = due_.begin()->move;
    due_.erase(due_.begin());
    planned_.erase(move);
    make(move, store, now);
    if (move.kind == MoveKind::kSchedule && store.has_changes()) plan(kScheduler, now.plus(1'000'000));
    const ObjectPtr object = store.find(move.key);
    if (move.kind == MoveKind::kAutoscale && object && object->uid == move.uid)
      plan(move, now.plus(options_.autoscale * 1'000'000));
    if (store.has_changes()) return;  // others see them first
  }
}

std::vector<Notice> Environment::take_notices() {
  std::vector<Notice> out;
  out.swap(notices_);
  return out;
}

std::vector<Move> Environment::moves(const Store& store) const {
  std::vector<Move> out;
  if (has_to_schedule(store, nodes_, options_.scheduler)) out.push_back(kScheduler);
  Key target;
  for (std::size_t k = 0; k < kKinds; ++k)
    for (const ObjectPtr& object : store.all(static_cast<Kind>(k))) {
      if (const std::optional<Move> move = move_of(store, *object)) out.push_back(*move);
      if (object->key.kind == Kind::kHorizontalPodAutoscaler && wanted_scale(store, *object, target))
        out.push_back({MoveKind::kAutoscale, object->key, object->uid});
    }
  return out;
}

void Environment::make(const Move& move, Store& store, Instant now) {
  if (move.kind == MoveKind::kSchedule) {
    schedule(store, nodes_, options_.scheduler, now, notices_);
    return;
  }
  const ObjectPtr object = store.find(move.key);
  if (!object || object->uid != move.uid) return;
  if (move.kind == MoveKind::kAutoscale) {
    Key target;
    if (const std::optional<std::int64_t> n = wanted_scale(store, *object, target)) store.scale(target, *n, now);
    return;
  }
  if (move_of(store, *object) != move) {
    // What it waited for was there when the move was planned, and is not any more.
    if (next_step(store, *object, behaviour_of(*object)) == PodStep::kWait) waiting_.insert(object->key);
    return;
  }
  if (move.kind == MoveKind::kGone)
    store.remove_now(move.key, {.uid = move.uid, .resource_version = {}}, now);
  else if (move.kind == MoveKind::kCollect)
    store.remove(move.key, {.uid = move.uid, .resource_version = {}}, now);
  else
    take_step(store, object, step_of(move.kind), behaviour_of(*object), now);
}

const Node* Environment::node_of(const Object& pod) const {
  const std::string_view name = pod.spec()["nodeName"].as_string();
  for (const Node& node : nodes_)
    if (node.name == name) return &node;
  return nullptr;
}

}  // namespace grovec::simulate

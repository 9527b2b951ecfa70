#include "runtime/simulate/operator.h"

#include <algorithm>

#include "ir/labels.h"
#include "runtime/decide/events.h"
#include "runtime/simulate/patch.h"

namespace grovec::simulate {

using namespace ir;
using decide::Action;
using decide::Verb;

namespace {

Answer no_answer() { return {0, "Timeout", "no answer", nullptr}; }

}  // namespace

void Operator::kill() {
  running_ = false;
  flight_.reset();
  look_at_.reset();
  again_.reset();
  failures_.clear();
  parts_.forget();
  wrote_ = {};
}

void Operator::start(Instant now) {
  running_ = true;
  look_at_ = now;
}

void Operator::notice(const std::vector<Change>& changes, Instant now) {
  if (!running_ || look_at_) return;
  // What has lost its label is still known by its controller.
  const auto is_ours = [&](const Object& object) {
    if (belongs_to(object, namespace_, set_)) return true;
    const OwnerReference* owner = object.key.namespace_ == namespace_ ? object.controller() : nullptr;
    return owner && owner->api_version == ir::keys::kGroveApi &&
           (owner->name == set_ || owner->name.starts_with(set_ + "-"));
  };
  const bool concerns = std::any_of(changes.begin(), changes.end(), [&](const Change& c) {
    return is_ours(c.object()) || (c.before && is_ours(*c.before));
  });
  if (concerns) look_at_ = now.plus(options_.look_after_ns);
}

std::optional<Instant> Operator::next() const {
  if (!running_) return std::nullopt;
  if (flight_) return flight_->next;
  if (look_at_ && again_) return std::min(*look_at_, *again_);
  return look_at_ ? look_at_ : again_;
}

bool Operator::sees_own_writes(const Store& view) const {
  for (std::size_t k = 0; k < kKinds; ++k)
    if (view.version_of(static_cast<Kind>(k)) < wrote_[k]) return false;
  return true;
}

void Operator::run(Store& store, const Store& view, Instant now) {
  const std::optional<Instant> due = next();
  if (!due || *due > now) return;
  if (flight_) {
    if (flight_.use_count() > 1) flight_ = std::make_shared<Flight>(*flight_);
    write_next(store, now);
  } else if (!sees_own_writes(view)) {
    look_at_ = now.plus(options_.look_after_ns);
    again_.reset();  // that look is this one
  } else {
    look(view, now);
  }
}

decide::Failures::Lookup Operator::lookup_in(const Store& view) const {
  return [this, &view](const decide::ObjectKey& key) {
    const ObjectPtr object = view.find(key_of(key));
    return object ? decide::Failures::Target{object->uid, object->resource_version} : decide::Failures::Target{};
  };
}

void Operator::look(const Store& view, Instant now) {
  ++looks_;
  failures_.forget(lookup_in(view));
  look_at_.reset();
  again_.reset();
  const auto seen = std::make_shared<const Store>(view);
  const ObjectPtr set = seen->find({Kind::kPodCliqueSet, namespace_, set_});
  const auto observed = std::make_shared<const decide::Observed>(observe(*seen, namespace_, set_, failures_.writes()));
  const WorldPtr world = set ? compiler_(*set) : nullptr;
  if (set && !world) return;
  decide::Decision decision = !set                ? decide::decide_leftovers(*observed, now)
                              : options_.by_parts ? parts_.decide(*world, *observed, now, seen)
                                                  : decide::decide(*world, *observed, now);
  if (set && witness_) witness_(*world, *observed, now, decision);
  events_.insert(events_.end(), decision.events.begin(), decision.events.end());
  again_ = decision.next_look;
  if (again_ && *again_ <= now)
    again_ = now.plus(options_.look_after_ns);  // a look that is due must not stop the clock
  std::erase_if(decision.steps, [](const decide::Step& step) { return step.empty(); });
  if (failures_.drop_unwanted(decision)) look_at_ = now.plus(options_.look_after_ns);
  if (decision.steps.empty()) return;
  flight_ = std::make_shared<Flight>(Flight{.world = world,
                                            .view = seen,
                                            .observed = observed,
                                            .decision = std::make_shared<const decide::Decision>(std::move(decision)),
                                            .created = {},
                                            .not_created = {},
                                            .next = now.plus(options_.step_ns)});
}

Key Operator::key_of(const decide::ObjectKey& key) const {
  const bool is_namespaced = ir::info_of(key.kind).is_namespaced;
  return {simulated_kind(key.kind), is_namespaced ? namespace_ : std::string(), key.name};
}

// As of the decision, or of its own creates since.
ObjectPtr Operator::known(const decide::ObjectKey& key) const {
  if (const auto found = flight_->created.find(key); found != flight_->created.end()) return found->second;
  return flight_->view->find(key_of(key));
}

bool Operator::is_skipped(const Action& action) const {
  if (action.verb != Verb::kCreate) return false;
  if (action.owner && (flight_->not_created.contains(*action.owner) || !known(*action.owner))) return true;
  if (action.gang && (flight_->not_created.contains(*action.gang) || !known(*action.gang))) return true;
  return action.source.from == decide::Source::From::kClique && !known(action.source.clique);
}

Answer Operator::create(const Action& action, Store& store, Instant now) {
  Arena arena;
  const ObjectPtr clique = action.source.from == decide::Source::From::kClique ? known(action.source.clique) : nullptr;
  Value body = decide::body_of(*flight_->world, action, clique ? clique->as<decide::LiveClique>() : nullptr, arena);
  if (action.owner) body = decide::with_owner_uid(arena, body, known(*action.owner)->uid);
  return store.create(body, now);
}

Answer Operator::carry(const Action& action, Store& store, Instant now) {
  const Key key = key_of(action.key);
  Preconditions only_if;
  if (!action.uid.empty()) only_if.uid = action.uid;
  if (action.resource_version > 0) only_if.resource_version = action.resource_version;
  if (action.read_owner_first && action.owner) {
    const ObjectPtr owner = store.find(key_of(*action.owner)), seen = known(*action.owner);
    if (!owner || owner->is_terminating() || !seen || owner->uid != seen->uid)
      return {404, "NotFound", "the owner is gone", nullptr};
  }
  switch (action.verb) {
    case Verb::kCreate:
      return create(action, store, now);
    case Verb::kPatch:
      return store.merge_patch(key, action.change, only_if, now);
    case Verb::kPatchStatus:
      return store.merge_patch_status(key, action.change, only_if, now);
    case Verb::kDelete:
      return store.remove(key, only_if, now);
  }
  return no_answer();
}

void Operator::remember(const Action& action, const Answer& answer, Instant now) {
  bool lacks = false;
  if (answer.object && answer.code != 0 && answer.ok()) {
    Arena arena;
    lacks = !decide::was_kept(action, tree_of(*answer.object, arena));
  }
  const std::string message = lacks ? "the answer lacks what was sent" : answer.message;
  if (failures_.note(action, answer.code, message, lookup_in(*flight_->view)(action.key), now, lacks))
    look_at_ = now.plus(options_.look_after_ns);
}

void Operator::tell(const Action& action, const Answer& answer) {
  const bool worked = answer.code != 0 && answer.ok();
  const std::string problem = worked                   ? std::string()
                              : answer.message.empty() ? "answer " + std::to_string(answer.code)
                                                       : answer.message;
  if (std::optional<decide::Event> event = decide::event_of(action, *flight_->observed, problem))
    events_.push_back(std::move(*event));
}

void Operator::write_next(Store& store, Instant now) {
  const Action& action = *next_write();
  if (is_skipped(action)) {
    flight_->not_created.insert(action.key);
  } else {
    const Fate fate = fate_ ? fate_(action, writes_) : Fate::kDone;
    ++writes_;
    if (fate == Fate::kKilledBefore) return kill();
    Answer answer = fate == Fate::kRefused ? Answer{options_.refusal_code, "InternalError", "refused", nullptr}
                                           : carry(action, store, now);
    if (answer.ok() && fate == Fate::kDone)
      wrote_[static_cast<std::size_t>(simulated_kind(action.key.kind))] =
          answer.object ? answer.object->resource_version : store.resource_version();
    if (fate == Fate::kLost) answer = no_answer();
    written_.push_back({action, answer, fate});
    if (fate == Fate::kKilledAfter) return kill();
    tell(action, answer);
    remember(action, answer, now);
    const bool worked = answer.code != 0 && answer.ok();
    if (action.verb == Verb::kCreate && worked) flight_->created[action.key] = answer.object;
    const bool is_relied_on =
        action.verb == Verb::kCreate || (action.verb == Verb::kPatch && action.key.kind == decide::Kind::kPodGang);
    if (is_relied_on && !worked) flight_->not_created.insert(action.key);
    if (!worked && action.why.reason == decide::Reason::kFact) flight_->fact_failed = true;
  }
  settle_step(now);
}

// On to the next write, the next step, or the end.
void Operator::settle_step(Instant now) {
  Flight& f = *flight_;
  f.next = now.plus(options_.write_ns);
  if (++f.action < f.decision->steps[f.step].size()) return;
  f.action = 0;
  ++f.step;
  f.next = now.plus(options_.step_ns);
  if (f.step >= f.decision->steps.size() || f.fact_failed) flight_.reset();
}

bool Operator::is_to_write(decide::Verb verb, const decide::ObjectKey& key) const {
  if (!flight_) return false;
  for (std::size_t s = flight_->step; s < flight_->decision->steps.size(); ++s) {
    const decide::Step& step = flight_->decision->steps[s];
    for (std::size_t n = s == flight_->step ? flight_->action : 0; n < step.size(); ++n)
      if (step[n].verb == verb && step[n].key == key) return true;
  }
  return false;
}

std::vector<decide::Event> Operator::take_events() {
  std::vector<decide::Event> out;
  out.swap(events_);
  return out;
}

std::vector<Written> Operator::take_writes() {
  std::vector<Written> out;
  out.swap(written_);
  return out;
}

}  // namespace grovec::simulate

#include "runtime/apply/flight.h"

#include "runtime/apply/requests.h"

namespace grovec::apply {

using decide::Action;
using decide::Verb;

void Flight::start() {
  client_.loop().post([self = shared_from_this()] { self->pump(); });
}

Known Flight::known(const decide::ObjectKey& key) const {
  if (const auto at = created_.find(key); at != created_.end()) return at->second;
  return ground_.known(key);
}

bool Flight::is_skipped(const Action& action) const {
  if (action.verb != Verb::kCreate) return false;
  if (action.owner && (not_created_.contains(*action.owner) || !known(*action.owner))) return true;
  if (action.gang && (not_created_.contains(*action.gang) || !known(*action.gang))) return true;
  return action.source.from == decide::Source::From::kClique && !known(action.source.clique).clique;
}

// Sends as much as may be under way; a step begins when all of the one before is answered.
void Flight::pump() {
  if (pumping_ || landed_) return;
  pumping_ = true;
  while (step_ < decision_.steps.size() && !stopped_) {
    const decide::Step& step = decision_.steps[step_];
    while (next_ < step.size() && pending_ < kWindow && !stopped_) {
      const Action& action = step[next_++];
      if (is_skipped(action))
        not_created_.insert(action.key);
      else
        send(action);
    }
    if (pending_ > 0 || next_ < step.size()) break;
    if (fact_failed_) break;
    ++step_;
    next_ = 0;
  }
  pumping_ = false;
  const bool is_over = stopped_ || fact_failed_ || step_ >= decision_.steps.size();
  if (!is_over || pending_ > 0) return;
  landed_ = true;
  ground_.landed();
}

void Flight::send(const Action& action) {
  ++pending_;
  if (action.read_owner_first && action.owner) return send_after_reading_owner(action);
  if (action.verb == Verb::kCreate) return send_create(action);
  dispatch(action, change_request(action, namespace_));
}

void Flight::send_create(const Action& action) {
  Arena arena;
  const Known clique = action.source.from == decide::Source::From::kClique ? known(action.source.clique) : Known{};
  ir::Value body = decide::body_of(*world_, action, clique.clique.get(), arena);
  if (action.owner) body = decide::with_owner_uid(arena, body, known(*action.owner).uid);
  dispatch(action, create_request(action.key.kind, namespace_, body));
}

// Adoption: the garbage collector must not be told of an owner that goes.
void Flight::send_after_reading_owner(const Action& action) {
  client_.send(read_request(action.owner->kind, namespace_, action.owner->name), [self = shared_from_this(),
                                                                                  &action](kube::Answer answer) {
    bool is_there = false;
    if (!answer.error) {
      const Known owner = self->ground_.read(action.owner->kind, answer.body);
      is_there = owner && owner.uid == self->known(*action.owner).uid && !(owner.clique && owner.clique->meta.deleted);
    }
    if (is_there) return self->dispatch(action, change_request(action, self->namespace_));
    self->finish(action, {404, "the owner is gone", false, &answer});
  });
}

void Flight::dispatch(const Action& action, kube::Request request) {
  client_.send(std::move(request), [self = shared_from_this(), &action](kube::Answer answer) {
    Outcome outcome{answer.outcome_unknown ? 0 : answer.status, {}, false, &answer};
    if (answer.error) {
      outcome.message = answer.error->message;
      if (outcome.code < 300) outcome.code = 0;
    } else if (action.verb == Verb::kPatch || action.verb == Verb::kPatchStatus) {
      outcome.lacks = self->ground_.lacks(action, answer.body);
      if (outcome.lacks) outcome.message = "the API server does not keep what was sent";
    }
    self->finish(action, outcome);
  });
}

void Flight::finish(const Action& action, const Outcome& outcome) {
  --pending_;
  if (action.verb == Verb::kCreate && outcome.ok() && action.key.kind != decide::Kind::kPod)
    created_[action.key] = ground_.read(action.key.kind, outcome.answer->body);
  const bool is_relied_on =
      action.verb == Verb::kCreate || (action.verb == Verb::kPatch && action.key.kind == decide::Kind::kPodGang);
  if (is_relied_on && !outcome.ok()) not_created_.insert(action.key);
  if (!outcome.ok() && action.why.reason == decide::Reason::kFact && !action.is_optional) fact_failed_ = true;
  ground_.answered(action, outcome);
  pump();
}

}  // namespace grovec::apply

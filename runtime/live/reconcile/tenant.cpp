#include "runtime/live/reconcile/tenant.h"

#include "ir/value/writer.h"
#include "runtime/decide/events.h"

namespace grovec::live {

using decide::Action;
using decide::Instant;
using decide::Verb;

namespace {

constexpr auto kLookAfter = std::chrono::milliseconds(3);  // changes that come together are one look

Fields fields_of(const SetKey& key, const Action& action, int code) {
  return {{"set", key.name},
          {"namespace", key.namespace_},
          {"verb", std::string(decide::name_of(action.verb))},
          {"kind", std::string(ir::info_of(action.key.kind).kind)},
          {"name", action.key.name},
          {"why", std::string(decide::text_of(action.why))},
          {"code", std::to_string(code)}};
}

bool has_steps(const decide::Decision& decision) {
  for (const decide::Step& step : decision.steps)
    if (!step.empty()) return true;
  return false;
}

}  // namespace

std::string line_of(const SetKey& key, const Action& action) {
  std::string line(decide::name_of(action.verb));
  line.append(" ").append(ir::info_of(action.key.kind).kind).append(" ");
  line.append(key.namespace_).append("/").append(action.key.name);
  return line.append(": ").append(decide::text_of(action.why));
}

Tenant::~Tenant() {
  shared_.client.loop().cancel(timer_);
  shared_.client.loop().cancel(again_timer_);
  shared_.own.forget(owner_);
}

Instant Tenant::now() const {
  const auto wall = shared_.client.loop().surroundings().wall_time().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::nanoseconds>(wall).count()};
}

void Tenant::soil() {
  dirty_ = true;
  if (!dirty_since_) dirty_since_ = shared_.client.loop().now();
}

void Tenant::wake() {
  soil();
  if (!flight_ && !timer_) schedule(kLookAfter);
}

void Tenant::own_writes_seen() {
  if (dirty_ && !flight_ && !timer_) schedule(kLookAfter);
}

void Tenant::schedule(kube::Duration after) {
  timer_ = shared_.client.loop().after(after, [this] {
    timer_ = 0;
    look();
  });
}

bool Tenant::wind_down() {
  winding_down_ = true;
  if (flight_) flight_->stop();
  return !flight_;
}

std::shared_ptr<const Seen> Tenant::seen(const decide::ObjectKey& key) const {
  const std::string_view place = ir::info_of(key.kind).is_namespaced ? std::string_view(key_.namespace_) : "";
  return shared_.store.find(key.kind, place, key.name);
}

decide::Failures::Target Tenant::target(const decide::ObjectKey& key) const {
  const auto object = seen(key);
  return object ? decide::Failures::Target{object->uid, object->resource_version} : decide::Failures::Target{};
}

void Tenant::look_again_at(std::optional<Instant> at, Instant now) {
  shared_.client.loop().cancel(again_timer_);
  again_timer_ = 0;
  again_ = at;
  if (!at) return;
  const auto wait = std::max<std::chrono::nanoseconds>(std::chrono::nanoseconds(at->ns - now.ns), kLookAfter);
  again_timer_ = shared_.client.loop().after(wait, [this] {
    again_timer_ = 0;
    wake();
  });
}

decide::Decision Tenant::decide_on(const WorldPtr& world, Instant at) {
  if (!world) return decide::decide_leftovers(view_->observed, at);
  decide::Decision decision = parts_.decide(*world, view_->observed, at, view_);
  shared_.parts_decided += parts_.decided();
  shared_.parts_seen += parts_.all();
  return decision;
}

void Tenant::look() {
  if (flight_ || winding_down_ || !shared_.may_write()) return;
  if (!shared_.own.is_ready(owner_)) {  // own_writes_seen comes
    ++shared_.looks_put_off;
    if (!gated_since_) gated_since_ = shared_.client.loop().now();
    return;
  }
  const auto add = [now = shared_.client.loop().now()](kube::Duration& sum, std::optional<kube::Instant>& since) {
    if (since) sum += now - *since;
    since.reset();
  };
  add(shared_.queueing, dirty_since_);
  add(shared_.gating, gated_since_);
  dirty_ = false;
  ++shared_.looks;
  const Instant at = now();
  auto time = [this, last = shared_.client.loop().now()](kube::Duration& sum) mutable {
    const kube::Instant now = shared_.client.loop().now();
    sum += now - last;
    last = now;
  };
  failures_.forget([this](const decide::ObjectKey& key) { return target(key); });
  auto view = std::make_shared<View>(shared_.store.view(key_));
  view->observed.failed = failures_.writes();
  view_ = view;
  time(shared_.viewing);
  Compiler::Outcome compiled;
  if (view_->manifest) compiled = shared_.compiler.world_of(key_, *view_->manifest);
  time(shared_.compiling);
  compiled_ = !view_->manifest || compiled.world;
  looked_ = true;
  if (!compiled_) {
    found_nothing_ = true;
    if (compiled.is_new) shared_.say(true, "PodCliqueSet " + owner_ + " is left alone: " + compiled.problem);
    return;
  }
  decide::Decision decision = decide_on(compiled.world, at);
  time(shared_.deciding);
  std::erase_if(decision.steps, [](const decide::Step& step) { return step.empty(); });
  found_nothing_ = !has_steps(decision);
  look_again_at(decision.next_look, at);
  explain(decision, at);
  if (failures_.drop_unwanted(decision)) wake();
  for (const decide::Event& e : decision.events) shared_.tell(key_, e, target(e.on).uid);
  if (found_nothing_) return;
  flight_ =
      std::make_shared<apply::Flight>(shared_.client, *this, key_.namespace_, compiled.world, std::move(decision));
  flight_->start();
}

// A line for each look that changes nothing, too.
void Tenant::explain(const decide::Decision& decision, Instant at) const {
  if (!shared_.say.says(Level::kDebug)) return;
  std::size_t actions = 0;
  for (const decide::Step& step : decision.steps) actions += step.size();
  std::string text = "looked at " + owner_ + ": " + std::to_string(parts_.decided()) + " of " +
                     std::to_string(parts_.all()) + " replicas, " + std::to_string(actions) + " writes";
  if (decision.next_look) text += ", again in " + std::to_string((decision.next_look->ns - at.ns) / 1'000'000) + " ms";
  shared_.say.say(Level::kDebug, text);
}

apply::Known Tenant::known(const decide::ObjectKey& key) const {
  const auto object = seen(key);
  if (!object) return {};
  apply::Known out{object->uid, nullptr};
  if (const auto* clique = std::get_if<std::shared_ptr<const decide::LiveClique>>(&object->typed)) out.clique = *clique;
  return out;
}

apply::Known Tenant::read(Kind kind, const std::string& json) {
  const Result<Seen> object = shared_.eyes.read(kind, json);
  if (!object) return {};
  apply::Known out{object->uid, nullptr};
  if (const auto* clique = std::get_if<std::shared_ptr<const decide::LiveClique>>(&object->typed)) out.clique = *clique;
  return out;
}

bool Tenant::lacks(const Action& action, const std::string& json) {
  const auto tree = shared_.eyes.read_tree(json);
  return tree && !decide::was_kept(action, (*tree)->tree);
}

// What has to be seen before the next look.
void Tenant::expect(const Action& action, const std::string& body) {
  const kube::Instant at = shared_.client.loop().now();
  const auto kind = static_cast<kube::OwnWrites::Kind>(action.key.kind);
  const auto object = seen(action.key);
  const bool lives = object && object->uid == action.uid;
  if (action.verb == Verb::kDelete) {
    // The watch may have been faster than the answer.
    if (lives && !is_marked(*object)) shared_.own.deleting(owner_, kind, action.uid, at);
    return;
  }
  if (action.why.reason == decide::Reason::kFinalizer && action.verb == Verb::kPatch) {
    // The last finalizer gone, the object is; the answer still has its former version.
    const auto after = shared_.eyes.read(action.key.kind, body);
    if (after && is_going(*after)) {
      if (lives) shared_.own.deleting(owner_, kind, action.uid, at);
      return;
    }
  }
  const auto written = kube::read_written(body);
  if (!written) return;
  shared_.own.wrote(owner_, kind, written->resource_version, at);
  if (action.verb == Verb::kPatchStatus) shared_.wrote_status(written->uid, now());
}

void Tenant::answered(const Action& action, const apply::Outcome& outcome) {
  ++shared_.writes;
  ++shared_.answers[{action.verb, action.key.kind, outcome.code}];
  if (outcome.code >= 200 && outcome.code < 300) {
    ++shared_.reasons[action.why.reason];
    shared_.wrote();
    expect(action, outcome.answer->body);
  }
  if (failures_.note(action, outcome.code, outcome.message, target(action.key), now(), outcome.lacks)) {
    ++shared_.failed_writes;
    soil();
    const bool is_gone = outcome.code == 404 && action.verb != Verb::kCreate;  // the watch will say so
    if (!is_gone)
      shared_.say(true, line_of(key_, action) + ": " + outcome.message, fields_of(key_, action, outcome.code));
  } else if (action.verb != Verb::kPatchStatus) {
    shared_.say(false, line_of(key_, action), fields_of(key_, action, outcome.code));
  }
  const std::string problem = outcome.ok() ? std::string() : outcome.message;
  if (const auto event = decide::event_of(action, view_->observed, problem))
    shared_.tell(key_, *event, target(event->on).uid);
}

void Tenant::landed() {
  // Not from within the flight: it is still on the stack.
  shared_.client.loop().post([this, flight = flight_] {
    if (flight_ != flight) return;
    flight_.reset();
    soil();
    if (!timer_ && !winding_down_) schedule(kLookAfter);
  });
}

}  // namespace grovec::live

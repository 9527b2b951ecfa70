#include "tests/simulator/player.h"

#include <algorithm>

#include "ir/labels.h"
#include "tests/simulator/waits.h"
#include "tests/simulator/walk.h"

namespace grovec::simulator {

using namespace ir;
using simulate::Change;
using simulate::Cluster;

namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kQuietAtEnd = 10'000;
constexpr std::int64_t kBetweenCommands = 100, kRestart = 1'000;
constexpr std::int64_t kLongestRest = 3'600'000;
constexpr std::int64_t kBirth = 1'767'225'600'000;  // 2026-01-01, where every story begins
constexpr std::size_t kPlentyOfNodes = 2'000;

simulate::EnvironmentOptions environment_options(std::uint64_t seed) {
  simulate::EnvironmentOptions out;
  out.seed = seed;
  return out;
}

}  // namespace

// What the cluster tells is recorded and told.
class Player::Ears final : public simulate::Watcher {
 public:
  explicit Ears(Player& player) : player_(player) {}
  void changed(const Change& change, Instant now) override {
    player_.recorder_.changed(change, now);
    player_.people_.changed(change);
    player_.witness_.changed(change, now);
    player_.story_.changed(change, now);
  }
  void noticed(const simulate::Notice& n, Instant now) override {
    const std::string on = std::string(simulate::facts_of(n.on.kind).name) + "/" + n.on.name;
    player_.recorder_.event(on, n.source, true, n.reason, n.message, now);
  }
  void wrote(const simulate::Written& write, Instant now) override { player_.story_.wrote(write, now); }
  void said(const decide::Event& e, Instant now) override {
    const std::string on = std::string(ir::info_of(e.on.kind).kind) + "/" + e.on.name;
    player_.recorder_.event(on, "grovec", e.is_warning, e.reason, e.message, now);
    player_.story_.said(e.reason + " on " + on + ": " + e.message, now);
  }

 private:
  Player& player_;
};

Player::Player(const PlayOptions& options)
    : options_(options),
      cluster_{.store = simulate::Store(),
               .environment = simulate::Environment(environment_options(options.seed)),
               .operator_ = std::nullopt,
               .now = Instant::from_millis(kBirth),
               .last_change = Instant::from_millis(kBirth)},
      story_(recorder_.aliases(), options.log),
      people_(cluster_, recorder_.aliases(), surroundings_, options.folder),
      ears_(std::make_unique<Ears>(*this)) {
  cluster_.watcher = ears_.get();
  story_.start(cluster_.now);
  if (options.lag_ms > 0) cluster_.cache = &cache_.emplace(options.seed, options.lag_ms);
  for (std::size_t n = 0; n < kPlentyOfNodes; ++n)
    cluster_.environment.nodes().push_back({"node-" + std::to_string(n), "pool", false, 1});
}

// The set that somebody has just created gets its operator.
void Player::meet_operator() {
  if (cluster_.operator_ || people_.set().empty()) return;
  cluster_.operator_.emplace(people_.set_namespace(), people_.set(), make_compiler(surroundings_));
  cluster_.operator_->set_fate(random_fates(options_.seed, options_.faults));
  cluster_.operator_->set_witness([this](const decide::World& world, const decide::Observed& observed, Instant now,
                                         const decide::Decision& decision) {
    if (!decide::equal(decision, decide::decide(world, observed, now))) parts_differ_ = now;
  });
}

// As the cluster's own, but whoever was killed by a fault comes back.
bool Player::advance(Instant limit) {
  const bool was_running = cluster_.operator_ && cluster_.operator_->is_running();
  const bool happened = cluster_.step(limit);
  if (was_running && !cluster_.operator_->is_running()) killed_at_ = cluster_.now;
  if (killed_at_ && cluster_.now >= killed_at_->plus(kRestart * kMs)) {
    killed_at_.reset();
    cluster_.start_operator();
  }
  return happened;
}

void Player::run_until(Instant at) {
  while (cluster_.now < at) {
    const Instant limit = killed_at_ ? std::min(at, killed_at_->plus(kRestart * kMs)) : at;
    while (advance(limit)) {
    }
    if (!killed_at_ && limit == at) return;
  }
}

Result<Done> Player::take(const Step& step) {
  Outcome outcome;
  switch (step.kind) {
    case StepKind::kWait:
      run_until(cluster_.now.plus(step.number * kMs));
      return Done{};
    case StepKind::kWaitUntil:
      return wait_until(step);
    case StepKind::kKill:
      cluster_.kill_operator();
      break;
    case StepKind::kStart:
      cluster_.start_operator();
      break;
    case StepKind::kOperatorReady:
      break;
    case StepKind::kScheduler:
      cluster_.environment.set_scheduler(step.text == "gangs" ? simulate::SchedulerKind::kGangs
                                                              : simulate::SchedulerKind::kOneByOne);
      break;
    case StepKind::kExpect:
      if (const std::string untrue = find_untrue(people_.with_nodes(step.text), cluster_.store, set_key(), witness_);
          !untrue.empty())
        return Error{"line " + std::to_string(step.number_of_line) + ": " + untrue, Error::kContent};
      break;
    case StepKind::kRemember:
      witness_.remember(step.text, cluster_.store);
      break;
    case StepKind::kWatch:
      witness_.watch();
      break;
    default:
      outcome = people_.act(step);
      meet_operator();
  }
  story_.people(step.line, outcome.message, cluster_.now);
  cluster_.spread();
  if (!outcome.done && !step.refused)
    return Error{"line " + std::to_string(step.number_of_line) + ": `" + step.line + "` is refused: " + outcome.message,
                 Error::kContent};
  return Done{};
}

// Since when nothing has changed, for somebody who began to look then.
Instant Player::quiet_from(Instant begin) const { return std::max(begin, cluster_.last_change); }

bool Player::holds(const Step& step, Instant begin) const {
  return simulator::holds(step, cluster_.store, set_key(), cluster_.now, quiet_from(begin));
}

Result<Done> Player::wait_until(const Step& step) {
  const Instant begin = cluster_.now, end = begin.plus(step.patience * kMs);
  run_until(cluster_.now.plus(50 * kMs));
  while (!holds(step, begin)) {
    if (cluster_.now >= end) {
      if (step.may_fail) break;
      return Error{"line " + std::to_string(step.number_of_line) + ": `" + step.line + "` was in vain",
                   Error::kContent};
    }
    // Quiet is noticed by the clock, everything else by what happens.
    const Instant look = step.until == Until::kReadyAndQuiet || step.until == Until::kQuiet
                             ? std::max(quiet_from(begin).plus(kQuietInWait * kMs), cluster_.now.plus(kMs))
                             : end;
    advance(std::min(look, end));
  }
  story_.people(step.line, holds(step, begin) ? "" : "in vain", cluster_.now);
  return Done{};
}

void Player::rest(std::int64_t quiet_ms) {
  const Instant begin = cluster_.now, end = begin.plus(kLongestRest * kMs);
  const auto quiet_at = [&] { return std::min(end, std::max(begin, cluster_.last_change).plus(quiet_ms * kMs)); };
  while (cluster_.now < quiet_at()) run_until(std::min(quiet_at(), cluster_.now.plus(kMs * 100)));
}

// One node for each pod of the start, and no more.
void Player::trim_nodes() {
  std::vector<simulate::Node>& nodes = cluster_.environment.nodes();
  std::vector<simulate::Node> kept;
  for (const simulate::Node& node : nodes)
    for (const ObjectPtr& pod : cluster_.store.all(Kind::kPod))
      if (pod->spec()["nodeName"].as_string() == node.name) {
        kept.push_back(node);
        break;
      }
  const std::size_t wanted = std::max<std::size_t>(kept.size(), people_.pods_of_template());
  for (const simulate::Node& node : nodes)
    if (kept.size() < wanted && std::find(kept.begin(), kept.end(), node) == kept.end()) kept.push_back(node);
  nodes = std::move(kept);
}

void Player::start_recording() {
  recorder_.start(cluster_.store, cluster_.now);
  story_.start(cluster_.now);
}

Result<Done> Player::play_part(const std::vector<Step>& steps, bool before) {
  Instant previous = cluster_.now;
  std::int64_t recorded = 0;
  for (const Step& step : steps) {
    if (step.before != before) continue;
    if (!before && step.at && step.kind != StepKind::kWaitUntil) run_until(previous.plus((*step.at - recorded) * kMs));
    // The time of the line that follows says how long a plain wait was.
    if (before || step.kind != StepKind::kWait) {
      const Result<Done> done = take(step);
      if (!done) return done;
    } else {
      story_.people(step.line, "", cluster_.now);
    }
    if (step.kind == StepKind::kCreate && !before) trim_nodes();
    previous = cluster_.now;
    if (step.at) recorded = *step.at;
    if (!before && &step == &steps.back() && step.kind == StepKind::kWait)
      run_until(cluster_.now.plus(step.number * kMs));
  }
  return Done{};
}

Result<Done> Player::play(const std::vector<Step>& steps) {
  Result<Done> done = play_part(steps, true);
  if (!done) return done;
  const bool begins_empty = std::none_of(steps.begin(), steps.end(), [](const Step& s) { return s.before; });
  if (!begins_empty) trim_nodes();
  start_recording();
  done = play_part(steps, false);
  if (!done) return done;
  rest(kQuietAtEnd);
  return verdict();
}

// Every decision of the operator, which decides by parts, has been compared with that on everything.
Result<Done> Player::verdict() const {
  if (!parts_differ_) return Done{};
  return Error{"a decision by parts is not the decision on everything, at " + decide::time_text(*parts_differ_),
               Error::kContent};
}

Result<Done> Player::play_scenario(const std::vector<Step>& steps) {
  start_recording();
  for (const Step& step : steps) {
    // People need a moment between two commands; what they look at, they look at at once.
    if (step.kind != StepKind::kExpect) run_until(cluster_.now.plus(kBetweenCommands * kMs));
    const Result<Done> done = take(step);
    if (!done) return done;
  }
  return verdict();
}

Result<Done> Player::walk(const std::string& input, std::uint32_t steps) {
  const Result<std::vector<Step>> birth = parse_steps("kubectl create -f " + input + "\n");
  if (!birth) return birth.error();
  start_recording();
  Result<Done> done = take(birth->front());
  Random random(options_.seed);
  for (std::uint32_t n = 0; done && n < steps; ++n) {
    run_until(cluster_.now.plus(static_cast<std::int64_t>(random.below(2000)) * kMs));
    const std::string line = random_step(random, cluster_.store, set_key(), recorder_.aliases());
    const Result<std::vector<Step>> parsed = parse_steps(line);
    if (!parsed) return parsed.error();
    // Refused while the operator is down, or for good reasons: people live with it.
    if (!parsed->empty()) static_cast<void>(take(parsed->front()));
  }
  if (!done) return done;
  cluster_.operator_->set_fate({});
  rest(kQuietAtEnd * 2);
  const std::string unsettled = find_unwell(cluster_.store, set_key());
  return unsettled.empty() ? verdict() : Error{unsettled, Error::kContent};
}

}  // namespace grovec::simulator

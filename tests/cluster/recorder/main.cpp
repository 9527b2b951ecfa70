// Plays a recording's steps on a real cluster with grovec as the operator.
//
//   record TRACE_DIR OUT_DIR --grovec PATH --operator COMMAND
//
// The cluster is KUBECONFIG's; its namespace `default` belongs to the player.
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/cluster/recorder/hands.h"
#include "tests/simulator/waits.h"

namespace grovec::recorder {
namespace {

using namespace std::chrono_literals;
using simulate::Instant;
using simulator::Step;
using simulator::StepKind;
using simulator::Until;

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kQuietAtEnd = 10'000;

std::string text_of(const std::string& path) {
  std::ifstream in(path);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

int complain(const std::string& what) {
  std::fprintf(stderr, "record: %s\n", what.c_str());
  return 1;
}

class Player {
 public:
  Player(kube::Loop& loop, Mirror& mirror, Hands& hands) : loop_(loop), mirror_(mirror), hands_(hands) {}

  Result<Done> play(const std::vector<Step>& steps, std::size_t pool) {
    pool_ = pool;
    hands_.start_operator();
    pass(1000);
    if (pool_ > 0)
      if (auto done = hands_.set_pool(pool_); !done) return done;
    if (auto done = part(steps, true); !done) return done;
    pass(500);
    mirror_.settle(true);
    mirror_.trace().start(mirror_.store(), mirror_.now());
    if (auto done = part(steps, false); !done) return done;
    const Instant begin = mirror_.now();
    while (mirror_.now() < std::max(begin, mirror_.last_change()).plus(kQuietAtEnd * kMs)) pass(100);
    mirror_.settle(true);
    return Done{};
  }

  /// Everything of the set goes, for whoever comes next.
  Result<Done> clean_up() {
    if (!hands_.set().name.empty()) {
      hands_.start_operator();
      Step step;
      step.kind = StepKind::kDelete;
      step.kind_word = "pcs";
      step.object = hands_.set().name;
      if (auto done = hands_.act(step); !done) return done;
      const Instant begin = mirror_.now();
      while (mirror_.store().size() > 0 && mirror_.now() < begin.plus(60'000 * kMs)) pass(100);
      if (mirror_.store().size() > 0) return Error{"something is left behind"};
    }
    return hands_.set_pool(0);
  }

 private:
  void pass(std::int64_t ms) {
    const auto end = loop_.now() + std::chrono::milliseconds(ms);
    while (loop_.now() < end) {
      loop_.run_until([] { return false; }, std::min<kube::Duration>(20ms, end - loop_.now()));
      mirror_.settle();
    }
  }

  Result<Done> wait_until(const Step& step) {
    const Instant begin = mirror_.now(), end = begin.plus(step.patience * kMs);
    pass(50);
    while (
        !simulator::holds(step, mirror_.store(), hands_.set(), mirror_.now(), std::max(begin, mirror_.last_change()))) {
      if (mirror_.now() >= end) {
        if (step.may_fail) return Done{};
        return Error{"`" + step.line + "` was in vain", Error::kContent};
      }
      pass(20);
    }
    return Done{};
  }

  Result<Done> take(const Step& step) {
    std::fprintf(stderr, "%6.1f s  %s\n", static_cast<double>(mirror_.now().ns - born_.ns) / 1e9, step.line.c_str());
    if (step.kind == StepKind::kWaitUntil) return wait_until(step);
    if (step.kind == StepKind::kWait) return pass(step.number), Done{};
    mirror_.settle(true);
    return hands_.act(step);
  }

  // The time between two lines is kept, but a wait ends when what it waits for is there.
  Result<Done> part(const std::vector<Step>& steps, bool before) {
    Instant previous = mirror_.now();
    std::int64_t recorded = 0;
    for (const Step& step : steps) {
      if (step.before != before) continue;
      if (!before && step.at && step.kind != StepKind::kWaitUntil) {
        const std::int64_t due = previous.ns / kMs + *step.at - recorded - mirror_.now().ns / kMs;
        if (due > 0) pass(due);
      }
      if (before || step.kind != StepKind::kWait)
        if (auto done = take(step); !done) return done;
      previous = mirror_.now();
      if (step.at) recorded = *step.at;
      if (!before && &step == &steps.back() && step.kind == StepKind::kWait) pass(step.number);
    }
    return Done{};
  }

  kube::Loop& loop_;
  Mirror& mirror_;
  Hands& hands_;
  std::size_t pool_ = 0;
  Instant born_ = mirror_.now();
};

// Pods of the start, if they are on nodes of the pool.
std::size_t pool_of(const std::string& folder) {
  if (text_of(folder + "/input.yaml").find("pool: pool") == std::string::npos) return 0;
  Context context;
  simulator::Surroundings surroundings;
  const auto documents =
      frontend::read_documents(context, context.sources.add("input", text_of(folder + "/input.yaml")));
  if (documents.empty()) return 0;
  const auto set = driver::compile_set(context, documents[0].root, surroundings.facts, {});
  if (!set || !(*set)->is_planned) return 0;
  return static_cast<std::size_t>(ir::totals_of((*set)->world).pods);
}

int run(const std::string& folder, const std::string& out, const Programs& programs) {
  const auto steps = simulator::parse_steps(text_of(folder + "/steps.txt"));
  if (!steps) return complain(steps.error().message);
  std::filesystem::create_directories(out);
  const kube::Surroundings surroundings = kube::real_surroundings();
  const auto access = kube::load_access({}, surroundings);
  if (!access) return complain(access.error().message);
  kube::Loop loop(surroundings);
  kube::Client client(loop, *access);
  Mirror mirror(client, "default");
  if (!loop.run_until([&] { return mirror.has_listed(); }, 30s)) return complain("the cluster does not answer");
  mirror.settle(true);
  if (mirror.store().size() > 0) return complain("there is something of another set in the namespace");
  Hands hands(mirror, programs, folder, out + "/operator.log");
  Player player(loop, mirror, hands);
  const Result<Done> played = player.play(*steps, pool_of(folder));
  if (played) {
    std::ofstream(out + "/trace.jsonl") << mirror.trace().text();
    std::ofstream(out + "/final.json") << simulator::final_text(mirror.store(), mirror.trace().aliases());
  }
  const Result<Done> clean = player.clean_up();
  if (!played) return complain(played.error().message);
  return clean ? 0 : complain(clean.error().message);
}

}  // namespace
}  // namespace grovec::recorder

int main(int argc, char** argv) {
  grovec::recorder::Programs programs;
  std::vector<std::string> operands;
  for (int n = 1; n < argc; ++n) {
    const std::string arg = argv[n];
    if (arg == "--grovec" && n + 1 < argc)
      programs.grovec = argv[++n];
    else if (arg == "--operator" && n + 1 < argc)
      programs.operator_ = argv[++n];
    else
      operands.push_back(arg);
  }
  if (operands.size() != 2 || programs.grovec.empty() || programs.operator_.empty()) {
    std::fprintf(stderr, "usage: record TRACE_DIR OUT_DIR --grovec PATH --operator COMMAND\n");
    return 2;
  }
  return grovec::recorder::run(operands[0], operands[1], programs);
}

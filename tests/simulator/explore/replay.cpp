#include "tests/simulator/explore/replay.h"

#include <set>
#include <sstream>
#include <vector>

#include "tests/simulator/explore/safety.h"

namespace grovec::simulator {

namespace {

// The lines that are no remarks, with their numbers.
std::vector<std::pair<int, std::string>> steps_in(std::string_view text) {
  std::vector<std::pair<int, std::string>> out;
  std::istringstream in{std::string(text)};
  std::string line;
  for (int n = 1; std::getline(in, line); ++n)
    if (!line.empty() && line.front() != '#') out.push_back({n, line});
  return out;
}

std::string text_of(const simulate::Written& write) {
  const simulate::Answer& answer = write.answer;
  return "answer " + std::to_string(answer.code) + (answer.ok() && answer.code ? "" : " " + answer.message);
}

// One line: who lives, and how they are.
std::string text_of(const State& state) {
  std::string out;
  for (const Kind kind : {Kind::kPodClique, Kind::kPodGang, Kind::kPod})
    for (const ObjectPtr& object : state.store.all(kind)) {
      out += (out.empty() ? "" : ", ") + object->key.name + " " + object->uid;
      if (object->is_terminating()) out += " marked";
      const auto* pod = object->as<decide::LivePod>();
      if (!pod) continue;
      out += pod->is_finished() ? " finished" : pod->ready ? " ready" : pod->has_node ? " bound" : "";
      if (pod->gated) out += " gated";
    }
  return out;
}

class Replay {
 public:
  explicit Replay(const SmallWorld& world) : stage_(world, {.deeds = 200, .faults = 200}), state_(stage_.first()) {
    judge(find_unsafe(stage_, state_));
  }

  // False if nothing of that name can happen.
  bool take(const std::string& line) {
    for (const Choice& choice : stage_.choices(state_))
      if (stage_.text_of(choice, state_) == line) {
        make(choice, line);
        return true;
      }
    return false;
  }

  Replayed end() {
    bool moves = false;
    for (const Choice& choice : stage_.choices(state_)) moves = moves || is_quiet(choice.what);
    if (!moves) judge(find_stuck(stage_, state_));
    return std::move(out_);
  }

 private:
  void judge(const std::string& problem) {
    if (problem.empty()) return;
    out_.violations.push_back(problem);
    out_.story += "      VIOLATION: " + problem + "\n";
  }

  void make(const Choice& choice, const std::string& line) {
    const State before = state_;
    const std::vector<simulate::Written> writes = stage_.make(choice, state_);
    std::string number = std::to_string(++steps_);
    out_.story += std::string(number.size() < 4 ? 4 - number.size() : 0, ' ') + number + "  " + line + "\n";
    const auto& writer = choice.what == MoveClass::kFormer ? *before.former : before.leader;
    for (const simulate::Written& w : writes) {
      out_.story += "      " + text_of(w) + "\n";
      judge(find_unsafe(stage_, before, writer, w));
    }
    if (const std::string now = text_of(state_); now != last_) out_.story += "      now: " + now + "\n";
    last_ = text_of(state_);
    judge(find_unsafe(stage_, state_));
    note_circle(choice);
  }

  // Steps that people and faults have no part in must not lead back.
  void note_circle(const Choice& choice) {
    if (!is_quiet(choice.what)) seen_.clear();
    const std::uint64_t hash = stage_.hash(state_);
    if (!seen_.insert(hash).second && hash != last_hash_)
      judge("the same state comes again and again though nobody does anything");
    last_hash_ = hash;
  }

  Stage stage_;
  State state_;
  Replayed out_;
  std::string last_;
  std::set<std::uint64_t> seen_;
  std::uint64_t last_hash_ = 0;
  int steps_ = 0;
};

}  // namespace

bool is_explored(std::string_view text) {
  const auto steps = steps_in(text);
  return !steps.empty() && steps.front().second.starts_with(kExploredWorld);
}

Result<Replayed> replay(const std::string& text) {
  const auto steps = steps_in(text);
  if (steps.empty()) return Error{"there are no steps", Error::kContent};
  for (const SmallWorld& world : small_worlds()) {
    if (steps.front().second != std::string(kExploredWorld) + world.name) continue;
    Replay replay(world);
    for (std::size_t n = 1; n < steps.size(); ++n)
      if (!replay.take(steps[n].second))
        return Error{"line " + std::to_string(steps[n].first) + ": nothing can happen there that is called `" +
                         steps[n].second + "`",
                     Error::kContent};
    return replay.end();
  }
  return Error{"line " + std::to_string(steps.front().first) + ": `" + steps.front().second + "` names no small world",
               Error::kContent};
}

}  // namespace grovec::simulator

#include "tests/simulator/explore/explorer.h"

#include <algorithm>
#include <deque>

#include "tests/simulator/explore/replay.h"
#include "tests/simulator/explore/safety.h"

namespace grovec::simulator {

using simulate::Written;

namespace {

constexpr std::uint32_t kNone = UINT32_MAX;

// Numbers of states by hash: open addressing, never more than half full.
class Seen {
 public:
  // The number that `hash` has, or `next`, which it gets.
  std::uint32_t number(std::uint64_t hash, std::uint32_t next) {
    if (count_ * 2 >= slots_.size()) grow();
    Slot& slot = find(hash);
    if (slot.number == kNone) {
      slot = {hash, next};
      ++count_;
    }
    return slot.number;
  }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::uint32_t number = kNone;
  };
  Slot& find(std::uint64_t hash) {
    std::size_t at = hash & (slots_.size() - 1);
    while (slots_[at].number != kNone && slots_[at].hash != hash) at = (at + 1) & (slots_.size() - 1);
    return slots_[at];
  }
  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old)
      if (slot.number != kNone) find(slot.hash) = slot;
  }
  std::vector<Slot> slots_ = std::vector<Slot>(1 << 16);
  std::size_t count_ = 0;
};

struct Node {
  std::uint32_t parent = kNone;
  std::uint32_t depth = 0;
  std::uint64_t quiet = 0;  // where its quiet steps begin
  std::uint16_t choice = 0;
};

class Explorer {
 public:
  Explorer(const SmallWorld& world, const ExploreOptions& options) : options_(options), stage_(world, options.budget) {}

  Explored run() {
    waiting_.push_back(stage_.first());
    seen_.number(stage_.hash(waiting_.front()), 0);
    nodes_.push_back({});
    std::uint32_t n = 0;
    for (; !waiting_.empty() && nodes_.size() < options_.most_states && !is_full(); ++n) {
      const State state = std::move(waiting_.front());
      waiting_.pop_front();
      expand(n, state);
    }
    out_.is_complete = waiting_.empty();
    out_.states = nodes_.size();
    for (const Node& node : nodes_) out_.depth = std::max(out_.depth, node.depth);
    if (out_.is_complete && !is_full()) find_circle();
    return std::move(out_);
  }

 private:
  bool is_full() const { return out_.violations.size() >= options_.most_violations; }

  void expand(std::uint32_t n, const State& state) {
    nodes_[n].quiet = quiet_.size();
    if (const std::string problem = find_unsafe(stage_, state); !problem.empty()) blame(problem, n);
    if (options_.judge)
      if (const std::string problem = options_.judge(state); !problem.empty()) blame(problem, n);
    const std::vector<Choice> choices = stage_.choices(state);
    if (choices.empty() || !is_quiet(choices.front().what)) {
      ++out_.ends;
      if (const std::string problem = find_stuck(stage_, state); !problem.empty()) blame(problem, n);
    }
    for (std::size_t c = 0; c < choices.size(); ++c) {
      State next = state;
      const std::vector<Written> writes = stage_.make(choices[c], next);
      ++out_.steps;
      if (!is_quiet(choices[c].what)) ++out_.fired[word_of(choices[c])];
      if (state.storm > 0)
        for (const Written& w : writes) out_.fired["conflict"] += w.answer.code == 409;
      const auto& writer = choices[c].what == MoveClass::kFormer ? *state.former : state.leader;
      for (const Written& w : writes)
        if (const std::string problem = find_unsafe(stage_, state, writer, w); !problem.empty())
          blame(problem, n, static_cast<std::uint16_t>(c));
      const auto fresh = static_cast<std::uint32_t>(nodes_.size());
      const std::uint32_t to = seen_.number(stage_.hash(next), fresh);
      if (is_quiet(choices[c].what) && to != n) quiet_.push_back(to);
      if (to == n && std::any_of(writes.begin(), writes.end(), [](const Written& w) { return w.answer.ok(); }))
        blame("a write changes nothing, and nothing has changed by it", n, static_cast<std::uint16_t>(c));
      if (to != fresh) continue;
      nodes_.push_back({n, nodes_[n].depth + 1, 0, static_cast<std::uint16_t>(c)});
      waiting_.push_back(std::move(next));
    }
  }

  std::vector<std::uint16_t> way_to(std::uint32_t n) const {
    std::vector<std::uint16_t> out;
    for (; nodes_[n].parent != kNone; n = nodes_[n].parent) out.push_back(nodes_[n].choice);
    std::reverse(out.begin(), out.end());
    return out;
  }

  std::vector<std::string> tell(const std::vector<std::uint16_t>& way) {
    std::vector<std::string> out;
    State state = stage_.first();
    for (const std::uint16_t c : way) {
      const std::vector<Choice> choices = stage_.choices(state);
      if (c >= choices.size()) return out;
      out.push_back(stage_.text_of(choices[c], state));
      stage_.make(choices[c], state);
    }
    return out;
  }

  void blame(const std::string& problem, std::uint32_t n, std::optional<std::uint16_t> last = std::nullopt) {
    if (is_full()) return;
    std::vector<std::uint16_t> way = way_to(n);
    if (last) way.push_back(*last);
    out_.violations.push_back({problem, tell(way)});
  }

  // Depth first over quiet steps; a step back to a state that is still open closes a circle.
  void find_circle() {
    std::vector<std::uint8_t> colour(nodes_.size());
    std::vector<std::pair<std::uint32_t, std::uint64_t>> open;
    const auto end = [&](std::uint32_t n) { return n + 1 < nodes_.size() ? nodes_[n + 1].quiet : quiet_.size(); };
    for (std::uint32_t start = 0; start < nodes_.size(); ++start) {
      if (colour[start]) continue;
      open.push_back({start, nodes_[start].quiet});
      colour[start] = 1;
      while (!open.empty()) {
        auto& [n, at] = open.back();
        if (at == end(n)) {
          colour[n] = 2;
          open.pop_back();
          continue;
        }
        const std::uint32_t to = quiet_[at++];
        if (colour[to] == 1) return blame_circle(open, to);
        if (colour[to]) continue;
        colour[to] = 1;
        open.push_back({to, nodes_[to].quiet});
      }
    }
  }

  void blame_circle(const std::vector<std::pair<std::uint32_t, std::uint64_t>>& open, std::uint32_t first) {
    std::vector<std::uint32_t> circle;
    for (std::size_t i = open.size(); i-- > 0;) {
      circle.push_back(open[i].first);
      if (open[i].first == first) break;
    }
    std::reverse(circle.begin(), circle.end());
    Violation v{"the same state comes again and again though nobody does anything", tell(way_to(first))};
    v.path.push_back("# from here on, again and again:");
    State state = stage_.first();
    for (const std::uint16_t c : way_to(first)) {
      const std::vector<Choice> choices = stage_.choices(state);
      if (c < choices.size()) stage_.make(choices[c], state);
    }
    for (std::size_t i = 0; i < circle.size(); ++i) {
      const std::uint32_t want = circle[(i + 1) % circle.size()];
      for (const Choice& c : stage_.choices(state)) {
        State next = state;
        stage_.make(c, next);
        if (!is_quiet(c.what) || seen_.number(stage_.hash(next), kNone - 1) != want) continue;
        v.path.push_back(stage_.text_of(c, state));
        state = std::move(next);
        break;
      }
    }
    out_.violations.push_back(std::move(v));
  }

  ExploreOptions options_;
  Stage stage_;
  Seen seen_;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> quiet_;
  std::deque<State> waiting_;
  Explored out_;
};

}  // namespace

std::string steps_of(const SmallWorld& world, const Violation& violation) {
  std::string out = "# " + violation.what + "\n" + std::string(kExploredWorld) + world.name + "\n";
  for (const std::string& line : violation.path) out += line + "\n";
  return out;
}

Explored explore(const SmallWorld& world, const ExploreOptions& options) { return Explorer(world, options).run(); }

}  // namespace grovec::simulator

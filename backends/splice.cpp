#include "backends/splice.h"

#include <charconv>
#include <cstring>

#include "ir/base/check.h"

#include "ir/names.h"

namespace grovec::backends {

using namespace ir;

namespace {
constexpr std::size_t kMostHoleBytes = 10;
}  // namespace

char* write_decimal(char* to, std::uint32_t n) {
  if (n < 10) {
    *to = static_cast<char>('0' + n);
    return to + 1;
  }
  return std::to_chars(to, to + kMostHoleBytes, n).ptr;
}

char* write_hole(char* to, Hole hole, const Instance& n) {
  switch (hole) {
    case Hole::kSetReplica:
      return write_decimal(to, n.set_replica);
    case Hole::kGroupReplica:
      return write_decimal(to, n.group_replica);
    case Hole::kScaledGang:
      return write_decimal(to, n.scaled_gang);
    case Hole::kPodIndex:
      return write_decimal(to, n.pod_index);
    case Hole::kPodSuffix:
      std::memcpy(to, n.pod_suffix.data(), n.pod_suffix.size());
      return to + n.pod_suffix.size();
  }
  return to;
}

/// Records what the writer says.
class Recorder final : public TextSink {
 public:
  explicit Recorder(Splice& out) : out_(out) {}

  void text(std::string_view text) override {
    if (text.empty()) return;
    const auto begin = static_cast<std::uint32_t>(out_.literals_.size());
    out_.literals_ += text;
    if (!barrier_ && !out_.steps_.empty() && out_.steps_.back().op == Splice::Op::kText) {
      out_.steps_.back().size += static_cast<std::uint32_t>(text.size());
      return;
    }
    barrier_ = false;
    Splice::Step step{Splice::Op::kText};
    step.begin = begin;
    step.size = static_cast<std::uint32_t>(text.size());
    out_.steps_.push_back(step);
  }
  void hole(Hole hole) override {
    Splice::Step step{Splice::Op::kHole};
    step.hole = hole;
    push(step);
  }
  void count(const CountHole& hole) override {
    Splice::Step step{Splice::Op::kCount};
    step.count = hole;
    push(step);
  }
  void repeat(const Repeat& repeat, const RepeatText& around, const std::function<void()>& body) override {
    Splice::Step step{Splice::Op::kRepeat};
    step.count = repeat.count;
    step.hole = repeat.variable;
    step.around = static_cast<std::uint32_t>(out_.arounds_.size());
    out_.arounds_.push_back({std::string(around.before), std::string(around.empty), std::string(around.between),
                             std::string(around.after)});
    out_.has_repeat_ = true;
    const std::size_t at = out_.steps_.size();
    push(step);
    barrier_ = true;  // text of the body must not join text before it, nor text behind it the body's
    body();
    out_.steps_[at].body_end = static_cast<std::uint32_t>(out_.steps_.size());
    barrier_ = true;
  }

 private:
  void push(const Splice::Step& step) {
    out_.steps_.push_back(step);
    barrier_ = false;
  }
  Splice& out_;
  bool barrier_ = false;
};

Splice::Splice(const Value& description, Format format, int indent, std::string_view prefix, std::string_view suffix) {
  Recorder recorder(*this);
  recorder.text(prefix);
  ir::write(description, format, recorder, indent);
  recorder.text(suffix);
  for (const Step& step : steps_) most_bytes_ += step.op == Op::kText ? step.size : kMostHoleBytes;
}

char* Splice::write(char* to, const Instance& instance, const Counter& counter) const {
  for (const Step& step : steps_) {
    switch (step.op) {
      case Op::kText:
        std::memcpy(to, literals_.data() + step.begin, step.size);
        to += step.size;
        break;
      case Op::kHole:
        to = write_hole(to, step.hole, instance);
        break;
      case Op::kCount:
        to = write_decimal(to, counter.count(step.count, instance));
        break;
      case Op::kRepeat:
        GROVEC_CHECK(!"a bounded description has no repeat");
        break;
    }
  }
  return to;
}

}  // namespace grovec::backends

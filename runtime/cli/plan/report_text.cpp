// What `plan` prints for terminals.
#include "ir/value/writer.h"
#include "runtime/cli/diffing.h"
#include "runtime/cli/plan/planning.h"
#include "runtime/cli/plan/wording.h"

namespace grovec::cli {

namespace {

constexpr std::size_t kTextWidth = 60, kMostObjects = 40, kMostSteps = 40;

struct Colors {
  std::string_view bold, red, green, yellow, faint, off;
};
constexpr Colors kColors{"\033[1m", "\033[31m", "\033[32m", "\033[33m", "\033[2m", "\033[0m"}, kNoColors{};

std::string_view color_of(plan::Action action, const Colors& c) {
  switch (action) {
    case plan::Action::kNoop:
      return c.faint;
    case plan::Action::kInPlace:
    case plan::Action::kCreate:
      return c.green;
    case plan::Action::kScale:
    case plan::Action::kPending:
      return c.yellow;
    case plan::Action::kRoll:
    case plan::Action::kDelete:
    case plan::Action::kForbidden:
      return c.red;
  }
  return {};
}

std::string word_of(plan::Action action, const Colors& c) {
  std::string word(plan::name_of(action));
  const std::string pad(word.size() < 9 ? 9 - word.size() : 0, ' ');
  return std::string(color_of(action, c)) + word + std::string(c.off) + pad;
}

void add_changes(const plan::SetPlan& s, const Colors& c, std::string& out) {
  for (const plan::Change& change : s.changes) {
    out += "  " + word_of(change.effect, c) + " " + shown(change.path);
    const ShownPair values = shown_pair(change, kTextWidth);
    out += ": " + values.before + " → " + values.after;
    if (const std::string at = places_of(change); !at.empty())
      out += "  " + std::string(c.faint) + "(" + at + ")" + std::string(c.off);
    out += '\n';
    if (!change.note.empty()) out += "            " + change.note + "\n";
  }
}

void add_forbidden(const plan::SetPlan& s, std::string& out) {
  for (const plan::Forbidden& f : s.forbidden)
    out += "  refused: " + shown(f.message) + " [" + f.code + "]\n  instead: " + f.instead + "\n";
}

void add_steps(const plan::SetPlan& s, const Colors& c, std::string& out) {
  if (s.steps.empty()) return;
  out += "  order:\n";
  std::size_t n = 0;
  for (const plan::RollStep& step : s.steps) {
    if (n++ == kMostSteps) {
      out += "    … and " + counted_of(s.steps.size() - kMostSteps, "more step") + "\n";
      return;
    }
    out += "    " + std::to_string(step.number) + ". " + word_of(step.action, c) + " " + step.name + ": " +
           amount_text(step.amount) + "; " + step.reason + "\n";
  }
}

void add_objects(const plan::SetPlan& s, const Colors& c, std::string& out) {
  if (s.objects.size() < 2) return;
  out += "  objects:\n";
  std::size_t n = 0;
  for (const plan::ObjectChange& o : s.objects) {
    if (o.kind == "PodCliqueSet") continue;
    if (n++ == kMostObjects) {
      out += "    … and " + counted_of(s.objects.size() - 1 - kMostObjects, "more object") + "\n";
      return;
    }
    out += "    " + word_of(o.action, c) + " " + o.kind + " " + o.name;
    if (!o.reason.empty()) out += "  " + std::string(c.faint) + "(" + shown(o.reason) + ")" + std::string(c.off);
    out += '\n';
  }
}

}  // namespace

std::string plan_text(const Planned& p, bool color) {
  const Colors& c = color ? kColors : kNoColors;
  std::string out;
  for (const plan::SetPlan& s : p.sets) {
    out += std::string(c.bold) + "PodCliqueSet " + shown(s.namespace_ + "/" + s.name) + std::string(c.off) + ": " +
           word_of(s.action, c);
    while (out.back() == ' ') out.pop_back();
    const std::string sums = sums_of(s);
    out += (sums.empty() ? "" : " · " + sums) + "\n";
    add_changes(s, c, out);
    add_forbidden(s, out);
    for (const std::string& note : s.notes) out += "  note: " + shown(note) + "\n";
    add_steps(s, c, out);
    add_objects(s, c, out);
  }
  for (const std::string& note : p.notes) out += "note: " + shown(note) + "\n";
  return out + headline_of(p) + "\n";
}

}  // namespace grovec::cli

// What `plan -o markdown` prints: one comment of a pull request.
#include "runtime/cli/plan/planning.h"
#include "runtime/cli/plan/wording.h"
#include "runtime/output/markdown.h"

namespace grovec::cli {

using driver::markdown_code;
using driver::markdown_escaped;

namespace {

constexpr std::size_t kCellWidth = 60;

// Lines of one table or list; as many as fit, then how many are missing.
class Pieces {
 public:
  explicit Pieces(std::string& out) : out_(out) {}
  bool fits(std::size_t more) const { return out_.size() + more + kReserve <= driver::kLongestMarkdown; }
  void add(const std::string& piece) {
    if (left_out_ > 0 || !fits(piece.size())) {
      ++left_out_;
      return;
    }
    out_ += piece;
  }
  std::size_t left_out() const { return left_out_; }

 private:
  static constexpr std::size_t kReserve = 2'000;  // for what closes the tables, and the last line
  std::string& out_;
  std::size_t left_out_ = 0;
};

std::string row_of(const plan::SetPlan& s) {
  std::string down = s.down_at_once.pods > 0 ? amount_text(s.down_at_once) : "";
  if (s.gangs_down > 0) down += ", " + counted_of(s.gangs_down, "gang");
  std::string counts;
  if (s.added.pods > 0) counts += "+" + amount_text(s.added);
  if (s.removed.pods > 0) counts += (counts.empty() ? "" : " ") + ("−" + amount_text(s.removed));
  return "| " + markdown_code(s.namespace_ + "/" + s.name) + " | " + std::string(plan::name_of(s.action)) + " | " +
         (s.restarts.pods > 0 ? amount_text(s.restarts) : "") + " | " + counts + " | " + down + " |\n";
}

std::string change_row(const plan::Change& c) {
  const ShownPair values = shown_pair(c, kCellWidth);
  return "| " + std::string(plan::name_of(c.effect)) + " | " + markdown_code(c.path) + " | " +
         markdown_code(values.before) + " | " + markdown_code(values.after) + " | " + markdown_escaped(places_of(c)) +
         (c.note.empty() ? "" : "<br>" + markdown_escaped(c.note)) + " |\n";
}

void add_details(const plan::SetPlan& s, std::string& out, std::size_t& left_out) {
  Pieces pieces(out);
  std::string head = "\n<details><summary>" + markdown_escaped(s.namespace_ + "/" + s.name) + ": " +
                     counted_of(s.changes.size(), "changed field") + "</summary>\n";
  if (!pieces.fits(head.size() + 2'000)) {
    left_out += s.changes.size() + s.steps.size();
    return;
  }
  out += head;
  if (!s.changes.empty()) out += "\n| effect | field | old | new | where |\n| --- | --- | --- | --- | --- |\n";
  for (const plan::Change& c : s.changes) pieces.add(change_row(c));
  for (const plan::Forbidden& f : s.forbidden)
    pieces.add("\n**refused** " + markdown_code(f.path) + ": " + markdown_escaped(f.message) + " (" +
               markdown_escaped(f.code) + ")<br>instead: " + markdown_escaped(f.instead) + "\n");
  for (const std::string& note : s.notes) pieces.add("\n> " + markdown_escaped(note) + "\n");
  if (!s.steps.empty()) out += "\n| step | what | name | pods | why |\n| --- | --- | --- | --- | --- |\n";
  for (const plan::RollStep& step : s.steps)
    pieces.add("| " + std::to_string(step.number) + " | " + std::string(plan::name_of(step.action)) + " | " +
               markdown_code(step.name) + " | " + amount_text(step.amount) + " | " + markdown_escaped(step.reason) +
               " |\n");
  out += "\n</details>\n";
  left_out += pieces.left_out();
}

}  // namespace

std::string plan_markdown(const Planned& p) {
  std::string out = "**" + markdown_escaped(headline_of(p)) + "**\n";
  std::size_t left_out = 0;
  Pieces pieces(out);
  bool any = false;
  for (const plan::SetPlan& s : p.sets) {
    if (s.action == plan::Action::kNoop && s.changes.empty() && s.notes.empty()) continue;
    if (!any) out += "\n| set | action | restarts | count | down at once |\n| --- | --- | --- | --- | --- |\n";
    any = true;
    pieces.add(row_of(s));
  }
  left_out += pieces.left_out();
  for (const std::string& gate : p.gates) pieces.add("\n:no_entry: " + markdown_escaped(gate) + "\n");
  for (const plan::SetPlan& s : p.sets)
    if (!s.changes.empty() || !s.forbidden.empty() || !s.notes.empty() || !s.steps.empty())
      add_details(s, out, left_out);
  for (const std::string& note : p.notes) Pieces(out).add("\n> " + markdown_escaped(note) + "\n");
  if (left_out > 0) out += "\n… and " + counted_of(left_out, "more line") + " that did not fit.\n";
  return out;
}

}  // namespace grovec::cli

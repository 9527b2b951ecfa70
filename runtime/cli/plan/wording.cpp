#include "runtime/cli/plan/wording.h"

#include <algorithm>

#include "ir/base/utf8.h"
#include "runtime/cli/diffing.h"

namespace grovec::cli {

namespace {

std::string place(const plan::Spot& s) {
  if (s.line == 0) return {};
  return s.file + ":" + std::to_string(s.line) + ":" + std::to_string(s.column);
}

}  // namespace

std::string counted_of(std::uint64_t n, std::string_view noun) {
  return std::to_string(n) + " " + std::string(noun) + (n == 1 ? "" : "s");
}

std::string amount_text(const plan::Amount& a) {
  return counted_of(a.pods, "pod") + (a.gpus > 0 ? ", " + counted_of(a.gpus, "GPU") : "");
}

std::string sums_of(const plan::SetPlan& s) {
  std::string out;
  auto add = [&](std::string_view what, const plan::Amount& a) {
    if (a.pods > 0) out += (out.empty() ? "" : "; ") + std::string(what) + " " + amount_text(a);
  };
  add("restarts", s.restarts);
  add("adds", s.added);
  add("removes", s.removed);
  add("leaves to be deleted by hand", s.pending);
  add("down at once:", s.down_at_once);
  if (s.gangs_down > 0) out += ", " + counted_of(s.gangs_down, "gang");
  return out;
}

std::string places_of(const plan::Change& c) {
  const std::string before = place(c.old_at), after = c.new_text.empty() ? "" : place(c.at);
  return before.empty() || after.empty() ? before + after : before + " → " + after;
}

std::string shown(std::string_view text) { return printable(text); }

ShownPair shown_pair(const plan::Change& c, std::size_t width) {
  const auto first = std::mismatch(c.old_text.begin(), c.old_text.end(), c.new_text.begin(), c.new_text.end()).first;
  const auto from = static_cast<std::size_t>(first - c.old_text.begin());
  ShownPair out{clipped(c.old_text, width, from), clipped(c.new_text, width, from)};
  if (c.old_text.empty()) out.before = "(none)";
  if (c.new_text.empty()) out.after = "(none)";
  return out;
}

std::string headline_of(const Planned& p) {
  if (p.is_forbidden()) return "refused: the cluster keeps what it has";
  if (!p.changes_anything()) return "nothing changes";
  std::string out;
  auto add = [&](std::string_view what, const plan::Amount& a) {
    if (a.pods > 0) out += (out.empty() ? "" : ", ") + std::string(what) + " " + amount_text(a);
  };
  add("restarts", p.restarts);
  add("adds", p.added);
  add("removes", p.removed);
  plan::Amount pending;
  for (const plan::SetPlan& s : p.sets) pending.pods += s.pending.pods, pending.gpus += s.pending.gpus;
  add("leaves to be deleted by hand", pending);
  if (out.empty()) return "no pod restarts";
  if (p.down_at_once.gpus > 0)
    out += ", at most " + counted_of(p.down_at_once.gpus, "GPU") + " down at once";
  else if (p.down_at_once.pods > 0)
    out += ", at most " + counted_of(p.down_at_once.pods, "pod") + " down at once";
  return out;
}

}  // namespace grovec::cli

// Text: a headline, the reasons, the tree of what is not as it should be.
#include "runtime/status/render.h"
#include "runtime/terminal/table.h"

namespace grovec::status {

namespace {

constexpr std::size_t kMostAlike = 3;  // rows with equal reasons; the others are counted

struct Line {
  std::string name;
  std::string_view state;
  std::string ready, scheduled, restarts, gang, why;
};

std::string why_of(const Row& row) {
  std::string out;
  for (const Reason& r : row.reasons) out.append(out.empty() ? "" : "; ").append(one_line(r.sentence));
  return out;
}

std::string_view color_of(std::string_view state) {
  if (state == "ready" || state == "healthy") return "\x1b[32m";
  if (state == "missing" || state == "failed" || state == "not-ready" || state == "unavailable") return "\x1b[31m";
  return "\x1b[33m";
}

/// Lines of the tree in order.
class TreeLines {
 public:
  explicit TreeLines(bool all) : all_(all) {}

  std::vector<Line> lines(const SetReport& set) {
    for (const Row& r : set.rows) {
      add(one_line(r.name), r);
      children(r);
    }
    return std::move(out_);
  }

 private:
  void add(std::string name, const Row& row) {
    const Counts& c = row.counts;
    const bool is_pod = row.kind == RowKind::kPod;
    out_.push_back({std::move(name), row.state, is_pod ? "" : std::to_string(c.ready) + "/" + std::to_string(c.wanted),
                    is_pod ? "" : std::to_string(c.scheduled), c.restarts > 0 ? std::to_string(c.restarts) : "",
                    one_line(row.gang), why_of(row)});
  }

  bool is_quiet(const Row& row) const {
    if (all_) return false;
    if (row.state != "ready" || !row.reasons.empty()) return false;
    for (const Row& c : row.children)
      if (!is_quiet(c)) return false;
    return true;
  }

  bool is_shown(const Row& row) const {
    const bool is_detail = row.kind == RowKind::kPod || row.kind == RowKind::kGroupReplica;
    return all_ || !is_detail || !is_quiet(row);
  }

  void children(const Row& row) {
    if (is_quiet(row) && row.kind != RowKind::kReplica) return;
    std::vector<const Row*> shown;
    for (const Row& c : row.children)
      if (is_shown(c)) shown.push_back(&c);
    for (std::size_t i = 0; i < shown.size();) {
      const std::size_t end = run_end(shown, i), listed = all_ || end - i <= kMostAlike + 1 ? end - i : kMostAlike;
      for (std::size_t k = i; k < i + listed; ++k) child(*shown[k], k + 1 == shown.size());
      if (i + listed < end)
        out_.push_back({branches_.child(end == shown.size()) + std::to_string(end - i - listed) + " more like these",
                        {},
                        {},
                        {},
                        {},
                        {},
                        {}});
      i = end;
    }
  }

  // Pods that follow each other with the same state and reasons.
  static std::size_t run_end(const std::vector<const Row*>& rows, std::size_t begin) {
    std::size_t end = begin + 1;
    if (rows[begin]->kind != RowKind::kPod) return end;
    while (end < rows.size() && rows[end]->state == rows[begin]->state && rows[end]->reasons == rows[begin]->reasons)
      ++end;
    return end;
  }

  void child(const Row& row, bool is_last) {
    add(branches_.child(is_last) + one_line(row.name), row);
    branches_.enter(is_last);
    children(row);
    branches_.leave();
  }

  bool all_;
  cli::Branches branches_;
  std::vector<Line> out_;
};

void pad(std::string& out, std::string_view cell, std::size_t width, bool right = false) {
  const std::size_t have = cli::width_of(cell), fill = width > have ? width - have : 0;
  if (right) out.append(fill, ' ');
  out.append(cell);
  if (!right) out.append(fill, ' ');
  out.append("  ");
}

void print_lines(const std::vector<Line>& lines, const TextOptions& options, std::string& out) {
  std::size_t name = 4, state = 5, ready = 5, scheduled = 9, restarts = 8;
  for (const Line& l : lines) {
    name = std::max(name, cli::width_of(l.name));
    state = std::max(state, l.state.size());
    ready = std::max(ready, l.ready.size());
  }
  auto line = [&](const Line& l, bool is_title) {
    std::string text;
    pad(text, l.name, name);
    const bool colored = options.color && !is_title && !l.state.empty();
    if (colored) text += color_of(l.state);
    pad(text, l.state, state);
    if (colored) text += "\x1b[0m";
    pad(text, l.ready, ready, true);
    pad(text, l.scheduled, scheduled, true);
    pad(text, l.restarts, restarts, true);
    text += l.why;
    while (text.ends_with(" ")) text.pop_back();
    out += text + "\n";
  };
  line({"NAME", "STATE", "READY", "SCHEDULED", "RESTARTS", {}, "WHY"}, true);
  for (const Line& l : lines) line(l, false);
}

void print_gangs(const SetReport& set, const TextOptions& options, std::string& out) {
  bool has_title = false;
  for (const GangRow& g : set.gangs) {
    if (!options.all && g.groups == g.groups_scheduled) continue;
    if (!has_title) out += "\n";
    has_title = true;
    out += (g.base.empty() ? "base gang " : "scaled gang ") + one_line(g.name) + ": " +
           std::to_string(g.groups_scheduled) + " of " +
           cli::counted(static_cast<std::uint64_t>(g.groups), "PodGroup") +
           (g.groups_scheduled == 1 ? " has its" : " have their") + " minimum scheduled" +
           (g.base.empty() ? "" : "; its base is " + one_line(g.base)) + "\n";
  }
}

}  // namespace

std::string objects_text(const GroupedReason& reason) {
  std::string out;
  const bool lists_all = reason.count <= reason.objects.size();
  const std::size_t listed = lists_all ? reason.objects.size() : 1;
  for (std::size_t i = 0; i < listed; ++i) out.append(i == 0 ? "" : ", ").append(one_line(reason.objects[i]));
  return lists_all ? out : out + " and " + std::to_string(reason.count - 1) + " more";
}

std::string headline(const SetReport& set) {
  std::string out = one_line(set.namespace_) + "/" + one_line(set.name) + ": " + std::string(set.state) + ", " +
                    std::to_string(set.available) + " of " + std::to_string(set.replicas) + " replicas available";
  if (set.old_pods > 0)
    out += ", " + cli::counted(static_cast<std::uint64_t>(set.old_pods), "pod") + " of an older template";
  return out;
}

std::string report_text(const Report& report, const TextOptions& options) {
  std::string out;
  for (const SetReport& set : report.sets) {
    if (!out.empty()) out += "\n";
    const std::string head = headline(set);
    out += options.color ? std::string(color_of(set.state)) + head + "\x1b[0m\n" : head + "\n";
    for (const GroupedReason& g : set.why) out += "  " + objects_text(g) + ": " + one_line(g.reason.sentence) + "\n";
    out += "\n";
    print_lines(TreeLines(options.all).lines(set), options, out);
    print_gangs(set, options, out);
  }
  if (report.sets.empty()) out += "no PodCliqueSet\n";
  for (const Assumption& a : report.assumptions)
    out += (&a == &report.assumptions.front() ? "\n" : "") + a.kind + " was not read: assumed that " + a.assumed + "\n";
  return out;
}

}  // namespace grovec::status

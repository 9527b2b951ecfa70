// Markdown for a comment: reasons first, the trees folded behind them.
#include "runtime/output/markdown.h"
#include "runtime/status/render.h"

namespace grovec::status {

namespace {

constexpr std::string_view kCut = "\n_The rest is left out: it is too long for a comment._\n";

void write_rows(const Row& row, int depth, std::string& out, std::size_t most) {
  if (out.size() > most) return;
  std::string indent;
  for (int i = 0; i < depth; ++i) indent += "· ";
  std::string why;
  for (const Reason& r : row.reasons) why.append(why.empty() ? "" : "; ").append(r.sentence);
  const bool is_pod = row.kind == RowKind::kPod;
  out += "| " + indent + driver::markdown_code(row.name) + " | " + std::string(row.state) + " | " +
         (is_pod ? "" : std::to_string(row.counts.ready) + "/" + std::to_string(row.counts.wanted)) + " | " +
         std::to_string(row.counts.restarts) + " | " + driver::markdown_escaped(one_line(why)) + " |\n";
  for (const Row& c : row.children)
    if (c.kind != RowKind::kPod || c.state != "ready") write_rows(c, depth + 1, out, most);
}

}  // namespace

std::string report_markdown(const Report& report) {
  std::string out;
  const std::size_t most = driver::kLongestMarkdown - 4'000;
  for (const SetReport& set : report.sets) {
    if (out.size() > most) return out.append(kCut);
    out += "### " + driver::markdown_escaped(headline(set)) + "\n\n";
    for (const GroupedReason& g : set.why) {
      if (out.size() > most) return out.append(kCut);
      out += "- " + driver::markdown_code(objects_text(g)) + ": " +
             driver::markdown_escaped(one_line(g.reason.sentence)) + "\n";
    }
    if (!set.why.empty()) out += "\n";
  }
  for (const SetReport& set : report.sets) {
    std::string tree;
    const std::size_t room = most > out.size() ? most - out.size() : 0;
    for (const Row& r : set.rows) write_rows(r, 0, tree, room);
    if (tree.size() > room) return out.append(kCut);
    out += "<details><summary>" + driver::markdown_escaped(set.namespace_ + "/" + set.name) +
           "</summary>\n\n| Object | State | Ready | Restarts | Why |\n|---|---|---|---|---|\n" + tree +
           "\n</details>\n\n";
  }
  for (const Assumption& a : report.assumptions)
    out += "_" + a.kind + " was not read: assumed that " + a.assumed + "._\n\n";
  return out;
}

}  // namespace grovec::status

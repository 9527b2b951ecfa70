// What `plan -o html` prints: the page of `graph`, with the plan drawn on it.
#include <algorithm>

#include "runtime/cli/plan/planning.h"
#include "runtime/cli/plan/wording.h"
#include "runtime/output/xml.h"
#include "runtime/view/graph/render.h"

namespace grovec::cli {

namespace {

std::string escaped(std::string_view text) { return driver::xml_escaped(text); }
std::string cell(const std::string& html) { return "<td>" + html + "</td>"; }
std::string code(std::string_view text) { return "<code>" + escaped(text) + "</code>"; }
std::string word(plan::Action action) {
  const std::string name(plan::name_of(action));
  return "<td><span class=\"act act-" + name + "\">" + name + "</span></td>";
}

std::string changes_of(const plan::SetPlan& s) {
  if (s.changes.empty()) return {};
  std::string out = "<table><tr><th>effect<th>field<th>old<th>new<th>where</tr>\n";
  for (const plan::Change& c : s.changes) {
    const ShownPair values = shown_pair(c, 200);
    out += "<tr>" + word(c.effect) + cell(code(c.path)) + cell(code(values.before)) + cell(code(values.after)) +
           cell(escaped(places_of(c)) + (c.note.empty() ? "" : "<br>" + escaped(c.note))) + "</tr>\n";
  }
  return out + "</table>\n";
}

std::string steps_of(const plan::SetPlan& s) {
  if (s.steps.empty()) return {};
  std::uint64_t most = 1;
  for (const plan::RollStep& step : s.steps) most = std::max(most, step.amount.pods);
  std::string out = "<table><tr><th>step<th>what<th>name<th>pods<th>why</tr>\n";
  for (const plan::RollStep& step : s.steps)
    out += "<tr>" + cell(std::to_string(step.number)) + word(step.action) + cell(code(step.name)) +
           cell("<span class=\"amount act-" + std::string(plan::name_of(step.action)) + "\" style=\"width:" +
                std::to_string(step.amount.pods * 80 / most) + "px\"></span> " + escaped(amount_text(step.amount))) +
           cell(escaped(step.reason)) + "</tr>\n";
  return out + "</table>\n";
}

std::string objects_of(const plan::SetPlan& s) {
  if (s.objects.empty()) return {};
  std::string out = "<details><summary>" + counted_of(s.objects.size(), "object") + "</summary><table>\n";
  for (const plan::ObjectChange& o : s.objects)
    out += "<tr>" + word(o.action) + cell(escaped(o.kind)) + cell(code(o.name)) + cell(escaped(o.reason)) + "</tr>\n";
  return out + "</table></details>\n";
}

std::string set_of(const plan::SetPlan& s) {
  const std::string action(plan::name_of(s.action));
  std::string out = "<h2>" + escaped(s.namespace_ + "/" + s.name) + " <span class=\"act act-" + action + "\">" +
                    action + "</span></h2>\n";
  if (const std::string sums = sums_of(s); !sums.empty()) out += "<p>" + escaped(sums) + "</p>\n";
  for (const plan::Forbidden& f : s.forbidden)
    out += "<p><b>refused</b> " + code(f.path) + ": " + escaped(f.message) + " (" + escaped(f.code) +
           ")<br>instead: " + escaped(f.instead) + "</p>\n";
  for (const std::string& note : s.notes) out += "<p>" + escaped(note) + "</p>\n";
  return out + changes_of(s) + steps_of(s) + objects_of(s);
}

// The counts that live, if the plan begins with a dump.
void set_counts(const plan::SetPlan& s, const ir::Directory& names, ir::Population& out) {
  for (const plan::LiveCount& c : s.live_counts)
    for (const ir::ObjectPlace& p : names.match(c.kind, c.name)) {
      const std::uint32_t i = p.instance.set_replica;
      if (c.kind == ir::ObjectKind::kPodCliqueScalingGroup && p.part.group)
        out.set_group(i, *p.part.group, c.replicas);
      else if (c.kind == ir::ObjectKind::kPodClique && p.part.clique)
        out.set_clique(i, p.part.group ? p.instance.group_replica : 0, *p.part.clique, c.replicas);
    }
}

}  // namespace

std::string plan_html(const Planned& p) {
  std::vector<std::unique_ptr<ir::Population>> populations;
  std::vector<std::unique_ptr<driver::SetView>> views;
  std::vector<driver::GraphSet> drawn;
  driver::GraphPlan plan{"plan", headline_of(p), {}, plan_json(p)};
  for (const std::string& gate : p.gates)
    plan.report += "<p><span class=\"act act-FORBIDDEN\">" + escaped(gate) + "</span></p>\n";
  for (std::size_t k = 0; k < p.sets.size(); ++k) {
    plan.report += set_of(p.sets[k]);
    plan.title += (k == 0 ? " of " : ", ") + p.sets[k].name;
    const driver::CompiledSet* set = p.drawn[k];
    if (!set || !set->is_planned) continue;
    populations.push_back(std::make_unique<ir::Population>(set->population));
    set_counts(p.sets[k], *set->directory, *populations.back());
    views.push_back(
        std::make_unique<driver::SetView>(ir::World{set->module.desired, *populations.back()}, *set->directory));
    drawn.push_back({set, views.back().get()});
  }
  for (const std::string& note : p.notes) plan.report += "<p>" + escaped(note) + "</p>\n";
  return driver::graph_html(drawn, {}, &plan);
}

}  // namespace grovec::cli

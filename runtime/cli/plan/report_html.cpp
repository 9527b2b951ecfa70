// What `plan -o html` prints: one page that loads nothing.
#include <algorithm>

#include "runtime/cli/plan/planning.h"
#include "runtime/cli/plan/wording.h"
#include "runtime/output/xml.h"

namespace grovec::cli {

namespace {

constexpr std::string_view kHead =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>grovec plan</title>\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<style>\n"
    "body{font:15px/1.5 system-ui,sans-serif;max-width:75em;margin:2em auto;padding:0 1em}\n"
    "table{border-collapse:collapse;width:100%;margin:.6em 0}\n"
    "th,td{border:1px solid #8884;padding:.25em .6em;text-align:left;vertical-align:top}\n"
    "code{overflow-wrap:anywhere}\n.a{font-weight:600;white-space:nowrap}\n"
    ".ROLL,.DELETE,.FORBIDDEN{color:#b3261e}.SCALE,.PENDING{color:#8a5a00}.CREATE,.IN-PLACE{color:#1a6b33}\n"
    ".bar{display:inline-block;height:.8em;background:#b3261e;vertical-align:middle}\n"
    "@media (prefers-color-scheme:dark){body{background:#15171a;color:#e6e6e6}}\n"
    "</style></head><body>\n";

std::string escaped(std::string_view text) { return driver::xml_escaped(text); }
std::string cell(const std::string& html) { return "<td>" + html + "</td>"; }
std::string code(std::string_view text) { return "<code>" + escaped(text) + "</code>"; }
std::string word(plan::Action action) {
  const std::string name(plan::name_of(action));
  return "<td class=\"a " + name + "\">" + name + "</td>";
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
           cell("<span class=bar style=\"width:" + std::to_string(step.amount.pods * 80 / most) + "px\"></span> " +
                escaped(amount_text(step.amount))) +
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
  std::string out = "<h2>" + escaped(s.namespace_ + "/" + s.name) + " <span class=\"a " +
                    std::string(plan::name_of(s.action)) + "\">" + std::string(plan::name_of(s.action)) +
                    "</span></h2>\n";
  if (const std::string sums = sums_of(s); !sums.empty()) out += "<p>" + escaped(sums) + "</p>\n";
  for (const plan::Forbidden& f : s.forbidden)
    out += "<p><b>refused</b> " + code(f.path) + ": " + escaped(f.message) + " (" + escaped(f.code) +
           ")<br>instead: " + escaped(f.instead) + "</p>\n";
  for (const std::string& note : s.notes) out += "<p>" + escaped(note) + "</p>\n";
  return out + changes_of(s) + steps_of(s) + objects_of(s);
}

}  // namespace

std::string plan_html(const Planned& p) {
  std::string out(kHead);
  out += "<h1>" + escaped(headline_of(p)) + "</h1>\n";
  for (const std::string& gate : p.gates) out += "<p class=FORBIDDEN>" + escaped(gate) + "</p>\n";
  for (const plan::SetPlan& s : p.sets) out += set_of(s);
  for (const std::string& note : p.notes) out += "<p>" + escaped(note) + "</p>\n";
  return out + "</body></html>\n";
}

}  // namespace grovec::cli

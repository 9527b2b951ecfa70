#include "runtime/plan/repair.h"

#include <algorithm>

#include "runtime/plan/play.h"
#include "runtime/view/resources.h"

namespace grovec::plan {

using namespace ir;

namespace {

const Value* clique_named(const Value& root, std::string_view name) {
  for (const Value& c : root["spec"]["template"]["cliques"].items())
    if (c["name"].as_string() == name) return &c;
  return nullptr;
}

// With the pod template of OLD's clique.
Value with_template(Arena& arena, const Value& clique, const Value& old) {
  MappingBuilder out(arena, clique);
  for (const std::string_view key : {"labels", "annotations"}) {
    out.remove(key);
    if (const Value* v = old.find(key)) out.set(key, *v);
  }
  MappingBuilder spec(arena, clique["spec"]);
  if (const Value* pod = old["spec"].find("podSpec")) spec.set("podSpec", *pod);
  return out.set("spec", spec.build()).build();
}

// Without list indices and names: as upstream writes paths of immutable fields.
std::string plain_path(std::string_view path) {
  std::string out;
  int depth = 0;
  for (const char c : path) {
    depth += c == '[';
    if (depth == 0) out += c;
    depth -= c == ']';
  }
  return out;
}

bool is_about(const Forbidden& f, const Change& c) {
  if (f.at.line != 0 && f.at.line == c.at.line && f.at.file == c.at.file && f.at.column == c.at.column) return true;
  const std::string field = plain_path(f.path), changed = plain_path(c.path);
  return changed == field || changed.starts_with(field + ".") || field.starts_with(changed + ".");
}

std::string cost_of(const driver::CompiledSet& old) {
  std::uint64_t pods = 0, gpus = 0;
  const PodCliqueSet& spec = old.module.spec;
  for (const Clique& c : spec.cliques) {
    const std::int64_t times =
        (c.group ? spec.groups[*c.group].replicas : 1) * std::int64_t{c.replicas} * spec.replicas;
    const auto n = static_cast<std::uint64_t>(std::max<std::int64_t>(times, 0));
    pods += n;
    const std::int64_t each = c.pod_spec ? driver::pod_resources(*c.pod_spec).gpus() : 0;
    gpus += n * static_cast<std::uint64_t>(std::max<std::int64_t>(each, 0));
  }
  return std::to_string(pods) + (pods == 1 ? " pod" : " pods") +
         (gpus > 0 ? ", " + std::to_string(gpus) + (gpus == 1 ? " GPU" : " GPUs") : "");
}

std::string instead_of(const driver::CompiledSet& old) {
  const std::string cost = cost_of(old);
  return "delete the set and create it again: that stops all of it at once (" + cost +
         "); or create a set of another name, move the traffic, then delete this one: for a while both need room (" +
         cost + " more)";
}

}  // namespace

std::unique_ptr<Recompiled> repaired(const driver::CompiledSet& old, const driver::CompiledSet& next) {
  Arena arena;
  const Value& root = next.module.defaulted;
  const Value& before = old.module.manifest;
  std::vector<Value> cliques;
  for (const Value& c : root["spec"]["template"]["cliques"].items()) {
    const Value* then = clique_named(before, c["name"].as_string());
    cliques.push_back(then ? with_template(arena, c, *then) : c);
  }
  MappingBuilder inner(arena, root["spec"]["template"]);
  inner.set("cliques", make_sequence(arena, cliques)).remove("priorityClassName");
  if (const Value* v = before.find("spec", "template", "priorityClassName")) inner.set("priorityClassName", *v);
  MappingBuilder outer(arena, root["spec"]);
  outer.set("template", inner.build());
  if (const Value* v = before.find("spec", "replicas"); v && v->is_int()) outer.set("replicas", *v);
  return recompile(MappingBuilder(arena, root).set("spec", outer.build()).build(), next);
}

decide::Settled filled_up(const driver::CompiledSet& set, const decide::Observed& live) {
  const decide::World world(set.module.desired, set.plan);
  return decide::settle(world, live, kBeginning);
}

SetPlan refused(const driver::CompiledSet& old, const driver::CompiledSet& next, std::vector<Forbidden> forbidden) {
  SetPlan out;
  out.namespace_ = next.module.spec.namespace_;
  out.name = next.module.spec.name;
  out.action = Action::kForbidden;
  out.changes = changes_of(old, next);
  for (Change& c : out.changes) {
    const bool is_cause =
        std::any_of(forbidden.begin(), forbidden.end(), [&](const Forbidden& f) { return is_about(f, c); });
    c.effect = is_cause ? Action::kForbidden : Action::kNoop;
    c.note = is_cause ? "" : "the API server refuses the whole edit";
  }
  for (Forbidden& f : forbidden) f.instead = instead_of(old);
  out.forbidden = std::move(forbidden);
  out.objects.push_back({"PodCliqueSet", out.name, Action::kForbidden, out.forbidden.front().path});
  return out;
}

}  // namespace grovec::plan

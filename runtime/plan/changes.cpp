// The fields in which two versions of a set differ, and what each of them does.
#include <algorithm>
#include <array>

#include "ir/value/writer.h"
#include "runtime/diff/changes.h"
#include "runtime/plan/effects.h"

namespace grovec::plan {

using namespace ir;

namespace {

Spot spot_of(const driver::CompiledSet& set, const Value* v) {
  if (!v || v->at() == kNowhere) return {};
  const Context& context = set.module.context;
  const Origin& origin = context.origins[v->at()];
  const Position p = context.sources.position(origin.source, origin.begin);
  return {std::string(context.sources.name(origin.source)), p.line, p.column};
}

std::string json_of(const Value* v) { return v ? to_text(*v, Format::kJson) : std::string(); }

// What the API server keeps, and what only a live object has.
bool is_kept_by_server(std::string_view path) {
  constexpr std::array<std::string_view, 9> kKept = {
      "status",
      "metadata.uid",
      "metadata.resourceVersion",
      "metadata.generation",
      "metadata.creationTimestamp",
      "metadata.selfLink",
      "metadata.managedFields",
      "metadata.finalizers",
      "metadata.annotations[\"kubectl.kubernetes.io/last-applied-configuration\"]"};
  if (path.starts_with("metadata.annotations[\"grovec.dev/")) return true;
  return std::any_of(kKept.begin(), kKept.end(), [&](std::string_view k) {
    return path.starts_with(k) && (path.size() == k.size() || path[k.size()] == '.' || path[k.size()] == '[');
  });
}

// `[name=x]` right after `list` at the beginning of `path`: x, and what follows in `rest`.
std::optional<std::string_view> item_of(std::string_view path, std::string_view list, std::string_view& rest) {
  if (!path.starts_with(list)) return std::nullopt;
  std::string_view left = path.substr(list.size());
  constexpr std::string_view kName = "[name=";
  if (!left.starts_with(kName)) return std::nullopt;
  left.remove_prefix(kName.size());
  const std::size_t end = left.find(']');
  if (end == std::string_view::npos) return std::nullopt;
  rest = left.substr(end + 1);
  return left.substr(0, end);
}

constexpr std::string_view kCliques = "spec.template.cliques", kGroups = "spec.template.podCliqueScalingGroups";

bool is_at_or_below(std::string_view path, std::string_view field) {
  return path.starts_with(field) &&
         (path.size() == field.size() || path[field.size()] == '.' || path[field.size()] == '[');
}

}  // namespace

std::vector<Change> changes_of(const driver::CompiledSet& old, const driver::CompiledSet& next) {
  std::vector<Change> out;
  for (const diff::FieldChange& f : diff::field_changes({&old.module.defaulted}, {&next.module.defaulted})) {
    if (is_kept_by_server(f.path)) continue;
    Change c;
    c.path = f.path;
    c.old_text = json_of(f.before.value);
    c.new_text = json_of(f.after.value);
    c.old_at = spot_of(old, f.before.value);
    c.at = spot_of(next, f.after.value);
    if (c.at.line == 0) c.at = c.old_at;
    if (f.moved) c.note = "the same items in another order";
    out.push_back(std::move(c));
  }
  return out;
}

std::optional<std::string_view> clique_of(std::string_view path, std::string_view& rest) {
  return item_of(path, kCliques, rest);
}

namespace {

void judge_autoscaler(const Change& c, bool whole, Change& out) {
  out.effect = whole && c.old_text.empty()   ? Action::kCreate
               : whole && c.new_text.empty() ? Action::kDelete
                                             : Action::kInPlace;
  out.note = "of the HorizontalPodAutoscaler; it moves the count into its bounds";
}

// Template counts are for what is born later: live objects keep theirs.
void judge_count(const Facts& facts, bool is_scaled_by_autoscaler, std::string_view what, Change& c) {
  c.effect = facts.has_new_replicas ? Action::kScale : Action::kNoop;
  c.note = "live " + std::string(what) + " keep their count: it belongs to " +
           (is_scaled_by_autoscaler ? "their autoscaler" : "whoever scales them") +
           (facts.has_new_replicas ? "; the new set replicas are born with it" : "; change it with `kubectl scale`");
}

void judge_clique(const Facts& facts, std::string_view name, std::string_view rest, Change& c) {
  const CliqueFacts* clique = nullptr;
  for (const CliqueFacts& f : facts.cliques)
    if (f.name == name) clique = &f;
  const bool hashed =
      is_at_or_below(rest, ".labels") || is_at_or_below(rest, ".annotations") || is_at_or_below(rest, ".spec.podSpec");
  if (rest == ".spec.podSpec.priorityClassName") {
    c.effect = Action::kInPlace;
    c.note = "in no hash: running pods keep theirs, new pods get it";
  } else if (hashed && clique) {
    c.effect = !clique->is_hash_new ? Action::kNoop
               : clique->restarts   ? Action::kRoll
               : clique->is_pending ? Action::kPending
                                    : Action::kInPlace;
    if (clique->is_hash_new && clique->restarts && clique->is_member)
      c.note = "each group replica is replaced as a whole";
    if (!c.old_text.empty() && c.old_text == c.new_text) c.note = "the same value in another order";
  } else if (rest == ".spec.replicas") {
    judge_count(facts, clique && clique->has_autoscaler, "PodCliques", c);
  } else if (is_at_or_below(rest, ".spec.autoScalingConfig")) {
    judge_autoscaler(c, rest == ".spec.autoScalingConfig", c);
  } else {
    c.effect = Action::kInPlace;
  }
}

void judge_group(const Facts& facts, std::string_view rest, bool has_autoscaler, Change& c) {
  if (rest == ".replicas")
    judge_count(facts, has_autoscaler, "scaling groups", c);
  else if (is_at_or_below(rest, ".scaleConfig"))
    judge_autoscaler(c, rest == ".scaleConfig", c);
  else
    c.effect = Action::kInPlace;
}

}  // namespace

void judge(const Facts& facts, Change& c) {
  std::string_view rest;
  if (const auto clique = item_of(c.path, kCliques, rest)) return judge_clique(facts, *clique, rest, c);
  if (const auto group = item_of(c.path, kGroups, rest)) {
    const bool scaled = std::find(facts.groups_with_autoscaler.begin(), facts.groups_with_autoscaler.end(), *group) !=
                        facts.groups_with_autoscaler.end();
    return judge_group(facts, rest, scaled, c);
  }
  const auto any = [&](bool CliqueFacts::*what) {
    return std::any_of(facts.cliques.begin(), facts.cliques.end(), [&](const CliqueFacts& f) { return f.*what; });
  };
  if (c.path == "spec.replicas") {
    c.effect = Action::kScale;
  } else if (c.path == "spec.template.priorityClassName") {
    c.effect = any(&CliqueFacts::restarts)     ? Action::kRoll
               : any(&CliqueFacts::is_pending) ? Action::kPending
                                               : Action::kInPlace;
    c.note = "in the hash of every clique";
  } else if (c.path == kCliques) {
    c.effect = Action::kInPlace;
    c.note = "another order of the cliques: the generation hash moves, no pod restarts";
  } else if (c.path == kGroups) {
    c.effect = Action::kNoop;
  } else {
    c.effect = Action::kInPlace;
  }
}

}  // namespace grovec::plan

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

namespace {

Change change_of(const driver::CompiledSet& old, const driver::CompiledSet& next, std::string path, const Value* before,
                 const Value* after) {
  Change c;
  c.path = std::move(path);
  c.old_text = json_of(before);
  c.new_text = json_of(after);
  c.old_at = spot_of(old, before);
  c.at = spot_of(next, after);
  if (c.at.line == 0) c.at = c.old_at;
  return c;
}

/// Differences that a writer would not see, but the hash does: another spelling of a quantity, an empty mapping where
/// there is none.
class HashedDifferences {
 public:
  HashedDifferences(const driver::CompiledSet& old, const driver::CompiledSet& next, std::vector<Change>& out)
      : old_(old), next_(next), out_(out) {}

  void add(const std::string& path, const Value* a, const Value* b) {
    if ((!a && !b) || (a && b && equal(*a, *b))) return;
    if (a && b && a->is_mapping() && b->is_mapping()) {
      for (const Member& m : a->members()) add(diff::member_path(path, m.key), &m.value, b->find(m.key));
      for (const Member& m : b->members())
        if (!a->find(m.key)) add(diff::member_path(path, m.key), nullptr, &m.value);
    } else if (a && b && a->is_sequence() && b->is_sequence() && a->size() == b->size()) {
      for (std::size_t k = 0; k < a->size(); ++k)
        add(path + "[" + std::to_string(k) + "]", &a->items()[k], &b->items()[k]);
    } else {
      out_.push_back(change_of(old_, next_, path, a, b));
      out_.back().note = "the same to the cluster, but another text: it is in the hash";
    }
  }

 private:
  const driver::CompiledSet& old_;
  const driver::CompiledSet& next_;
  std::vector<Change>& out_;
};

bool is_hashed(std::string_view rest) {
  return is_at_or_below(rest, ".labels") || is_at_or_below(rest, ".annotations") ||
         is_at_or_below(rest, ".spec.podSpec");
}

void add_hashed_differences(const driver::CompiledSet& old, const driver::CompiledSet& next, std::vector<Change>& out) {
  for (const Clique& c : next.module.spec.cliques) {
    const std::optional<CliqueId> before = old.module.spec.find_clique(c.name);
    const bool is_told = std::any_of(out.begin(), out.end(), [&](const Change& change) {
      std::string_view rest;
      const auto clique = item_of(change.path, kCliques, rest);
      return clique && *clique == c.name && is_hashed(rest);
    });
    if (!before || is_told) continue;
    const Clique& then = old.module.spec.cliques[*before];
    const std::string path = std::string(kCliques) + "[name=" + std::string(c.name) + "]";
    HashedDifferences differences(old, next, out);
    differences.add(path + ".labels", then.labels, c.labels);
    differences.add(path + ".annotations", then.annotations, c.annotations);
    differences.add(path + ".spec.podSpec", then.pod_spec, c.pod_spec);
  }
}

}  // namespace

std::vector<Change> changes_of(const driver::CompiledSet& old, const driver::CompiledSet& next) {
  std::vector<Change> out;
  for (const diff::FieldChange& f : diff::field_changes({&old.module.defaulted}, {&next.module.defaulted})) {
    if (is_kept_by_server(f.path)) continue;
    out.push_back(change_of(old, next, f.path, f.before.value, f.after.value));
    if (f.moved) out.back().note = "the same items in another order";
  }
  add_hashed_differences(old, next, out);
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

std::string owner_text(const CountOwner* owner) { return owner ? owner->by : "whoever scales it"; }

// Template counts are for what is born later: live objects keep theirs.
void judge_count(const Facts& facts, const CountOwner* owner, std::string_view what, Change& c) {
  c.effect = facts.has_new_replicas ? Action::kScale : Action::kNoop;
  c.note = "live " + std::string(what) + " keep their count, which belongs to " + owner_text(owner) +
           (facts.has_new_replicas                             ? "; the new set replicas are born with it"
            : owner && owner->owner == CountOwner::kAutoscaler ? ""
                                                               : "; change it with `kubectl scale`");
}

void judge_set_count(const CountOwner* owner, Change& c) {
  c.effect = Action::kScale;
  if (!owner || owner->owner == CountOwner::kGit) return;
  c.note = "this count belongs to " + owner->by +
           (owner->owner == CountOwner::kAutoscaler
                ? ", which sets it again: leave `replicas` out of the edit"
                : ": server-side apply leaves it to them, and any other way takes it over");
}

void judge_clique(const Facts& facts, const CountOwner* owner, std::string_view name, std::string_view rest,
                  Change& c) {
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
    judge_count(facts, owner, "PodCliques", c);
  } else if (is_at_or_below(rest, ".spec.autoScalingConfig")) {
    judge_autoscaler(c, rest == ".spec.autoScalingConfig", c);
  } else {
    c.effect = Action::kInPlace;
  }
}

void judge_group(const Facts& facts, const CountOwner* owner, std::string_view rest, Change& c) {
  if (rest == ".replicas")
    judge_count(facts, owner, "scaling groups", c);
  else if (is_at_or_below(rest, ".scaleConfig"))
    judge_autoscaler(c, rest == ".scaleConfig", c);
  else
    c.effect = Action::kInPlace;
}

}  // namespace

void judge(const Facts& facts, const CountOwner* owner, Change& c) {
  std::string_view rest;
  if (const auto clique = item_of(c.path, kCliques, rest)) return judge_clique(facts, owner, *clique, rest, c);
  if (item_of(c.path, kGroups, rest)) return judge_group(facts, owner, rest, c);
  const auto any = [&](bool CliqueFacts::*what) {
    return std::any_of(facts.cliques.begin(), facts.cliques.end(), [&](const CliqueFacts& f) { return f.*what; });
  };
  if (c.path == "spec.replicas") {
    judge_set_count(owner, c);
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

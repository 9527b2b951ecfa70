#include "runtime/plan/plan.h"

#include <algorithm>
#include <array>

#include "runtime/plan/effects.h"
#include "runtime/plan/impact.h"
#include "runtime/plan/recompile.h"
#include "runtime/plan/scale.h"
#include "runtime/view/resources.h"

namespace grovec::plan {

using namespace ir;

namespace {

// Below that, playing everything is as quick.
constexpr std::uint64_t kFewPods = 200;

std::vector<std::uint64_t> gpus_of(const driver::CompiledSet& set, const driver::CompiledSet& names) {
  std::vector<std::uint64_t> out;
  for (const Clique& c : names.module.spec.cliques) {
    const std::optional<CliqueId> own = set.module.spec.find_clique(c.name);
    const Value* pod = own ? set.module.spec.cliques[*own].pod_spec : nullptr;
    const std::int64_t n = pod ? driver::pod_resources(*pod).gpus() : 0;
    out.push_back(static_cast<std::uint64_t>(std::max<std::int64_t>(n, 0)));
  }
  return out;
}

std::uint64_t pods_of(const driver::CompiledSet& set) {
  std::uint64_t per_replica = 0;
  for (const Clique& c : set.module.spec.cliques) {
    const std::uint64_t times =
        c.group ? static_cast<std::uint64_t>(std::max(set.module.spec.groups[*c.group].replicas, 0)) : 1;
    per_replica += times * static_cast<std::uint64_t>(std::max(c.replicas, 0));
  }
  return per_replica * static_cast<std::uint64_t>(std::max(set.module.spec.replicas, 0));
}

decide::Observed alone(const decide::World& world, const decide::LiveSet& set) {
  decide::Observed o;
  o.name = world.name();
  o.namespace_ = world.namespace_();
  o.set = &set;
  return o;
}

/// Plays the pair as it is compiled; `live` may be null.
Play play_pair(const driver::CompiledSet* old, const driver::CompiledSet* next, const decide::Observed* live) {
  if (!next) {
    const decide::World world(old->module.desired, old->plan);
    Play out;
    if (live)
      out.start.observed = *live;
    else
      out.start = settled(world);
    return out;
  }
  const decide::World world(next->module.desired, next->plan);
  if (live) {
    decide::Settled start{*live, {}};
    std::optional<decide::World> before;
    if (old) before.emplace(old->module.desired, old->plan);
    std::shared_ptr<const decide::LiveSet> set =
        live->set ? applied(*live->set, before ? &*before : nullptr, world) : newborn_set(world);
    return play(world, std::move(start), std::move(set));
  }
  if (!old) {
    std::shared_ptr<const decide::LiveSet> set = newborn_set(world);
    return play(world, {alone(world, *set), {set}}, set);
  }
  const decide::World before(old->module.desired, old->plan);
  decide::Settled start = settled(before);
  std::shared_ptr<const decide::LiveSet> set = applied(*start.observed.set, &before, world);
  return play(world, std::move(start), std::move(set));
}

bool read(const Pair& pair, const Play& played, const driver::CompiledSet& names, const Scale& scale, SetPlan& out) {
  const driver::CompiledSet& before = pair.old ? *pair.old : *pair.next;
  const driver::CompiledSet& after = pair.next ? *pair.next : *pair.old;
  Frame frame{&names, &scale, gpus_of(before, names), gpus_of(after, names)};
  return read_impact(played, frame, out);
}

/// In a small world, if that tells what happens in the real one.
bool plan_small(const Pair& pair, SetPlan& out) {
  const driver::CompiledSet& old = pair.old ? *pair.old : *pair.next;
  const driver::CompiledSet& next = pair.next ? *pair.next : *pair.old;
  Arena arena;
  const Small small = shrunk(old, next, arena);
  const std::unique_ptr<Recompiled> before = recompile(small.old, old), after = recompile(small.next, next);
  if (!before || !after) return false;
  const Play played =
      play_pair(pair.old ? before->set.get() : nullptr, pair.next ? after->set.get() : nullptr, nullptr);
  SetPlan made;
  if (!read(pair, played, pair.next ? *after->set : *before->set, small.scale, made)) return false;
  made.namespace_ = std::move(out.namespace_);
  made.name = std::move(out.name);
  out = std::move(made);
  return true;
}

void play_out(const Pair& pair, const PlanOptions& options, SetPlan& out) {
  const bool is_large = std::max(pair.old ? pods_of(*pair.old) : 0, pair.next ? pods_of(*pair.next) : 0) > kFewPods;
  if (!pair.live && options.shrinks && (is_large || options.shrinks_always) && plan_small(pair, out)) return;
  const Play played = play_pair(pair.old, pair.next, pair.live);
  read(pair, played, pair.next ? *pair.next : *pair.old, Scale(), out);
}

Facts facts_of(const Pair& pair, const SetPlan& plan) {
  Facts out;
  const PodCliqueSet& spec = pair.next->module.spec;
  out.has_new_replicas = spec.replicas > pair.old->module.spec.replicas;
  for (const Clique& c : spec.cliques) {
    CliqueFacts& f = out.cliques.emplace_back();
    f.name = c.name;
    f.is_member = c.group.has_value();
    f.has_autoscaler = c.auto_scaling.has_value();
    const std::optional<CliqueId> before = pair.old->module.spec.find_clique(c.name);
    f.is_hash_new = !before || pair.old->module.desired.template_hashes[static_cast<std::size_t>(*before)] !=
                                   pair.next->module.desired.template_hashes[c.index];
  }
  const auto clique_named = [&](const std::string& object) -> CliqueFacts* {
    for (const ObjectPlace& p : pair.next->directory->match(ObjectKind::kPodClique, object))
      if (p.part.clique) return &out.cliques[static_cast<std::size_t>(*p.part.clique)];
    return nullptr;
  };
  for (const CliquePods& c : plan.podcliques)
    if (CliqueFacts* f = clique_named(c.name)) f->restarts = true;
  for (const ObjectChange& o : plan.objects)
    if (o.action == Action::kPending && o.kind == "PodClique")
      if (CliqueFacts* f = clique_named(o.name)) f->is_pending = true;
  for (const ScalingGroup& g : spec.groups)
    if (g.auto_scaling) out.groups_with_autoscaler.emplace_back(g.name);
  return out;
}

/// Counts that an autoscaler will move once the edit is there.
void note_bounds(const Pair& pair, SetPlan& out) {
  const PodCliqueSet& spec = pair.next->module.spec;
  auto note = [&](std::string_view kind, std::string_view name, std::int64_t count, const AutoScaling& bounds,
                  std::int64_t least) {
    const std::int64_t to = std::clamp<std::int64_t>(count, least, std::max<std::int64_t>(bounds.max_replicas, least));
    if (to == count) return;
    std::string text(kind);
    text += " `" + std::string(name) + "`: its autoscaler moves the count from " + std::to_string(count) + " to " +
            std::to_string(to) + " (bounds " + std::to_string(least) + " to " + std::to_string(bounds.max_replicas) +
            ")";
    if (std::find(out.notes.begin(), out.notes.end(), text) == out.notes.end()) out.notes.push_back(std::move(text));
  };
  auto live_counts = [&](const auto& list, auto kind, auto on) {
    for (const auto* live : list)
      for (const ObjectPlace& p : pair.next->directory->match(kind, live->meta.name)) on(*live, p);
  };
  if (pair.live) {
    live_counts(pair.live->cliques, ObjectKind::kPodClique, [&](const decide::LiveClique& live, const ObjectPlace& p) {
      if (!p.part.clique || p.part.group) return;
      const Clique& c = spec.cliques[*p.part.clique];
      if (c.auto_scaling)
        note("PodClique", live.meta.name, live.replicas, *c.auto_scaling,
             c.auto_scaling->min_replicas.value_or(c.replicas));
    });
    live_counts(pair.live->groups, ObjectKind::kPodCliqueScalingGroup,
                [&](const decide::LiveGroup& live, const ObjectPlace& p) {
                  if (!p.part.group) return;
                  const ScalingGroup& g = spec.groups[*p.part.group];
                  if (g.auto_scaling)
                    note("PodCliqueScalingGroup", live.meta.name, live.replicas, *g.auto_scaling,
                         g.auto_scaling->min_replicas.value_or(g.replicas));
                });
    return;
  }
  if (!pair.old) return;
  for (const Clique& c : spec.cliques) {
    const std::optional<CliqueId> before = pair.old->module.spec.find_clique(c.name);
    if (c.auto_scaling && before)
      note("PodCliques of", c.name, pair.old->module.spec.cliques[*before].replicas, *c.auto_scaling,
           c.auto_scaling->min_replicas.value_or(c.replicas));
  }
  for (const ScalingGroup& g : spec.groups) {
    const std::optional<GroupId> before = pair.old->module.spec.find_group(g.name);
    if (g.auto_scaling && before)
      note("scaling groups of", g.name, pair.old->module.spec.groups[*before].replicas, *g.auto_scaling,
           g.auto_scaling->min_replicas.value_or(g.replicas));
  }
}

/// Who causes what: the first changed field with that effect goes into the reasons of the objects.
void name_causes(SetPlan& plan, const driver::CompiledSet& next) {
  auto first = [&](Action action, std::string_view clique) -> const Change* {
    for (const Change& c : plan.changes) {
      if (c.effect != action) continue;
      std::string_view rest;
      const auto named = clique_of(c.path, rest);
      if (!named || clique.empty() || *named == clique) return &c;
    }
    return nullptr;
  };
  for (ObjectChange& o : plan.objects) {
    if (o.action != Action::kRoll && o.action != Action::kPending && o.action != Action::kScale) continue;
    std::string clique;
    if (o.kind == "PodClique")
      for (const ObjectPlace& p : next.directory->match(ObjectKind::kPodClique, o.name))
        if (p.part.clique) clique = next.module.spec.cliques[*p.part.clique].name;
    const Change* cause = first(o.action, clique);
    if (!cause) cause = first(o.action, {});
    if (cause) o.reason = cause->path;
  }
}

void note_live_counts(const Pair& pair, SetPlan& out) {
  if (!pair.live) return;
  auto add = [&](ObjectKind kind, const auto& list) {
    for (const auto* live : list)
      if (!live->meta.deleted)
        out.live_counts.push_back({kind, live->meta.name, static_cast<std::uint32_t>(std::max(live->replicas, 0))});
  };
  add(ObjectKind::kPodCliqueScalingGroup, pair.live->groups);
  add(ObjectKind::kPodClique, pair.live->cliques);
}

Action action_of(const Pair& pair, const SetPlan& plan) {
  if (!pair.old && !(pair.live && pair.live->set)) return Action::kCreate;
  if (!pair.next) return Action::kDelete;
  if (plan.restarts.pods > 0) return Action::kRoll;
  if (plan.pending.pods > 0) return Action::kPending;
  if (plan.added.pods + plan.removed.pods > 0) return Action::kScale;
  Action out = plan.objects.empty() ? Action::kNoop : Action::kInPlace;
  for (const Change& c : plan.changes) {
    const bool is_more = c.effect == Action::kInPlace || c.effect == Action::kScale;
    if (c.effect != Action::kNoop) out = std::max(out, is_more ? c.effect : Action::kInPlace);
  }
  return out;
}

}  // namespace

std::string_view name_of(Action action) {
  constexpr std::array<std::string_view, 8> kNames = {"NOOP", "IN-PLACE", "SCALE",  "PENDING",
                                                      "ROLL", "CREATE",   "DELETE", "FORBIDDEN"};
  return kNames[static_cast<std::size_t>(action)];
}

SetPlan plan_of(const Pair& pair, const PlanOptions& options) {
  SetPlan out;
  const PodCliqueSet& spec = (pair.next ? pair.next : pair.old)->module.spec;
  out.namespace_ = spec.namespace_;
  out.name = spec.name;
  std::vector<Change> changes;
  if (pair.old && pair.next) changes = changes_of(*pair.old, *pair.next);
  if (pair.old && pair.next && changes.empty() && !pair.live) return out;
  play_out(pair, options, out);
  out.changes = std::move(changes);
  if (pair.old && pair.next) {
    const Facts facts = facts_of(pair, out);
    for (Change& c : out.changes) judge(facts, c);
    name_causes(out, *pair.next);
  }
  if (pair.next) note_bounds(pair, out);
  note_live_counts(pair, out);
  out.action = action_of(pair, out);
  if (out.action != Action::kNoop)
    out.objects.insert(out.objects.begin(), {"PodCliqueSet", out.name, out.action,
                                             out.changes.empty() ? std::string() : out.changes.front().path});
  if (!out.came_to_rest) out.notes.push_back("this edit never comes to rest: the figures are those of its first part");
  return out;
}

}  // namespace grovec::plan

// Counts and order: fewer pods than meant, and dependencies that nothing looks at.
#include <algorithm>

#include "ir/duration.h"
#include "passes/lint/lint.h"
#include "passes/rules/set/verify_spec.h"

namespace grovec::passes {

using namespace ir;

namespace {

void replicas_left_out(const LintView& v) {
  const Value& spec = (*v.set.node)["spec"];
  if (v.set.replicas != 0 || !is_filled(v.context, spec["replicas"].at())) return;
  v.context.diags.report(key_at(*v.set.node, "spec"), diag::ReplicasLeftOut).path("spec.replicas");
}

void minimum_in_group(const LintView& v, const Clique& c) {
  if (!c.group || !c.spec || !c.min_available || *c.min_available >= c.replicas || *c.min_available <= 0) return;
  const ScalingGroup& g = v.set.groups[*c.group];
  v.context.diags.report(c.spec_at("minAvailable"), diag::MinAvailableInGroup, *c.min_available, c.replicas, g.name)
      .note(g.at("name"), diag::DeclaredHere, g.name)
      .path(clique_path(c.index, ".spec.minAvailable"));
}

// Initial delay and all attempts of a start-up probe, in seconds.
std::int64_t start_up_seconds(const Value& probe) {
  auto number = [&](std::string_view field, std::int64_t otherwise) {
    const Value& n = probe[field];
    return n.is_int() && n.as_int() > 0 && n.as_int() < 1'000'000'000 ? n.as_int() : otherwise;
  };
  return number("initialDelaySeconds", 0) + number("failureThreshold", 3) * number("periodSeconds", 10);
}

void termination_delay(const LintView& v) {
  if (!v.set.template_ || v.set.termination_delay_ns <= 0) return;
  const Value* longest = nullptr;
  std::int64_t seconds = 0;
  std::string_view name;
  for (const Clique& c : v.set.cliques)
    for_each_container(c, [&](const ContainerAt& at) {
      const Value* probe = at.container.find("startupProbe");
      if (!probe || !probe->is_mapping() || start_up_seconds(*probe) <= seconds) return;
      longest = probe;
      seconds = start_up_seconds(*probe);
      name = at.container["name"].as_string();
    });
  constexpr std::int64_t kSecond = 1'000'000'000;
  if (!longest || seconds <= v.set.termination_delay_ns / kSecond) return;
  const OriginId delay = (*v.set.template_)["terminationDelay"].at();
  const OriginId at = is_filled(v.context, delay) ? longest->at() : delay;
  v.context.diags
      .report(at, diag::TerminationDelayTooShort, duration_text(v.set.termination_delay_ns), name,
              duration_text(seconds * kSecond))
      .note(longest->at(), diag::SetHere, "startupProbe")
      .path("spec.template.terminationDelay");
}

}  // namespace

void lint_counts(const LintView& v) {
  replicas_left_out(v);
  for (const Clique& c : v.set.cliques) minimum_in_group(v, c);
  termination_delay(v);
}

namespace {

// In order, a clique waits for the one before it, which waits for its own: naming earlier ones changes nothing.
bool is_kept_by_order(const LintView& v, const Clique& c) {
  return std::all_of(c.starts_after.begin(), c.starts_after.end(), [&](std::string_view name) {
    const std::optional<CliqueId> other = v.set.find_clique(name);
    return other && v.set.cliques[*other].index < c.index;
  });
}

void ignored_order(const LintView& v, const Clique& c) {
  if (v.set.startup == StartupType::kInOrder && is_kept_by_order(v, c)) return;
  const bool any = v.set.startup == StartupType::kAnyOrder;
  const Value* type = v.set.template_ ? v.set.template_->find("cliqueStartupType") : nullptr;
  const bool is_written = type && !is_filled(v.context, type->at());
  DiagnosticBuilder found = v.context.diags.report(
      key_at(*c.spec, "startsAfter"), diag::StartsAfterIgnored,
      any ? "CliqueStartupTypeAnyOrder" : "CliqueStartupTypeInOrder",
      any ? "cliques start in any order" : "each clique waits for the one in front of it in the list");
  found.path(clique_path(c.index, ".spec.startsAfter"));
  if (is_written) found.note(type->at(), diag::SetHere, "cliqueStartupType");
  if (is_written && any) found.fix(type->at(), "CliqueStartupTypeExplicit");
}

// A replica beyond the group's minimum is a gang of its own, and waits for nothing outside of its group.
void dropped_in_scaled_gangs(const LintView& v, const Clique& c) {
  if (!c.group) return;
  const ScalingGroup& g = v.set.groups[*c.group];
  if (foreseen_replicas(g) <= g.min_available) return;
  const std::span<const Value> items = (*c.spec)["startsAfter"].items();
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::optional<CliqueId> other = v.set.find_clique(items[i].as_string());
    if (!other || v.set.cliques[*other].group == c.group) continue;
    v.context.diags.report(items[i].at(), diag::StartsAfterDropped, items[i].as_string(), g.name, g.min_available)
        .path(clique_path(c.index, ".spec.startsAfter[" + std::to_string(i) + "]"));
  }
}

}  // namespace

void lint_order(const LintView& v) {
  for (const Clique& c : v.set.cliques) {
    if (c.starts_after.empty() || !c.spec) continue;
    if (v.set.startup == StartupType::kExplicit)
      dropped_in_scaled_gangs(v, c);
    else
      ignored_order(v, c);
  }
}

}  // namespace grovec::passes

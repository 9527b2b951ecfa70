#include <algorithm>

#include "passes/rules/set/verify_spec.h"
#include "passes/rules/topology_names.h"

namespace grovec::passes {

using namespace ir;

namespace {

using Constraint = std::optional<TopologyConstraint>;

bool changed(const Constraint& old, const Constraint& now) {
  if (old.has_value() != now.has_value()) return true;
  if (!old) return false;
  return old->topology_name != now->topology_name || old->pack_domain != now->pack_domain ||
         old->effective_required() != now->effective_required() || old->preferred != now->preferred;
}

/// From `packDomain: d` to `pack.required: d`, nothing else.
bool is_migration(const Constraint& old, const Constraint& now) {
  return old && now && !old->pack_domain.empty() && now->pack_domain.empty() && now->required == old->pack_domain &&
         old->topology_name == now->topology_name && old->preferred == now->preferred;
}

/// A legacy constraint gets the name it lacks, nothing else.
bool is_repair(bool repair_mode, const Constraint& old, const Constraint& now) {
  return repair_mode && old && now && old->topology_name.empty() && !old->pack_domain.empty() &&
         !now->topology_name.empty() && now->pack_domain == old->pack_domain &&
         now->effective_required() == old->effective_required() && now->preferred == old->preferred;
}

OriginId place(const Value& owner, OriginId otherwise) {
  return owner.find("topologyConstraint") ? key_at(owner, "topologyConstraint") : otherwise;
}

bool looks_legacy(const std::vector<ConstraintAt>& all) {
  return std::any_of(all.begin(), all.end(), [](const ConstraintAt& c) {
    return !c.constraint->pack_domain.empty() && c.constraint->topology_name.empty();
  });
}

void set_level(Context& context, const PodCliqueSet& old, const PodCliqueSet& now, bool repair_mode) {
  if (is_repair(repair_mode, old.topology, now.topology) || is_migration(old.topology, now.topology)) return;
  std::string_view before = old.topology ? old.topology->topology_name : std::string_view();
  std::string_view after = now.topology ? now.topology->topology_name : std::string_view();
  OriginId at = place(*now.template_, key_at(*now.node, "spec"));
  OriginId old_at = place(*old.template_, key_at(*old.node, "spec"));
  if (before != after)  // V109
    context.diags
        .report(now.topology ? now.topology->at("topologyName") : at, diag::SetTopologyNameChanged, before, after)
        .note(old_at, diag::OldObjectHere)
        .path("spec.template.topologyConstraint.topologyName");
  else if (changed(old.topology, now.topology))  // V110
    context.diags.report(at, diag::SetTopologyChanged)
        .note(old_at, diag::OldObjectHere)
        .path("spec.template.topologyConstraint");
}

template <class Node, class Path>
void level(Context& context, const Node& old, const Node& now, bool repair_mode, const diag::Kind<1>& kind,
           const Path& path) {
  if (!changed(old.topology, now.topology) || is_repair(repair_mode, old.topology, now.topology) ||
      is_migration(old.topology, now.topology))
    return;
  context.diags.report(place(*now.node, now.at("name")), kind, now.name)
      .note(place(*old.node, old.at("name")), diag::OldObjectHere)
      .path(path(now.index, ".topologyConstraint"));
}

}  // namespace

void verify_topology_update(Context& context, const PodCliqueSet& old, const PodCliqueSet& now,
                            const Environment& environment) {
  std::vector<ConstraintAt> old_constraints = constraints_of(old);
  if (old_constraints.empty() && constraints_of(now).empty()) return;
  bool repair_mode = false;
  std::size_t before = context.diags.all().size();
  if (looks_legacy(old_constraints)) {
    TopologyNames names = resolve_names(old_constraints);
    repair_mode = names.missing;
    if (!names.missing && (names.conflicting || names.no_domain)) {  // V113
      context.diags
          .report(place(*now.template_, key_at(*now.node, "spec")), diag::LegacyTopologyUnresolvable,
                  names.conflicting ? "its names differ" : "a constraint has no domain")
          .path("spec.template.topologyConstraint.topologyName");
      return;
    }
  }
  set_level(context, old, now, repair_mode);
  for (const Clique& c : now.cliques)  // V111
    if (auto id = old.find_clique(c.name))
      level(context, old.cliques[*id], c, repair_mode, diag::CliqueTopologyChanged, clique_path);
  for (const ScalingGroup& g : now.groups)  // V112
    if (auto id = old.find_group(g.name))
      level(context, old.groups[*id], g, repair_mode, diag::GroupTopologyChanged, group_path);
  if (!repair_mode || context.diags.all().size() != before) return;
  // V114: the create-time rules on the new object, each under its own code; a note says why they apply.
  verify_topology(SpecView{context, now, environment, Operation::kUpdate});
  for (std::size_t i = before; i < context.diags.all().size(); ++i)
    if (context.diags.all()[i].info->severity == Severity::kError)
      DiagnosticBuilder(context.diags, i)
          .note(old_constraints.front().constraint->node->at(), diag::LegacyTopologyIncomplete);
}

void warn_pack_domain(Context& context, const PodCliqueSet& now) {
  for (const ConstraintAt& c : constraints_of(now)) {
    if (c.constraint->pack_domain.empty()) continue;
    context.diags.report(key_at(*c.constraint->node, "packDomain"), diag::PackDomainDeprecated)
        .path(c.path + ".packDomain");
  }
}

}  // namespace grovec::passes

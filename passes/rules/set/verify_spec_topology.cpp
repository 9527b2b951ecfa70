#include <algorithm>

#include "passes/rules/set/verify_spec.h"
#include "passes/rules/topology_names.h"
#include "passes/wording.h"

namespace grovec::passes {

using namespace ir;

std::vector<ConstraintAt> constraints_of(const PodCliqueSet& set) {
  std::vector<ConstraintAt> out;
  std::string_view set_name;
  bool has_set = set.topology.has_value();
  if (has_set) {
    set_name = set.topology->topology_name;
    out.push_back({&*set.topology, set.template_, "spec.template.topologyConstraint", {}, false});
  }
  for (const ScalingGroup& g : set.groups)
    if (g.topology)
      out.push_back({&*g.topology, g.node, group_path(g.index, ".topologyConstraint"), set_name, has_set});
  for (const Clique& c : set.cliques) {
    if (!c.topology) continue;
    std::string_view inherited = set_name;
    bool has_parent = has_set;
    for (const ScalingGroup& g : set.groups) {
      if (!g.topology || std::find(g.clique_names.begin(), g.clique_names.end(), c.name) == g.clique_names.end())
        continue;
      has_parent = true;
      std::string_view name = g.topology->topology_name.empty() ? set_name : g.topology->topology_name;
      if (name.empty()) continue;
      inherited = name;
      break;
    }
    out.push_back({&*c.topology, c.node, clique_path(c.index, ".topologyConstraint"), inherited, has_parent});
  }
  return out;
}

TopologyNames resolve_names(const std::vector<ConstraintAt>& constraints) {
  TopologyNames out;
  for (const ConstraintAt& c : constraints) {
    if (c.constraint->effective_required().empty() && c.constraint->preferred.empty()) out.no_domain = true;
    std::string_view name = c.name();
    if (name.empty()) {
      out.missing = true;
      continue;
    }
    if (!c.inherited.empty() && name != c.inherited) out.conflicting = true;
    if (!out.name.empty() && name != out.name) out.conflicting = true;
    if (out.name.empty()) out.name = name;
  }
  return out;
}

namespace {

OriginId constraint_at(const ConstraintAt& c) { return key_at(*c.owner, "topologyConstraint"); }

// V064
void disabled(const SpecView& v, const std::vector<ConstraintAt>& all) {
  for (const ConstraintAt& c : all) v.context.diags.report(constraint_at(c), diag::TopologyDisabled).path(c.path);
}

// V065-V067; true if all is well.
bool names(const SpecView& v, const std::vector<ConstraintAt>& all) {
  bool ok = true, told_missing = false;
  for (const ConstraintAt& c : all) {
    std::string_view own = c.constraint->topology_name;
    if (c.name().empty()) {
      ok = false;
      // A level that would inherit needs no finding of its own: naming the level above solves it.
      if (c.has_parent && told_missing) continue;
      told_missing = true;
      v.context.diags.report(constraint_at(c), diag::NoTopologyName).path(c.path + ".topologyName");
    } else if (!own.empty() && !c.inherited.empty() && own != c.inherited) {
      ok = false;
      v.context.diags.report(c.constraint->at("topologyName"), diag::TopologyNameDiffersFromParent, own, c.inherited)
          .path(c.path + ".topologyName");
    }
  }
  if (!ok) return false;
  const ConstraintAt* first = nullptr;
  for (const ConstraintAt& c : all) {
    if (!first && !c.constraint->topology_name.empty()) first = &c;
    ok &= !first || c.name() == first->name();
  }
  if (ok) return true;
  for (const ConstraintAt& c : all) {
    std::string_view own = c.constraint->topology_name;
    if (own.empty() || &c == first || own == first->name()) continue;
    v.context.diags.report(c.constraint->at("topologyName"), diag::TopologyNamesDiffer, own)
        .note(first->constraint->at("topologyName"), diag::SetHere, first->name())
        .path(c.path + ".topologyName");
  }
  return false;
}

// V068
const TopologyBinding* binding(const SpecView& v, const std::vector<ConstraintAt>& all) {
  const ConstraintAt* named = nullptr;
  for (const ConstraintAt& c : all)
    if (!named && !c.constraint->topology_name.empty()) named = &c;
  if (!named) return nullptr;
  std::string_view name = named->constraint->topology_name;
  if (const TopologyBinding* found = v.environment.facts.find_binding(name)) return found;
  std::vector<std::string_view> known;
  for (const TopologyBinding& b : v.environment.facts.bindings) known.push_back(b.name);
  std::string hint;
  for (const TopologyBinding& b : v.environment.facts.bindings)
    for (const TopologyBinding::SchedulerBinding& s : b.scheduler_bindings)
      if (hint.empty() && s.topology_reference == name)
        hint = "; that is the topology of `" + s.scheduler_name + "`; write `" + b.name + "`, which refers to it";
  if (hint.empty()) hint = did_you_mean(name, known);
  if (hint.empty()) hint = "; give the bindings of the cluster with `--with`";
  v.context.diags.report(named->constraint->at("topologyName"), diag::UnknownTopology, name, hint)
      .path("spec.template.topologyConstraint.topologyName");
  return nullptr;
}

// V070; true if every domain exists.
bool domains(const SpecView& v, const std::vector<ConstraintAt>& all, const TopologyBinding& b) {
  bool ok = true;
  std::string list;
  for (const TopologyBinding::Level& level : b.levels) list += (list.empty() ? "`" : ", `") + level.domain + '`';
  std::vector<std::string_view> known(b.levels.size());
  std::transform(b.levels.begin(), b.levels.end(), known.begin(),
                 [](const auto& l) { return std::string_view(l.domain); });
  auto check = [&](const Value& node, std::string_view field, std::string_view domain, const std::string& path) {
    if (domain.empty() || b.level_of(domain) >= 0) return;
    ok = false;
    auto same_key = [&](const TopologyBinding::Level& level) { return level.key == domain; };
    const auto level = std::find_if(b.levels.begin(), b.levels.end(), same_key);
    const bool is_key = level != b.levels.end();
    DiagnosticBuilder report = v.context.diags.report(
        node[field].at(), diag::UnknownDomain, b.name, domain,
        list + (is_key ? "; that is the node label key of domain `" + level->domain + "`; write `" + level->domain + "`"
                       : did_you_mean(domain, known)));
    report.path(path);
    if (is_key) report.fix(node[field].at(), level->domain);
  };
  for (const ConstraintAt& c : all) {
    const Value& node = *c.constraint->node;
    check(node, "packDomain", c.constraint->pack_domain, c.path + ".packDomain");
    check(node["pack"], "required", c.constraint->required, c.path + ".pack.required");
    check(node["pack"], "preferred", c.constraint->preferred, c.path + ".pack.preferred");
  }
  return ok;
}

OriginId required_at(const TopologyConstraint& tc) {
  return tc.required.empty() ? tc.at("packDomain") : (*tc.node)["pack"]["required"].at();
}
OriginId preferred_at(const TopologyConstraint& tc) { return (*tc.node)["pack"]["preferred"].at(); }

/// Reports where the parent's domain is narrower than the child's.
struct Hierarchy {
  const SpecView& v;
  const TopologyBinding& b;

  bool narrower(std::string_view parent, std::string_view child) const {
    return !parent.empty() && !child.empty() && b.level_of(parent) > b.level_of(child);
  }
  void compare(const TopologyConstraint& parent, const std::string& path, const TopologyConstraint& child,
               std::string_view child_name, const diag::Kind<3>& required, const diag::Kind<3>& preferred) const {
    if (narrower(parent.effective_required(), child.effective_required()))
      v.context.diags
          .report(required_at(parent), required, parent.effective_required(), child.effective_required(), child_name)
          .note(required_at(child), diag::SetHere, child.effective_required())
          .path(path);
    if (narrower(parent.preferred, child.preferred))
      v.context.diags.report(preferred_at(parent), preferred, parent.preferred, child.preferred, child_name)
          .note(preferred_at(child), diag::SetHere, child.preferred)
          .path(path + ".pack.preferred");
  }
};

// V071-V076
void hierarchy(const SpecView& v, const TopologyBinding& b) {
  Hierarchy h{v, b};
  if (const auto& top = v.set.topology) {
    const std::string path = "spec.template.topologyConstraint";
    for (const Clique& c : v.set.cliques)
      if (c.topology)
        h.compare(*top, path, *c.topology, c.name, diag::SetRequiredNarrowerThanClique,
                  diag::SetPreferredNarrowerThanClique);
    for (const ScalingGroup& g : v.set.groups)
      if (g.topology)
        h.compare(*top, path, *g.topology, g.name, diag::SetRequiredNarrowerThanGroup,
                  diag::SetPreferredNarrowerThanGroup);
  }
  for (const ScalingGroup& g : v.set.groups) {
    if (!g.topology) continue;
    for (CliqueId id : g.cliques) {
      const Clique& c = v.set.cliques[id];
      if (c.topology)
        h.compare(*g.topology, group_path(g.index, ".topologyConstraint"), *c.topology, c.name,
                  diag::GroupRequiredNarrowerThanClique, diag::GroupPreferredNarrowerThanClique);
    }
  }
}

// W2
void warn_useless_preference(const SpecView& v, const std::vector<ConstraintAt>& all, const TopologyBinding& b) {
  for (const ConstraintAt& c : all) {
    int required = b.level_of(c.constraint->effective_required()), preferred = b.level_of(c.constraint->preferred);
    if (required < 0 || preferred < 0 || preferred >= required) continue;
    v.context.diags
        .report(preferred_at(*c.constraint), diag::PreferredBroaderThanRequired, c.constraint->preferred,
                c.constraint->effective_required())
        .note(required_at(*c.constraint), diag::SetHere, "required")
        .path(c.path + ".pack.preferred");
  }
}

}  // namespace

void verify_topology(const SpecView& v) {
  std::vector<ConstraintAt> all = constraints_of(v.set);
  if (all.empty()) return;
  if (!v.environment.facts.config.topology_aware_scheduling) return disabled(v, all);
  if (!names(v, all)) return;
  const TopologyBinding* b = binding(v, all);
  if (!b) return;
  warn_useless_preference(v, all, *b);
  if (domains(v, all, *b)) hierarchy(v, *b);
}

}  // namespace grovec::passes

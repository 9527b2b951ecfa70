#include "passes/rules/set/other_names.h"
#include "passes/rules/set/verify_spec.h"
#include "passes/rules/text_rules.h"
#include "passes/wording.h"

namespace grovec::passes {

using namespace ir;

namespace {

OriginId member_at(const ScalingGroup& g, std::size_t m) { return (*g.node)["cliqueNames"].items()[m].at(); }

struct Listed {
  const ScalingGroup* group;
  std::size_t position;
};

}  // namespace

// V053, V059-V061
void verify_groups(const SpecView& v) {
  if (v.set.groups.empty()) return;
  NameIndex cliques(v.set.cliques), groups(v.set.groups);
  std::vector<std::string_view> names;
  for (const Clique& c : v.set.cliques) names.push_back(c.name);
  std::unordered_map<std::string_view, Listed> listed;
  for (const ScalingGroup& g : v.set.groups) {
    auto first = static_cast<std::size_t>(groups.find(g.name));
    if (first != g.index && !g.name.empty())
      v.context.diags.report(g.at("name"), diag::DuplicateGroup, g.name)
          .note(v.set.groups[v.set.groups.id_at(first)].at("name"), diag::DeclaredHere, g.name)
          .path("spec.template.podCliqueScalingGroups.name");
    for (std::size_t m = 0; m < g.clique_names.size(); ++m) {
      std::string_view name = g.clique_names[m];
      auto [it, is_new] = listed.emplace(name, Listed{&g, m});
      if (!is_new)
        v.context.diags.report(member_at(g, m), diag::CliqueInTwoGroups, name)
            .note(member_at(*it->second.group, it->second.position), diag::FirstItemHere)
            .path("spec.template.podCliqueScalingGroups.cliqueNames");
      else if (cliques.find(name) < 0 && v.names_known)
        v.context.diags
            .report(member_at(g, m), diag::GroupNamesUnknownClique, g.name, name, instead_of_clique(v.set, name, names))
            .path(group_path(g.index, ".cliqueNames"));
    }
  }
  for (const Clique& c : v.set.cliques) {
    if (!c.auto_scaling) continue;
    auto it = listed.find(c.name);
    if (it == listed.end()) continue;
    v.context.diags
        .report(key_at(*c.spec, "autoScalingConfig"), diag::MemberScalesAlone, c.name, it->second.group->name)
        .note(member_at(*it->second.group, it->second.position), diag::DeclaredHere, c.name)
        .path("spec.template.podCliqueScalingGroups");
  }
}

}  // namespace grovec::passes

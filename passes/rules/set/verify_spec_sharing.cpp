#include <algorithm>

#include "passes/rules/set/other_names.h"
#include "passes/rules/set/verify_spec.h"
#include "passes/rules/text_rules.h"
#include "passes/wording.h"

namespace grovec::passes {

using namespace ir;

namespace {

std::string at_index(const std::string& base, std::size_t i, std::string_view rest) {
  return base + "[" + std::to_string(i) + "]" + std::string(rest);
}

// V013-V015
void claim_templates(const SpecView& v) {
  const std::vector<ClaimTemplate>& all = v.set.claim_templates;
  const std::string base = "spec.template.resourceClaimTemplates";
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].name.empty())
      v.context.diags.report(all[i].at("name"), diag::ClaimTemplateWithoutName).path(at_index(base, i, ".name"));
    const Value* requests = all[i].claim_spec ? all[i].claim_spec->find("devices", "requests") : nullptr;
    if (!requests || (requests->is_sequence() && requests->size() == 0)) {
      OriginId at = requests ? requests->at() : all[i].at("templateSpec");
      v.context.diags.report(at, diag::ClaimTemplateWithoutRequests, all[i].name)
          .path(at_index(base, i, ".templateSpec.spec.devices.requests"));
    }
    auto first = std::find_if(all.begin(), all.end(), [&](const ClaimTemplate& c) { return c.name == all[i].name; });
    if (first != all.begin() + static_cast<std::ptrdiff_t>(i) && !all[i].name.empty())
      v.context.diags.report(all[i].at("name"), diag::DuplicateClaimTemplate, all[i].name)
          .note(first->at("name"), diag::DeclaredHere, all[i].name)
          .path(base + ".name");
  }
}

// V016-V019
void entries(const SpecView& v, const std::vector<SharingEntry>& list, const std::string& base) {
  for (std::size_t k = 0; k < list.size(); ++k) {
    const SharingEntry& e = list[k];
    if (e.name.empty()) {
      v.context.diags.report(e.at("name"), diag::SharingWithoutName).path(at_index(base, k, ".name"));
    } else {
      auto first = std::find_if(list.begin(), list.end(), [&](const SharingEntry& o) { return o.name == e.name; });
      if (first != list.begin() + static_cast<std::ptrdiff_t>(k))
        v.context.diags.report(e.at("name"), diag::DuplicateSharing, e.name)
            .note(first->at("name"), diag::FirstItemHere)
            .path(at_index(base, k, ".name"));
      auto internal = std::find_if(v.set.claim_templates.begin(), v.set.claim_templates.end(),
                                   [&](const ClaimTemplate& c) { return c.name == e.name; });
      if (!e.namespace_.empty() && internal != v.set.claim_templates.end())
        v.context.diags.report(e.at("namespace"), diag::NamespaceOnInternalTemplate, e.name)
            .note(internal->at("name"), diag::DeclaredHere, e.name)
            .path(at_index(base, k, ".namespace"));
    }
    const Value& scope = (*e.node)["scope"];
    if (scope.as_string() != "AllReplicas" && scope.as_string() != "PerReplica" && !is_reported(v.context, scope.at()))
      v.context.diags
          .report(scope.at() != kNowhere ? scope.at() : e.node->at(), diag::BadSharingScope, scope.as_string())
          .path(at_index(base, k, ".scope"));
  }
}

OriginId filter_item(const SharingEntry& e, std::string_view list, std::size_t m) {
  return (*e.node)["filter"][list].items()[m].at();
}

// V020-V022
void set_filters(const SpecView& v) {
  std::vector<std::string_view> cliques, groups;
  for (const Clique& c : v.set.cliques) cliques.push_back(c.name);
  bool groups_known = true;
  for (const ScalingGroup& g : v.set.groups) {
    groups.push_back(g.name);
    groups_known &= !is_blank_text(g.name);
  }
  const std::string base = "spec.template.resourceSharing";
  for (std::size_t k = 0; k < v.set.sharing.size(); ++k) {
    const SharingEntry& e = v.set.sharing[k];
    if (!e.has_filter) continue;
    if (e.child_cliques.empty() && e.child_groups.empty())
      v.context.diags.report(key_at(*e.node, "filter"), diag::EmptySetFilter).path(at_index(base, k, ".filter"));
    for (std::size_t m = 0; m < e.child_cliques.size(); ++m)
      if (v.names_known && std::find(cliques.begin(), cliques.end(), e.child_cliques[m]) == cliques.end())
        v.context.diags
            .report(filter_item(e, "childCliqueNames", m), diag::FilterNamesUnknownClique, e.child_cliques[m],
                    instead_of_clique(v.set, e.child_cliques[m], cliques))
            .path(at_index(base, k, at_index(".filter.childCliqueNames", m, "")));
    for (std::size_t m = 0; m < e.child_groups.size(); ++m)
      if (groups_known && std::find(groups.begin(), groups.end(), e.child_groups[m]) == groups.end())
        v.context.diags
            .report(filter_item(e, "childScalingGroupNames", m), diag::FilterNamesUnknownGroup, e.child_groups[m],
                    instead_of_group(v.set, e.child_groups[m], groups))
            .path(at_index(base, k, at_index(".filter.childScalingGroupNames", m, "")));
  }
}

// V023, V024
void group_filters(const SpecView& v, const ScalingGroup& g) {
  if (!(*g.node)["cliqueNames"].is_sequence()) return;  // the schema asks for it
  const std::string base = group_path(g.index, ".resourceSharing");
  for (std::size_t k = 0; k < g.sharing.size(); ++k) {
    const SharingEntry& e = g.sharing[k];
    if (!e.has_filter) continue;
    if (e.child_cliques.empty())
      v.context.diags.report(key_at(*e.node, "filter"), diag::EmptyGroupFilter).path(at_index(base, k, ".filter"));
    for (std::size_t m = 0; m < e.child_cliques.size(); ++m)
      if (std::find(g.clique_names.begin(), g.clique_names.end(), e.child_cliques[m]) == g.clique_names.end())
        v.context.diags
            .report(filter_item(e, "childCliqueNames", m), diag::FilterNamesNonMember, e.child_cliques[m], g.name,
                    instead_of_clique(v.set, e.child_cliques[m], g.clique_names))
            .path(at_index(base, k, at_index(".filter.childCliqueNames", m, "")));
  }
}

}  // namespace

void verify_sharing(const SpecView& v) {
  claim_templates(v);
  if (!v.set.sharing.empty()) {
    entries(v, v.set.sharing, "spec.template.resourceSharing");
    set_filters(v);
  }
  for (const Clique& c : v.set.cliques)
    if (!c.sharing.empty()) entries(v, c.sharing, clique_path(c.index, ".resourceSharing"));
  for (const ScalingGroup& g : v.set.groups) {
    if (g.sharing.empty()) continue;
    entries(v, g.sharing, group_path(g.index, ".resourceSharing"));
    group_filters(v, g);
  }
}

}  // namespace grovec::passes

#include <algorithm>

#include "passes/rules/set/verify_spec.h"
#include "passes/rules/text_rules.h"

namespace grovec::passes {

using namespace ir;

namespace {

constexpr std::size_t kNameBudget = 45;  // reference: admission 3.5

// The name the set has when the webhook runs; a generated one gets five characters.
std::size_t set_name_size(const SpecView& v) {
  if (!v.set.name.empty()) return v.set.name.size();
  std::size_t prefix = (*v.set.node)["metadata"]["generateName"].as_string().size();
  return prefix == 0 ? 0 : std::min<std::size_t>(prefix, 58) + 5;
}

std::string set_name(const SpecView& v) {
  if (!v.set.name.empty()) return std::string(v.set.name);
  return std::string((*v.set.node)["metadata"]["generateName"].as_string()) + "~";
}

OriginId set_name_at(const SpecView& v) {
  const Value& metadata = (*v.set.node)["metadata"];
  return metadata[v.set.name.empty() ? "generateName" : "name"].at();
}

// V026-V028
void clique_name(const SpecView& v, const Clique& c, bool is_member) {
  OriginId at = c.at("name");
  if (is_blank_text(c.name)) {
    if (is_reported(v.context, at)) return;  // a null clique
    v.context.diags.report(at, diag::CliqueWithoutName).path(clique_path(c.index, ".name"));
    return;
  }
  if (!is_dns_subdomain(c.name)) {
    DiagnosticBuilder b = v.context.diags.report(at, diag::BadCliqueName, c.name);
    b.path(clique_path(c.index, ".name"));
    std::string better = dns_suggestion(c.name);
    if (!better.empty()) b.fix(at, better);
  }
  std::size_t size = set_name_size(v) + c.name.size();
  if (!is_member && size > kNameBudget)
    v.context.diags.report(at, diag::CliqueNameTooLong, set_name(v), c.name, static_cast<std::uint64_t>(size))
        .note(set_name_at(v), diag::SetHere, "name")
        .path(clique_path(c.index, ".name"));
}

// V054: one finding for a group, at its longest member.
void member_budget(const SpecView& v, const ScalingGroup& g) {
  auto longest = std::max_element(g.clique_names.begin(), g.clique_names.end(),
                                  [](std::string_view a, std::string_view b) { return a.size() < b.size(); });
  if (longest == g.clique_names.end()) return;
  std::size_t size = set_name_size(v) + g.name.size() + longest->size();
  if (size <= kNameBudget) return;
  auto m = static_cast<std::size_t>(longest - g.clique_names.begin());
  v.context.diags
      .report((*g.node)["cliqueNames"].items()[m].at(), diag::MemberNameTooLong, set_name(v), g.name, *longest,
              static_cast<std::uint64_t>(size))
      .note(g.at("name"), diag::SetHere, "name")
      .note(set_name_at(v), diag::SetHere, "name")
      .path(group_path(g.index, ".cliqueNames[" + std::to_string(m) + "].name"));
}

// V046, V047
void unique_cliques(const SpecView& v) {
  NameIndex index(v.set.cliques);
  std::unordered_map<std::string_view, const Clique*> roles;
  for (const Clique& c : v.set.cliques) {
    auto first = static_cast<std::size_t>(index.find(c.name));
    const bool is_again = first != c.index && !is_blank_text(c.name);  // its role, too, is there twice, then
    if (is_again && !is_reported(v.context, c.at("name")))
      v.context.diags.report(c.at("name"), diag::DuplicateClique, c.name)
          .note(v.set.cliques[v.set.cliques.id_at(first)].at("name"), diag::DeclaredHere, c.name)
          .path("spec.template.cliques.name");
    if (v.set.cliques.size() < 2 || is_again) continue;
    auto [it, is_new] = roles.emplace(c.role_name, &c);
    if (is_new || !it->second) continue;
    const Clique& other = *it->second;
    std::string text = c.role_name.empty()
                           ? "cliques `" + std::string(other.name) + "` and `" + std::string(c.name) +
                                 "` have no `roleName`; only one clique may go without"
                           : "clique `" + std::string(c.name) + "` has the role `" + std::string(c.role_name) +
                                 "` of clique `" + std::string(other.name) + "`; roles must differ";
    v.context.diags.report(c.spec_at("roleName"), diag::DuplicateRole, text)
        .note(other.spec_at("roleName"), diag::DeclaredHere, other.name)
        .path("spec.template.cliques.roleName");
    if (c.role_name.empty()) it->second = nullptr;  // once is enough
  }
}

}  // namespace

void verify_names(const SpecView& v) {
  std::unordered_map<std::string_view, bool> members;
  for (const ScalingGroup& g : v.set.groups)
    for (std::string_view name : g.clique_names) members.emplace(name, true);
  for (const Clique& c : v.set.cliques) clique_name(v, c, !members.empty() && members.contains(c.name));
  unique_cliques(v);
  for (const ScalingGroup& g : v.set.groups) {
    if (!is_dns_subdomain(g.name) && !is_reported(v.context, g.at("name"))) {  // V052
      DiagnosticBuilder b = v.context.diags.report(g.at("name"), diag::BadGroupName, g.name);
      b.path(group_path(g.index, ".name"));
      std::string better = dns_suggestion(g.name);
      if (!better.empty()) b.fix(g.at("name"), better);
    }
    member_budget(v, g);
  }
}

}  // namespace grovec::passes

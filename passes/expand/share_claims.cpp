#include "passes/expand/expand.h"
#include "passes/expand/sharing.h"
#include "passes/go/go_encode.h"
#include "schemas/schema.h"

namespace grovec::passes {

using namespace ir;

namespace {

using Level = ClaimUse::Level;

const Value* find_template(const Module& m, const SharingEntry& e) {
  if (e.namespace_.empty())
    for (const ClaimTemplate& t : m.spec.claim_templates)
      if (t.name == e.name) return t.claim_spec;
  std::string_view ns = e.namespace_.empty() ? m.spec.namespace_ : e.namespace_;
  for (const ExternalClaimTemplate& t : m.environment.facts.claim_templates)
    if (t.namespace_ == ns && t.name == e.name) return &t.claim_spec;
  return nullptr;
}

bool contains(const std::vector<std::string_view>& names, std::string_view name) {
  for (std::string_view n : names)
    if (n == name) return true;
  return false;
}

void add_uses(const PodCliqueSet& set, Level level, const std::vector<SharingEntry>& entries, CliqueShape& shape) {
  for (SharingScope scope : {SharingScope::kAllReplicas, SharingScope::kPerReplica})
    for (const SharingEntry& e : entries)
      if (e.scope == scope && filter_matches(set, level, e, set.cliques[shape.clique]))
        shape.claims.push_back({level, scope, e.name});
}

void add_claims(Module& m, Level level, const std::vector<SharingEntry>& entries, std::optional<GroupId> group,
                std::optional<CliqueId> clique) {
  const schemas::TypeId type = schemas::type_named("v1.ResourceClaimSpec");
  for (const SharingEntry& e : entries) {
    const Value* found = find_template(m, e);
    if (!found) continue;  // verify-compilable has said so
    // Places of the cluster's templates mean nothing in this context.
    const Value spec = without_origins(m.context.arena, go_encode(m.context.arena, *found, type));
    m.desired.claims.push_back({level, e.scope, e.name, group, clique, spec, e.at("name")});
  }
}

}  // namespace

// reference: expansion 8. The set's filter looks for both names in both lists; a group's filter only for the clique's.
bool filter_matches(const PodCliqueSet& set, Level level, const SharingEntry& e, const Clique& c) {
  if (!e.has_filter) return true;
  if (contains(e.child_cliques, c.name)) return true;
  if (level != Level::kSet) return false;
  if (contains(e.child_groups, c.name)) return true;
  if (!c.group) return false;
  std::string_view group = set.groups[*c.group].name;
  return contains(e.child_cliques, group) || contains(e.child_groups, group);
}

void share_claims(Module& m) {
  const PodCliqueSet& set = m.spec;
  add_claims(m, Level::kSet, set.sharing, std::nullopt, std::nullopt);
  for (std::size_t s = 0; s < set.groups.size(); ++s)
    add_claims(m, Level::kGroup, set.groups[set.groups.id_at(s)].sharing, set.groups.id_at(s), std::nullopt);
  for (std::size_t s = 0; s < set.cliques.size(); ++s)
    add_claims(m, Level::kClique, set.cliques[set.cliques.id_at(s)].sharing, std::nullopt, set.cliques.id_at(s));
  for (CliqueShape& shape : m.desired.clique_shapes) {
    add_uses(set, Level::kSet, set.sharing, shape);
    if (shape.group) add_uses(set, Level::kGroup, set.groups[*shape.group].sharing, shape);
    add_uses(set, Level::kClique, set.cliques[shape.clique].sharing, shape);
  }
}

}  // namespace grovec::passes

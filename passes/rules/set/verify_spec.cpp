#include "passes/rules/set/verify_spec.h"

#include "passes/rules/text_rules.h"

namespace grovec::passes {

using namespace ir;

std::string clique_path(std::size_t index, std::string_view rest) {
  return "spec.template.cliques[" + std::to_string(index) + "]" + std::string(rest);
}

std::string group_path(std::size_t index, std::string_view rest) {
  return "spec.template.podCliqueScalingGroups[" + std::to_string(index) + "]" + std::string(rest);
}

bool is_filled(const Context& context, OriginId at) {
  return at == kNowhere || context.origins[at].why == OriginCause::kDefault;
}

OriginId written_at(const Context& context, OriginId at) {
  while (at != kNowhere && context.origins[at].why == OriginCause::kDefault && context.origins[at].cause != kNowhere)
    at = context.origins[at].cause;
  return at;
}

bool is_reported(const Context& context, OriginId at) {
  if (at == kNowhere) return false;
  const Origin& o = context.origins[at];
  for (const Diagnostic& d : context.diags.all()) {
    if (d.at == at) return true;
    const Origin& other = context.origins[d.at];
    if (d.at != kNowhere && other.source == o.source && other.begin == o.begin && other.end == o.end) return true;
  }
  return false;
}

OriginId key_at(const Value& node, std::string_view key) {
  const Member* m = node.find_member(key);
  if (!m) return node.at();
  return m->key_at != kNowhere ? m->key_at : m->value.at() != kNowhere ? m->value.at() : node.at();
}

std::string_view entry(const Value* map, std::string_view key, bool* found) {
  const Value* v = map ? map->find(key) : nullptr;
  if (found) *found = v != nullptr;
  return v ? v->as_string() : std::string_view();
}

void verify_spec(Context& context, const PodCliqueSet& set, const Value& metadata, const Environment& environment,
                 Operation operation) {
  SpecView v{context, set, environment, operation};
  for (const Clique& c : set.cliques) v.names_known &= !is_blank_text(c.name);
  verify_metadata(v, metadata);
  if (set.cliques.empty()) {
    // Upstream crashes here: its rule on scheduler names takes the first clique.
    context.diags.report(set.template_ ? key_at(*set.template_, "cliques") : set.at("spec"), diag::NoCliques)
        .path("spec.template.cliques");
    return;
  }
  verify_sharing(v);
  verify_names(v);
  verify_counts(v);
  verify_startup(v);
  verify_groups(v);
  verify_pods(v);
  if (v.is_create()) {
    verify_topology(v);
    verify_mnnvl(v);
  }
  verify_schedulers(v);
  warn_keys(v);
}

}  // namespace grovec::passes

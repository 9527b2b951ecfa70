#include "passes/places.h"

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

bool is_reported(const Context& context, OriginId at) { return context.diags.is_reported(context.origins, at); }

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

}  // namespace grovec::passes

#include "frontend/dsl/convert/parts.h"

#include "frontend/dsl/convert/convert.h"

namespace grovec::frontend::dsl {

bool leave_out(Arena& arena, ir::Value& root, const ir::Value* part) {
  for (const ir::Member& m : root.members()) {
    ir::Value inner = m.value;
    const bool is_it = &m.value == part;
    if (!is_it && !leave_out(arena, inner, part)) continue;
    ir::MappingBuilder out(arena, root);
    if (is_it)
      out.remove(m.key);
    else
      out.set(m.key, inner, m.key_at);
    root = out.build(root.at());
    return true;
  }
  const std::span<const ir::Value> items = root.items();
  for (std::size_t i = 0; i < items.size(); ++i) {
    ir::Value inner = items[i];
    const bool is_it = &items[i] == part;
    if (!is_it && !leave_out(arena, inner, part)) continue;
    std::vector<ir::Value> rest(items.begin(), items.end());
    if (is_it)
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    else
      rest[i] = inner;
    root = ir::make_sequence(arena, rest, root.at());
    return true;
  }
  return false;
}

const ir::Member* unknown_field(const ir::Value& v, FieldPlace place) {
  const bool is_struct = place.kind() == schemas::TypeKind::kStruct;
  for (const ir::Member& m : v.members()) {
    if (is_struct && !schemas::find_field(schemas::type(place.type), m.key)) return &m;
    if (const ir::Member* found = unknown_field(m.value, place.member(m.key))) return found;
  }
  for (const ir::Value& item : v.items())
    if (const ir::Member* found = unknown_field(item, place.element())) return found;
  return nullptr;
}

}  // namespace grovec::frontend::dsl

namespace grovec::frontend {

bool drop_server_fields(Arena& arena, ir::Value& set) {
  const ir::Value& metadata = set["metadata"];
  if (!metadata.is_mapping()) return false;
  ir::MappingBuilder kept(arena, metadata);
  bool any = false;
  for (const char* field : {"creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "generation",
                            "managedFields", "resourceVersion", "selfLink", "uid"}) {
    if (!metadata.find(field)) continue;
    kept.remove(field);
    any = true;
  }
  // Grove's own finalizer, and what kubectl remembers.
  constexpr std::string_view kApplied = "kubectl.kubernetes.io/last-applied-configuration";
  if (const ir::Value& annotations = metadata["annotations"]; annotations.find(kApplied)) {
    any = true;
    if (annotations.size() == 1)
      kept.remove("annotations");
    else
      kept.set("annotations", ir::MappingBuilder(arena, annotations).remove(kApplied).build(annotations.at()),
               metadata.find_member("annotations")->key_at);
  }
  const std::span<const ir::Value> finalizers = metadata["finalizers"].items();
  if (any && finalizers.size() == 1 && finalizers[0].as_string() == "grove.io/podcliqueset.grove.io")
    kept.remove("finalizers");
  ir::MappingBuilder out(arena, set);
  if (set.find("status")) {
    out.remove("status");
    any = true;
  }
  if (!any) return false;
  out.set("metadata", kept.build(metadata.at()), set.find_member("metadata")->key_at);
  set = out.build(set.at());
  return true;
}

}  // namespace grovec::frontend

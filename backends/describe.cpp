#include "backends/describe.h"

namespace grovec::backends {

using namespace ir;

Value object(Arena& a, std::initializer_list<Entry> entries) {
  MappingBuilder b(a);
  for (const Entry& e : entries) b.set(e.key, e.value);
  return b.build();
}

Value texts(Arena& a, std::initializer_list<std::string_view> items) {
  std::vector<Value> values;
  for (std::string_view s : items) values.push_back(text(s));
  return make_sequence(a, values);
}

Value list(Arena& a, std::initializer_list<Value> items) {
  return make_sequence(a, std::span<const Value>(items.begin(), items.size()));
}

Value index_text(Arena& a, Hole hole) { return pattern(a, {hole}); }

Value merge(Arena& a, const Value& base, std::initializer_list<Entry> entries) {
  MappingBuilder b(a, base);
  for (const Entry& e : entries) b.set(e.key, e.value);
  return b.build();
}

Value default_labels(Arena& a, std::string_view set) {
  return object(a, {{keys::kManagedBy, text(keys::kOperator)}, {keys::kPartOf, text(set)}});
}

namespace {

Value owner_references(Arena& a, const Owner& owner) {
  const KindInfo& info = info_of(owner.kind);
  return list(a, {object(a, {{"apiVersion", text(info.api_version)},
                             {"blockOwnerDeletion", Value::boolean(true)},
                             {"controller", Value::boolean(true)},
                             {"kind", text(info.kind)},
                             {"name", owner.name},
                             {"uid", text("")}})});
}

}  // namespace

Value metadata(Arena& a, const Metadata& m, const DescribeOptions& options) {
  MappingBuilder b(a);
  b.set("name", m.name);
  if (!m.generate_name.is_null()) b.set("generateName", m.generate_name);
  if (!m.namespace_.empty()) b.set("namespace", text(m.namespace_));
  if (m.labels.size() > 0) b.set("labels", m.labels);
  if (m.annotations.size() > 0) b.set("annotations", m.annotations);
  if (!m.finalizer.empty()) b.set("finalizers", texts(a, {m.finalizer}));
  if (m.owner && options.owner_references) b.set("ownerReferences", owner_references(a, *m.owner));
  return b.build();
}

Value manifest(Arena& a, ObjectKind kind, Value metadata, std::initializer_list<Entry> rest) {
  const KindInfo& info = info_of(kind);
  MappingBuilder b(a);
  b.set("apiVersion", text(info.api_version)).set("kind", text(info.kind)).set("metadata", metadata);
  for (const Entry& e : rest) b.set(e.key, e.value);
  return b.build();
}

}  // namespace grovec::backends

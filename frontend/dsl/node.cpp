#include "frontend/dsl/node.h"

#include <algorithm>

#include "ir/base/edit_distance.h"
#include "ir/value/resolve.h"

namespace grovec::frontend::dsl {

namespace {
constexpr std::size_t kIndexFrom = 12;

std::string_view scalar_text(const ir::Value& v, Arena& arena) {
  if (v.kind() == ir::ValueKind::kString) return v.as_string();
  if (v.kind() == ir::ValueKind::kInt) return arena.copy(std::string_view(std::to_string(v.as_int())));
  return {};
}
}  // namespace

SetPlaces::SetPlaces() {
  const FieldPlace root{schemas::root(schemas::Root::kPodCliqueSet), 0};
  metadata = root.member("metadata");
  spec = root.member("spec");
  set_template = spec.member("template");
  clique = set_template.member("cliques").element();
  clique_spec = clique.member("spec");
  pod_spec = clique_spec.member("podSpec");
  container = pod_spec.member("containers").element();
  group = set_template.member("podCliqueScalingGroups").element();
}

bool is_resource_word(std::string_view key) {
  return key == "cpu" || key == "memory" || key == "gpu" || key == "ephemeral-storage" ||
         key.starts_with("hugepages-") || key.find('/') != std::string_view::npos;
}

std::string_view scalar_field(std::string_view element) {
  if (element == "v1.EnvVar") return "value";
  if (element == "v1.VolumeMount" || element == "v1.VolumeDevice") return "name";
  if (element == "v1.PodResourceClaim") return "resourceClaimTemplateName";
  if (element == "v1.ResourceClaim") return "request";
  if (element == "v1.HostAlias") return "hostnames";
  return {};
}

ir::Value bare_value(std::string_view text, FieldPlace place, OriginId at) {
  if (text == "null") return ir::Value::null(at);
  const ir::Value as_text = ir::Value::string(text, at);
  const schemas::TypeKind kind = place.kind();
  if (kind == schemas::TypeKind::kString || kind == schemas::TypeKind::kDuration || kind == schemas::TypeKind::kTime)
    return as_text;
  const ir::Scalar s = ir::resolve_scalar(text);
  switch (s.type) {
    case ir::ScalarType::kBool:
      return s.is_short_bool ? as_text : ir::Value::boolean(s.boolean, at);
    case ir::ScalarType::kInt:
      return ir::Value::integer(s.integer, at);
    case ir::ScalarType::kFloat:
      return ir::Value::real(s.real, at);
    default:
      return as_text;
  }
}

FieldPlace FieldPlace::element() const {
  return kind() == schemas::TypeKind::kList || kind() == schemas::TypeKind::kMap
             ? (type == schemas::TypeId{0} ? FieldPlace{} : FieldPlace{schemas::type(type).element, 0})
             : FieldPlace{};
}

FieldPlace FieldPlace::member(std::string_view name) const {
  if (kind() == schemas::TypeKind::kMap) return element();
  if (kind() != schemas::TypeKind::kStruct) return {};
  const schemas::Type& t = schemas::type(type);
  const schemas::Field* field = schemas::find_field(t, name);
  if (field == nullptr) {
    // A slip in a name, which check-decode reports: what follows has the type that was meant.
    std::vector<std::string_view> names;
    for (const schemas::Key& k : schemas::keys_of(t)) names.push_back(k.json_name);
    if (const std::string_view near = nearest_name(name, names); !near.empty()) field = schemas::find_field(t, near);
  }
  return field ? FieldPlace{field->type, field->constraint} : FieldPlace{};
}

Draft* Draft::find(std::string_view key) const {
  if (kind != Kind::kMap) return nullptr;
  if (index) {
    auto it = index->find(key);
    return it == index->end() ? nullptr : entries[it->second].node;
  }
  for (const Entry& e : entries)
    if (e.key == key) return e.node;
  return nullptr;
}

Draft& NodePool::make(FieldPlace place) {
  Draft& node = nodes_.emplace_back();
  node.place = place;
  return node;
}

Draft& NodePool::member(Draft& node, std::string_view key, OriginId key_at) {
  become(node, Draft::Kind::kMap, key_at);
  if (Draft* found = node.find(key)) return *found;
  Draft& child = make(node.place.member(key));
  node.entries.push_back({key, key_at, &child});
  if (node.index) {
    node.index->emplace(key, node.entries.size() - 1);
  } else if (node.entries.size() > kIndexFrom) {
    node.index = std::make_unique<Draft::Index>();
    for (std::size_t i = 0; i < node.entries.size(); ++i) node.index->emplace(node.entries[i].key, i);
  }
  return child;
}

Draft* NodePool::find_item(Draft& list, std::string_view key) {
  if (list.kind != Draft::Kind::kList || key.empty()) return nullptr;
  if (!list.index) {
    list.index = std::make_unique<Draft::Index>();
    for (std::size_t i = 0; i < list.items.size(); ++i)
      list.index->emplace(key_of(*list.items[i], list.place.map_keys()), i);
  }
  auto it = list.index->find(key);
  return it == list.index->end() ? nullptr : list.items[it->second];
}

void NodePool::add_item(Draft& list, Draft& item, std::string_view key) {
  list.items.push_back(&item);
  if (list.index && !key.empty()) list.index->emplace(key, list.items.size() - 1);
}

std::string_view NodePool::key_of(const Draft& item, std::span<const std::string_view> map_keys) {
  std::string text;
  for (std::size_t i = 0; i < map_keys.size(); ++i) {
    const Draft* part = item.find(map_keys[i]);
    std::string_view value =
        part && part->kind == Draft::Kind::kScalar ? scalar_text(part->scalar, context_.arena) : "";
    if (value.empty() && i == 0) return {};
    if (value.empty() && map_keys[i] == "protocol") value = "TCP";
    if (map_keys.size() == 1) return value;
    text.append(i ? "/" : "").append(value);
  }
  return context_.arena.copy(std::string_view(text));
}

void NodePool::become(Draft& node, Draft::Kind kind, OriginId at) {
  if (node.kind == kind) return;
  node.at = node.kind == Draft::Kind::kUnset ? at : overriding(at, origin(node));
  node.kind = kind;
  node.items.clear();
  node.entries.clear();
  node.index.reset();
}

OriginId NodePool::origin(const Draft& node) { return node.kind == Draft::Kind::kScalar ? node.scalar.at() : node.at; }

OriginId NodePool::with_cause(OriginId at, OriginCause why, OriginId cause) {
  if (cause == kNowhere || at == cause) return at;
  if (at == kNowhere) return context_.origins.chain(cause, why, cause);
  const Origin& o = context_.origins[at];
  if (o.cause == kNowhere) return context_.origins.chain(at, why, cause);
  // Values that were replaced may form long chains; links of mixins and arguments are as few as those nest.
  if (o.why == OriginCause::kOverride) return at;
  const OriginCause first = o.why;
  const OriginId rest = o.cause;
  return context_.origins.chain(at, first, with_cause(rest, why, cause));
}

OriginId NodePool::overriding(OriginId fresh, OriginId old) { return with_cause(fresh, OriginCause::kOverride, old); }

void NodePool::set_scalar(Draft& node, const ir::Value& value) {
  ir::Value v = value;
  if (node.kind != Draft::Kind::kUnset) v = v.with_origin(overriding(v.at(), origin(node)));
  node.kind = Draft::Kind::kScalar;
  node.scalar = v;
  node.items.clear();
  node.entries.clear();
  node.index.reset();
}

// Why lists do not simply replace: one with keys (containers, volumes, env) is a table, and whoever writes one row of
// it, in a mixin or an `env`, means that row. The tables of the API say which lists these are. Lists without keys
// (command, args) have an order that only their writer knows, so they replace.
void NodePool::merge(Draft& into, Draft& from) {
  into.incomplete |= from.incomplete;
  into.lacks_items |= from.lacks_items;
  switch (from.kind) {
    case Draft::Kind::kUnset:
      return;
    case Draft::Kind::kScalar:
      set_scalar(into, from.scalar);
      return;
    case Draft::Kind::kMap:
      become(into, Draft::Kind::kMap, from.at);
      for (const Draft::Entry& e : from.entries) merge(member(into, e.key, e.key_at), *e.node);
      return;
    case Draft::Kind::kList: {
      const auto keys = into.place.map_keys();
      if (keys.empty() || into.kind != Draft::Kind::kList) {
        const OriginId at = into.kind == Draft::Kind::kUnset ? from.at : overriding(from.at, origin(into));
        into.kind = Draft::Kind::kList;
        into.at = at;
        into.items = from.items;
        into.entries.clear();
        into.index.reset();
        return;
      }
      for (Draft* item : from.items) {
        std::string_view key = key_of(*item, keys);
        if (Draft* found = find_item(into, key))
          merge(*found, *item);
        else
          add_item(into, *item, key);
      }
      return;
    }
  }
}

ir::Value NodePool::to_value(const Draft& node) const {
  switch (node.kind) {
    case Draft::Kind::kUnset:
      return ir::Value::null(node.at);
    case Draft::Kind::kScalar:
      return node.scalar;
    case Draft::Kind::kList: {
      std::vector<ir::Value> items;
      items.reserve(node.items.size());
      for (const Draft* item : node.items) items.push_back(to_value(*item));
      return ir::make_sequence(context_.arena, items, node.at);
    }
    case Draft::Kind::kMap: {
      // `name: null` means "not set": for fields the member goes, for maps a null is content.
      const bool is_struct = node.place.kind() == schemas::TypeKind::kStruct;
      std::vector<ir::Member> members;
      members.reserve(node.entries.size());
      for (const Draft::Entry& e : node.entries)
        if (e.node->kind != Draft::Kind::kUnset && !(is_struct && e.node->is_null()))
          members.push_back({e.key, e.key_at, to_value(*e.node)});
      std::sort(members.begin(), members.end(), [](const ir::Member& a, const ir::Member& b) { return a.key < b.key; });
      return ir::Value::mapping(context_.arena.copy(std::span<const ir::Member>(members)), node.at);
    }
  }
  return {};
}

namespace {
void add_incomplete(const Draft& node, const std::string& path, std::vector<std::string>& out) {
  if (node.incomplete) out.push_back(path);
  if (node.lacks_items) out.push_back(path + "[]");
  for (std::size_t i = 0; i < node.items.size(); ++i)
    add_incomplete(*node.items[i], path + '[' + std::to_string(i) + ']', out);
  for (const Draft::Entry& e : node.entries)
    add_incomplete(*e.node, path.empty() ? std::string(e.key) : path + '.' + std::string(e.key), out);
}
}  // namespace

std::vector<std::string> NodePool::incomplete_places(const Draft& node) {
  std::vector<std::string> out;
  add_incomplete(node, {}, out);
  return out;
}

}  // namespace grovec::frontend::dsl

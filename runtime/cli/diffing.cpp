#include "runtime/cli/diffing.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "ir/value/writer.h"

namespace grovec::cli {

using namespace ir;
using diff::FieldChange;
using diff::Side;

std::string_view name_of(DiffAction action) {
  constexpr std::string_view kNames[] = {"added", "removed", "changed"};
  return kNames[static_cast<std::size_t>(action)];
}

namespace {

constexpr std::string_view kMasked = "(masked)", kMaskedOther = "(masked, another value)";
constexpr std::string_view kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";
constexpr std::string_view kLastAppliedPath =
    "metadata.annotations[\"kubectl.kubernetes.io/last-applied-configuration\"]";

// An object of one of the inputs.
struct Object {
  std::string_view api_version, kind, namespace_;
  std::string name;
  Side side;
  const Context* context = nullptr;
};

std::string_view group_of(std::string_view api_version) {
  const std::size_t slash = api_version.find('/');
  return slash == std::string_view::npos ? std::string_view() : api_version.substr(0, slash);
}

// Without what the API server adds and nobody writes. The namespace is part of the identity and may be left out.
Value without_noise(Arena& a, const Value& object) {
  MappingBuilder out(a, object);
  out.remove("status");
  const Value& meta = object["metadata"];
  if (!meta.is_mapping()) return out.build(object.at());
  MappingBuilder metadata(a, meta);
  for (std::string_view key :
       {"managedFields", "uid", "resourceVersion", "generation", "creationTimestamp", "selfLink", "namespace"})
    metadata.remove(key);
  if (const Value& annotations = meta["annotations"]; annotations.is_mapping())
    metadata.set("annotations", MappingBuilder(a, annotations).remove(kLastApplied).build(annotations.at()));
  return out.set("metadata", metadata.build(meta.at())).build(object.at());
}

Value masked_map(Arena& a, const Value& map, const Value& other) {
  if (!map.is_mapping()) return map.is_null() ? map : Value::string(kMasked, map.at());
  MappingBuilder out(a);
  for (const Member& m : map.members()) {
    const Value* theirs = other.find(m.key);
    const bool differs = theirs && !equal(m.value, *theirs);
    out.set(m.key, Value::string(differs ? kMaskedOther : kMasked, m.value.at()));
  }
  return out.build(map.at());
}

Value masked_secret(Arena& a, const Value& secret, const Value& other, bool is_new) {
  MappingBuilder out(a, secret);
  for (std::string_view key : {"data", "stringData"})
    if (const Value* map = secret.find(key)) out.set(key, masked_map(a, *map, is_new ? other[key] : Value::null()));
  return out.build(secret.at());
}

bool is_secret(const Object& o) { return o.kind == "Secret" && group_of(o.api_version).empty(); }

// Everything that makes a difference look like another one: nodes of the descriptions, not texts.
void append_key(const void* pointer, std::string& key) {
  key.append(reinterpret_cast<const char*>(&pointer), sizeof pointer);
}
void append_count(const Side& s, std::string& key) {
  if (s.value && s.value->kind() == ValueKind::kCount)
    key += std::to_string(s.counter->count(s.value->as_count(), s.instance)) + ';';
}

class Comparison {
 public:
  Comparison(const DiffRequest& request, Differences& out) : request_(request), out_(out) {}

  void both(const Object& a, const Object& b) {
    Side x = a.side, y = b.side;
    Value left, right;
    if (is_secret(b) && !x.counter && !y.counter) {
      left = masked_secret(out_.arena, *x.value, *y.value, false);
      right = masked_secret(out_.arena, *y.value, *x.value, true);
      x.value = keep(left), y.value = keep(right);
    }
    if (diff::same(x, y, diff::Scope::kWhole)) return;
    std::vector<FieldChange> changes = diff::folded(diff::field_changes(x, y));
    // PodGangs mirror it from the set.
    std::erase_if(changes, [](const FieldChange& c) { return c.path == kLastAppliedPath; });
    if (changes.empty()) return;
    ++out_.changed;
    std::string key = start_of_key('~', a.side.value, b.side.value);
    for (const FieldChange& c : changes) {
      append_key(c.before.value, key);
      append_key(c.after.value, key);
      append_count(c.before, key);
      append_count(c.after, key);
      key += std::to_string(c.times) + (c.moved ? "m" : "c");
    }
    add(DiffAction::kChanged, b, std::move(key), [&](ObjectDifference& d) {
      d.changes = std::move(changes);
      d.before = a.context;
    });
  }
  void added(const Object& o) {
    ++out_.added;
    add(DiffAction::kAdded, o, start_of_key('+', nullptr, o.side.value), [](ObjectDifference&) {});
  }
  void removed(const Object& o) {
    ++out_.removed;
    add(DiffAction::kRemoved, o, start_of_key('-', o.side.value, nullptr), [](ObjectDifference&) {});
  }
  const Value* keep(const Value& v) { return &(out_.arena.array<Value>(1)[0] = v); }

 private:
  static std::string start_of_key(char action, const Value* a, const Value* b) {
    std::string key(1, action);
    append_key(a, key);
    append_key(b, key);
    return key;
  }
  template <class F>
  void add(DiffAction action, const Object& o, std::string key, F&& fill) {
    if (request_.fold) {
      auto [found, is_new] = places_.try_emplace(std::move(key), out_.objects.size());
      if (!is_new) {
        ObjectDifference& first = out_.objects[found->second];
        first.last_name = o.name;
        ++first.count;
        return;
      }
    }
    ObjectDifference d;
    d.action = action;
    d.api_version = o.api_version;
    d.kind = o.kind;
    d.namespace_ = o.namespace_;
    d.name = d.last_name = o.name;
    d.after = o.context;
    d.at = o.side.value->at();
    fill(d);
    out_.objects.push_back(std::move(d));
  }

  const DiffRequest& request_;
  Differences& out_;
  std::unordered_map<std::string, std::size_t> places_;
};

Object plain_object(const Value& tree, const Value* kept, const Context* context) {
  const Value& meta = tree["metadata"];
  return {tree["apiVersion"].as_string(),
          tree["kind"].as_string(),
          meta["namespace"].as_string(),
          std::string(meta["name"].as_string()),
          Side{kept},
          context};
}

// Objects that are printed as they were read, by identity; the second of one identity is another one.
std::map<std::string, Object> plain_objects(const driver::Compilation& c, std::string_view default_namespace,
                                            Comparison& comparison, Arena& arena, std::vector<std::string>& order) {
  std::map<std::string, Object> out;
  auto add = [&](const Value& tree, const Context& context) {
    Object o = plain_object(tree, comparison.keep(without_noise(arena, tree)), &context);
    std::string key = std::string(group_of(o.api_version)) + '\n' + std::string(o.kind) + '\n' +
                      std::string(o.namespace_.empty() ? default_namespace : o.namespace_) + '\n' + o.name + '\n';
    std::size_t n = 0;
    while (out.contains(key + std::to_string(n))) ++n;
    key += std::to_string(n);
    order.push_back(key);
    out.emplace(std::move(key), std::move(o));
  };
  for (const driver::LoadedDocument& d : c.foreign) add(d.document.root, *d.context);
  for (const Value& topology : c.topologies) add(topology, c.context);
  return out;
}

Object object_of(const driver::CompiledSet& set, const Description& d, const Instance& n) {
  const KindInfo& info = info_of(d.kind);
  return {info.api_version,
          info.kind,
          info.is_namespaced ? std::string_view(set.module.spec.namespace_) : "",
          name_text(d.name, n),
          Side{&d.tree, &set.world, n},
          &set.module.context};
}

// The finalizer is the operator's.
Object set_object(const driver::CompiledSet& set, Comparison& comparison, Arena& arena) {
  const passes::Module& m = set.module;
  const Value plain = without_noise(arena, m.defaulted);
  MappingBuilder out(arena, plain);
  out.set("metadata", MappingBuilder(arena, plain["metadata"]).remove("finalizers").build(plain["metadata"].at()));
  Object o{"grove.io/v1alpha1", "PodCliqueSet", m.spec.namespace_, std::string(m.spec.name), {}, &m.context};
  o.side.value = comparison.keep(out.build(m.defaulted.at()));
  return o;
}

std::optional<Object> find(const driver::CompiledSet& set, ObjectKind kind, std::string_view name) {
  const auto ref = set.directory->find_first(set.world, kind, name);
  if (!ref || !ref->description) return std::nullopt;
  return object_of(set, set.plan.descriptions[*ref->description], ref->instance);
}

// Either may be null.
void compare_sets(const driver::CompiledSet* a, const driver::CompiledSet* b, bool with_pods, Comparison& comparison,
                  Arena& arena) {
  if (b) {
    if (a)
      comparison.both(set_object(*a, comparison, arena), set_object(*b, comparison, arena));
    else
      comparison.added(set_object(*b, comparison, arena));
    enumerate(b->plan, b->world, [&](const Description& d, const Instance& n) {
      if (!with_pods && d.kind == ObjectKind::kPod) return true;
      const Object o = object_of(*b, d, n);
      if (const auto old = a ? find(*a, d.kind, o.name) : std::nullopt)
        comparison.both(*old, o);
      else
        comparison.added(o);
      return true;
    });
  }
  if (!a) return;
  if (!b) comparison.removed(set_object(*a, comparison, arena));
  enumerate(a->plan, a->world, [&](const Description& d, const Instance& n) {
    if (!with_pods && d.kind == ObjectKind::kPod) return true;
    const Object o = object_of(*a, d, n);
    if (!b || !find(*b, d.kind, o.name)) comparison.removed(o);
    return true;
  });
}

}  // namespace

void compare(const driver::Compilation& a, const driver::Compilation& b, const DiffRequest& request, Differences& out) {
  Comparison comparison(request, out);
  std::vector<std::string> old_order, new_order;
  const auto before = plain_objects(a, request.default_namespace, comparison, out.arena, old_order);
  const auto after = plain_objects(b, request.default_namespace, comparison, out.arena, new_order);
  for (const std::string& key : new_order) {
    const auto old = before.find(key);
    if (old == before.end())
      comparison.added(after.at(key));
    else
      comparison.both(old->second, after.at(key));
  }
  for (const std::string& key : old_order)
    if (!after.contains(key)) comparison.removed(before.at(key));

  using Key = std::pair<std::string_view, std::string_view>;
  std::map<Key, std::pair<const driver::CompiledSet*, const driver::CompiledSet*>> sets;
  for (const auto& set : a.sets) sets[{set->module.spec.namespace_, set->module.spec.name}].first = set.get();
  for (const auto& set : b.sets) sets[{set->module.spec.namespace_, set->module.spec.name}].second = set.get();
  for (const auto& [key, pair] : sets) compare_sets(pair.first, pair.second, request.with_pods, comparison, out.arena);
}

void compare_object(const Value* before, const Context* old_context, const Value& after, const Context* new_context,
                    Differences& out) {
  const DiffRequest request{.fold = false};
  Comparison comparison(request, out);
  const auto object = [&](const Value& tree, const Context* context) {
    return plain_object(tree, comparison.keep(without_noise(out.arena, tree)), context);
  };
  const Object next = object(after, new_context);
  if (before)
    comparison.both(object(*before, old_context), next);
  else
    comparison.added(next);
}

Value value_of(const Side& side, Arena& arena) {
  static const struct NoCounter final : Counter {
    std::uint32_t count(const CountHole& hole, const Instance&) const override { return hole.index; }
  } kNone;
  return instantiate(*side.value, side.instance, side.counter ? *side.counter : kNone, arena);
}

}  // namespace grovec::cli

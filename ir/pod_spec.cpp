#include "ir/pod_spec.h"

#include "ir/labels.h"
#include "ir/quantity.h"

namespace grovec::ir {

namespace {

constexpr std::string_view kContainerLists[] = {"containers", "initContainers"};

Value copy_list(Arena& arena, const std::vector<Value>& items, OriginId at) {
  return make_sequence(arena, std::span<const Value>(items), at);
}

bool is_non_zero(const Value& amount) {
  if (amount.is_int()) return amount.as_int() != 0;
  std::optional<Quantity> q = parse_quantity(amount.as_string());
  return q && !is_zero(*q);
}

}  // namespace

Value change_containers(Arena& arena, const Value& pod_spec, const std::function<Value(const Value&)>& change) {
  MappingBuilder out(arena, pod_spec);
  for (std::string_view field : kContainerLists) {
    const Member* list = pod_spec.find_member(field);
    if (!list || !list->value.is_sequence()) continue;
    std::vector<Value> items;
    for (const Value& container : list->value.items()) items.push_back(change(container));
    out.set(field, copy_list(arena, items, list->value.at()), list->key_at);
  }
  return out.build(pod_spec.at());
}

Value prepend_env(Arena& arena, const Value& pod_spec, std::span<const Value> vars) {
  auto is_injected = [&](std::string_view name) {
    for (const Value& v : vars)
      if (v["name"].as_string() == name) return true;
    return false;
  };
  return change_containers(arena, pod_spec, [&](const Value& container) {
    const Value& old = container["env"];
    std::vector<Value> env(vars.begin(), vars.end());
    for (const Value& v : old.items())
      if (!is_injected(v["name"].as_string())) env.push_back(v);
    return MappingBuilder(arena, container).set("env", copy_list(arena, env, old.at())).build(container.at());
  });
}

Value env_literal(Arena& arena, std::string_view name, Value value) {
  return make_mapping(arena, {{"name", kNowhere, Value::string(name)}, {"value", kNowhere, value}});
}

Value env_from_label(Arena& arena, std::string_view name, std::string_view label) {
  Value path = Value::string(concat(arena, {"metadata.labels['", label, "']"}));
  Value field = make_mapping(arena, {{"fieldPath", kNowhere, path}});
  Value from = make_mapping(arena, {{"fieldRef", kNowhere, field}});
  return make_mapping(arena, {{"name", kNowhere, Value::string(name)}, {"valueFrom", kNowhere, from}});
}

bool container_requests_gpu(const Value& container) {
  const Value& resources = container["resources"];
  return is_non_zero(resources["limits"][keys::kGpuResource]) || is_non_zero(resources["requests"][keys::kGpuResource]);
}

bool requests_gpu(const Value& pod_spec) {
  for (std::string_view field : kContainerLists)
    for (const Value& container : pod_spec[field].items())
      if (container_requests_gpu(container)) return true;
  return false;
}

Value append_to(Arena& arena, const Value& node, std::string_view field, std::span<const Value> items) {
  const Value& old = node[field];
  std::vector<Value> all(old.items().begin(), old.items().end());
  all.insert(all.end(), items.begin(), items.end());
  return MappingBuilder(arena, node).set(field, copy_list(arena, all, old.at())).build(node.at());
}

Value add_container_claim(Arena& arena, const Value& container, const Value& claim_name) {
  const Value claim = make_mapping(arena, {{"name", kNowhere, claim_name}});
  Value resources = append_to(arena, container["resources"], "claims", std::span(&claim, 1));
  return MappingBuilder(arena, container).set("resources", resources).build(container.at());
}

}  // namespace grovec::ir

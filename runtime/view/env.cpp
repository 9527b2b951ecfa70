#include "runtime/view/env.h"

#include "ir/names.h"
#include "ir/value/writer.h"

namespace grovec::driver {

using namespace ir;

namespace {

// `metadata.labels['key']` and `metadata.annotations['key']`: the key, or nothing.
std::optional<std::string_view> subscript(std::string_view path, std::string_view map) {
  if (!path.starts_with(map)) return std::nullopt;
  path.remove_prefix(map.size());
  if (!path.starts_with("['") || !path.ends_with("']") || path.size() < 4) return std::nullopt;
  return path.substr(2, path.size() - 4);
}

Variable from_field(std::string name, const Value& pod, std::string_view path) {
  const Value& meta = pod["metadata"];
  auto known = [&](std::string_view text) { return Variable{std::move(name), std::string(text), true}; };
  if (path == "metadata.name") return known(meta["name"].as_string());
  if (path == "metadata.namespace") return known(meta["namespace"].as_string());
  if (auto key = subscript(path, "metadata.labels")) return known(meta["labels"][*key].as_string());
  if (auto key = subscript(path, "metadata.annotations")) return known(meta["annotations"][*key].as_string());
  if (path == "spec.serviceAccountName") {
    const std::string_view account = pod["spec"]["serviceAccountName"].as_string();
    return known(account.empty() ? "default" : account);
  }
  return {std::move(name), "field " + std::string(path), false};
}

Variable from_source(std::string name, const Value& pod, const Value& source) {
  if (const Value* field = source.find("fieldRef"))
    return from_field(std::move(name), pod, (*field)["fieldPath"].as_string());
  auto key_of = [&](std::string_view what, const Value& v) {
    return Variable{
        std::move(name),
        std::string(what) + " " + std::string(v["name"].as_string()) + ", key " + std::string(v["key"].as_string()),
        false};
  };
  if (const Value* v = source.find("secretKeyRef")) return key_of("secret", *v);
  if (const Value* v = source.find("configMapKeyRef")) return key_of("config map", *v);
  if (const Value* v = source.find("resourceFieldRef"))
    return {std::move(name), "resource " + std::string((*v)["resource"].as_string()), false};
  if (const Value* v = source.find("fileKeyRef"))
    return {std::move(name),
            "file " + std::string((*v)["path"].as_string()) + ", key " + std::string((*v)["key"].as_string()), false};
  return {std::move(name), "nowhere", false};
}

// `$(NAME)` becomes the value of an earlier variable, `$$(NAME)` the text `$(NAME)`; anything else stays.
std::string expand(std::string_view text, const std::vector<Variable>& earlier) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '$' || at + 1 == text.size()) {
      out += text[at];
      continue;
    }
    if (text[at + 1] == '$') {
      out += '$';
      ++at;
      continue;
    }
    const std::size_t end = text[at + 1] == '(' ? text.find(')', at) : std::string_view::npos;
    if (end == std::string_view::npos) {
      out += '$';
      continue;
    }
    const std::string_view name = text.substr(at + 2, end - at - 2);
    const Variable* found = nullptr;
    for (const Variable& v : earlier)
      if (v.name == name) found = &v;
    if (!found)
      out += text.substr(at, end + 1 - at);
    else
      out += found->is_known ? found->value : "<" + found->value + ">";
    at = end;
  }
  return out;
}

ContainerEnv container_env(const Value& pod, const Value& container, bool is_init) {
  ContainerEnv out{std::string(container["name"].as_string()), is_init, {}, {}};
  for (const Value& import : container["envFrom"].items()) {
    const Value* secret = import.find("secretRef");
    const Value* map = import.find("configMapRef");
    const std::string_view prefix = import["prefix"].as_string();
    std::string text = secret ? "secret " + std::string((*secret)["name"].as_string())
                       : map  ? "config map " + std::string((*map)["name"].as_string())
                              : "nowhere";
    if (!prefix.empty()) text += ", prefix " + std::string(prefix);
    out.imports.push_back(std::move(text));
  }
  for (const Value& v : container["env"].items()) {
    std::string name(v["name"].as_string());
    Variable made = v.find("valueFrom") ? from_source(name, pod, v["valueFrom"])
                                        : Variable{name, expand(v["value"].as_string(), out.variables), true};
    out.variables.push_back(std::move(made));
  }
  return out;
}

}  // namespace

std::string pod_address(const SetView& view, const PodKey& pod) {
  return view.host_name(pod.i, pod.j, pod.clique, pod.k) + "." + view.replica_name(pod.i) + "." +
         std::string(view.set().namespace_) + ".svc.cluster.local";
}

PodEnv pod_env(const CompiledSet& set, const SetView& view, const PodKey& key) {
  PodEnv out;
  out.name = view.pod_name(key.i, key.j, key.clique, key.k);
  out.host = view.host_name(key.i, key.j, key.clique, key.k);
  out.address = pod_address(view, key);
  const std::optional<GroupId> group = view.clique(key.clique).group;
  out.gang = group ? view.gang_name(key.i, *group, key.j) : view.base_gang_name(key.i);
  bool is_before = true;
  auto count = [&](CliqueId c) {
    const std::uint32_t pods = view.world().pods(key.i, key.j, c);
    is_before &= c != key.clique;
    if (is_before) out.rank += pods;
    out.size += pods;
  };
  if (group)
    for (CliqueId c : view.group(*group).cliques) count(c);
  else
    count(key.clique);
  out.rank += key.k;

  const std::optional<ObjectRef> ref = find_object(set.plan, view.world(), ObjectKind::kPod, out.name);
  if (!ref) return out;
  Arena arena;
  const Value pod = instantiate(set.plan.descriptions[ref->description].tree, ref->instance, view.world(), arena);
  for (const Value& c : pod["spec"]["initContainers"].items())
    if (c.find("env") || c.find("envFrom")) out.containers.push_back(container_env(pod, c, true));
  for (const Value& c : pod["spec"]["containers"].items()) out.containers.push_back(container_env(pod, c, false));
  return out;
}

std::optional<PodKey> find_pod(const SetView& view, const std::string& name) {
  Arena arena;
  const PodCliqueSet& set = view.set();
  for (std::size_t s = 0; s < set.cliques.size(); ++s) {
    const CliqueId c = set.cliques.id_at(s);
    const Clique& clique = set.cliques[c];
    const Value base = clique.group ? names::member_clique(arena, set.name, set.groups[*clique.group].name, clique.name)
                                    : names::standalone_clique(arena, set.name, clique.name);
    auto of_instance = [&](const Value& pattern, bool is_host) -> std::optional<PodKey> {
      const std::optional<Instance> n = match_name(pattern, name);
      if (!n || !view.world().population.has_clique(n->set_replica, n->group_replica, c)) return std::nullopt;
      const PodRange pods = view.world().pod_range(n->set_replica, n->group_replica, c);
      const std::optional<std::uint32_t> index = is_host ? std::optional(n->pod_index) : pods.index_of(n->pod_suffix);
      if (!index || !pods.suffix_of(*index)) return std::nullopt;
      return PodKey{n->set_replica, n->group_replica, c, *index};
    };
    if (auto found = of_instance(names::pod(arena, base), false)) return found;
    if (auto found = of_instance(names::host(arena, base), true)) return found;
  }
  return std::nullopt;
}

}  // namespace grovec::driver

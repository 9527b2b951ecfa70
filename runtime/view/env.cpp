#include "runtime/view/env.h"

#include <algorithm>

#include "ir/names.h"
#include "ir/value/writer.h"
#include "passes/lint/references.h"

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

// In a shell, `$(date)` runs a program: only what looks like a variable is one.
void note_unresolved(std::string_view text, const std::vector<Variable>& known, bool in_shell, ContainerEnv& out) {
  for (const passes::Reference& r : passes::kubelet_references(text)) {
    const std::string name(r.name);
    if (in_shell && !passes::is_upper_name(name)) continue;
    if (std::any_of(known.begin(), known.end(), [&](const Variable& v) { return v.name == name; })) continue;
    if (std::find(out.unresolved.begin(), out.unresolved.end(), name) == out.unresolved.end())
      out.unresolved.push_back(name);
  }
}

// What kubelet fills in besides the environment.
void fill_in(const Value& container, ContainerEnv& out) {
  const bool in_shell = passes::has_shell(container);
  auto words = [&](std::string_view list, std::vector<std::string>& to) {
    for (const Value& word : container[list].items()) {
      to.push_back(expand(word.as_string(), out.variables));
      note_unresolved(word.as_string(), out.variables, in_shell, out);
    }
  };
  words("command", out.command);
  words("args", out.args);
  for (const Value& mount : container["volumeMounts"].items()) {
    const Value* path = mount.find("subPathExpr");
    if (!path) continue;
    out.sub_paths.emplace_back(mount["mountPath"].as_string(), expand(path->as_string(), out.variables));
    note_unresolved(path->as_string(), out.variables, false, out);
  }
}

ContainerEnv container_env(const Value& pod, const Value& container, bool is_init) {
  ContainerEnv out;
  out.name = container["name"].as_string();
  out.is_init = is_init;
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
    if (!v.find("valueFrom")) note_unresolved(v["value"].as_string(), out.variables, false, out);
    Variable made = v.find("valueFrom") ? from_source(name, pod, v["valueFrom"])
                                        : Variable{name, expand(v["value"].as_string(), out.variables), true};
    out.variables.push_back(std::move(made));
  }
  fill_in(container, out);
  return out;
}

}  // namespace

std::string pod_address(const SetView& view, const PodKey& pod) {
  return view.names().pod_address(pod.i, pod.j, pod.clique, pod.k);
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

  const std::optional<ObjectPlace> ref = view.names().find_first(view.world(), ObjectKind::kPod, out.name);
  if (!ref) return out;
  Arena arena;
  const Value pod = instantiate(set.plan.descriptions[*ref->description].tree, ref->instance, view.world(), arena);
  for (const Value& c : pod["spec"]["initContainers"].items())
    if (c.find("env") || c.find("envFrom") || c.find("command") || c.find("args"))
      out.containers.push_back(container_env(pod, c, true));
  for (const Value& c : pod["spec"]["containers"].items()) out.containers.push_back(container_env(pod, c, false));
  return out;
}

std::vector<FoundPods> find_pods(const SetView& view, const std::string& name) {
  std::vector<FoundPods> out;
  const Population& population = view.world().population;
  auto add = [&](const ObjectPlace& at, bool is_one, bool is_live) {
    const Instance& n = at.instance;
    out.push_back({{n.set_replica, n.group_replica, *at.part.clique, n.pod_index}, is_one, is_live});
  };
  for (const ObjectPlace& pod : view.names().find(view.world(), ObjectKind::kPod, name)) add(pod, true, false);
  for (const ObjectPlace& pod : view.names().find_host(view.world(), name)) add(pod, true, false);
  for (const ObjectPlace& clique : view.names().find(view.world(), ObjectKind::kPodClique, name))
    add(clique, false, false);
  if (!out.empty()) return out;
  // A suffix that the upstream operator drew: some pod of this PodClique.
  for (const ObjectPlace& pod : view.names().match(ObjectKind::kPod, name))
    if (population.has_clique(pod.instance.set_replica, pod.instance.group_replica, *pod.part.clique))
      add(pod, false, true);
  return out;
}

}  // namespace grovec::driver

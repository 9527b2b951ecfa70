#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "frontend/dsl/convert/converter.h"
#include "frontend/dsl/syntax/text.h"

namespace grovec::frontend::dsl {

using ir::ValueKind;

std::vector<Statement> Converter::container_fields(const ir::Value& v, bool& flat) {
  std::vector<Statement> out;
  for (const ir::Member* m : ordered(v, places_.container)) {
    const std::uint32_t at = position(m->key_at);
    if (m->key == "name") continue;
    if (m->key == "resources") {
      resources(m->value, at, out, flat);
      continue;
    }
    for (FieldPlace outer : {places_.clique, places_.clique_spec, places_.pod_spec})
      if (schemas::find_field(schemas::type(outer.type), m->key)) flat = false;
    out.push_back(field(m->key, m->value, places_.container, at));
  }
  return out;
}

bool Converter::containers(const ir::Value& v, std::uint32_t at, CliqueDraft& out) {
  (void)at;
  std::unordered_set<std::string_view> names;
  if (v.kind() != ValueKind::kSequence || v.items().empty()) return false;
  for (const ir::Value& item : v.items()) {
    const ir::Value& name = item["name"];
    if (name.kind() != ValueKind::kString || !is_bare_word(name.as_string()) || !names.insert(name.as_string()).second)
      return false;
  }
  if (v.items().size() == 1) {
    out.has_single = out.flat = true;
    out.container = container_fields(v.items()[0], out.flat);
    const std::string_view name = v.items()[0]["name"].as_string();
    if (name != out.head.name.text) out.container_name = name;
    return true;
  }
  for (const ir::Value& item : v.items()) {
    Statement s = statement(StatementKind::kContainer, position(item.at()));
    s.name = word(item["name"].as_string());
    bool flat = true;
    s.block = block(container_fields(item, flat));
    if (s.block->statements.empty()) s.block.reset();
    out.pod.push_back(std::move(s));
  }
  return true;
}

void Converter::pod_spec(const ir::Value& pod, CliqueDraft& out) {
  for (const ir::Member* m : ordered(pod, places_.pod_spec)) {
    const std::uint32_t at = position(m->key_at);
    if (m->key == "containers" && containers(m->value, at, out)) continue;
    if (m->key == "tolerations")
      if (auto s = tolerations(m->value, at)) {
        out.pod.push_back(std::move(*s));
        continue;
      }
    if (m->key == "initContainers" && m->value.kind() == ValueKind::kSequence && !m->value.items().empty()) {
      std::vector<Statement> inits;
      bool usable = true;
      std::unordered_set<std::string_view> names;
      for (const ir::Value& item : m->value.items()) {
        const ir::Value& name = item["name"];
        usable &= name.kind() == ValueKind::kString && is_bare_word(name.as_string()) &&
                  names.insert(name.as_string()).second;
        if (!usable) break;
        Statement s = statement(StatementKind::kInit, position(item.at()));
        s.name = word(name.as_string());
        bool flat = true;
        s.block = block(container_fields(item, flat));
        if (s.block->statements.empty()) s.block.reset();
        inits.push_back(std::move(s));
      }
      if (usable) {
        for (Statement& s : inits) out.pod.push_back(std::move(s));
        continue;
      }
    }
    out.pod.push_back(field(m->key, m->value, places_.pod_spec, at));
  }
}

bool Converter::clique_spec(const ir::Value& spec, bool explicit_order, CliqueDraft& out) {
  auto& attributes = out.head.attributes;
  const ir::Value& replicas = spec["replicas"];
  const std::uint32_t here = position(spec.at());
  if (is_count(replicas))
    attributes.push_back(count(replicas.as_int(), here));
  else if (is_null(replicas))
    attributes.push_back(pair_attribute("replicas", bare("null"), here));
  else
    out.pod.push_back(field("replicas", replicas, places_.clique_spec, position(replicas.at())));
  const ir::Value& role = spec["roleName"];
  const bool role_word = role.kind() == ValueKind::kString && role.as_string().find('\n') == std::string_view::npos;
  if (is_null(role))
    attributes.push_back(pair_attribute("role", bare("null"), here));
  else if (role_word && role.as_string() != out.head.name.text)
    attributes.push_back(pair_attribute("role", scalar(role, places_.clique_spec.member("roleName")), here));
  else if (!role_word)
    out.pod.push_back(field("roleName", role, places_.clique_spec, position(role.at())));
  for (const ir::Member* m : ordered(spec, places_.clique_spec)) {
    const std::uint32_t at = position(m->key_at);
    if (m->key == "replicas" || m->key == "roleName") continue;
    if (m->key == "minAvailable" && is_count(m->value)) {
      attributes.push_back(pair_attribute("min", scalar(m->value, places_.clique_spec.member("minAvailable")), at));
    } else if (m->key == "autoScalingConfig" && scale(m->value, places_.clique_spec.member(m->key), at)) {
      attributes.push_back(*scale(m->value, places_.clique_spec.member(m->key), at));
    } else if (m->key == "startsAfter" && explicit_order && m->value.kind() == ValueKind::kSequence &&
               !m->value.items().empty() &&
               std::all_of(m->value.items().begin(), m->value.items().end(), [](const ir::Value& v) {
                 return v.kind() == ValueKind::kString && is_bare_word(v.as_string());
               })) {
      Statement s = statement(StatementKind::kAfter, at);
      for (const ir::Value& v : m->value.items()) s.words.push_back({v.as_string(), {}, false});
      attributes.push_back(std::move(s));
    } else if (m->key == "podSpec" && m->value.kind() == ValueKind::kMapping) {
      if (m->value.members().empty()) {
        Statement s = statement(StatementKind::kField, at);
        s.name = word("pod");
        s.block = block({});
        out.pod.push_back(std::move(s));
      }
      pod_spec(m->value, out);
    } else {
      out.pod.push_back(field(m->key, m->value, places_.clique_spec, at));
    }
  }
  return true;
}

bool Converter::clique(const ir::Value& item, bool explicit_order, CliqueDraft& out) {
  const ir::Value& name = item["name"];
  const ir::Value& spec = item["spec"];
  if (name.kind() != ValueKind::kString || !is_bare_word(name.as_string())) return refuse(is_null(name) ? item : name);
  if (spec.kind() != ValueKind::kMapping) return refuse(is_null(spec) ? item : spec);
  out.head = statement(StatementKind::kClique, position(item.at()));
  out.head.name = word(name.as_string());
  for (const ir::Member* m : ordered(item, places_.clique)) {
    const std::uint32_t at = position(m->key_at);
    if (m->key == "name") continue;
    if (m->key == "spec") {
      if (!clique_spec(m->value, explicit_order, out)) return false;
      continue;
    }
    if (schemas::find_field(schemas::type(places_.clique.type), m->key) == nullptr) return refuse(m->value);
    if (m->key == "topologyConstraint")
      if (auto s = pack(m->value, at)) {
        out.pod.push_back(std::move(*s));
        continue;
      }
    out.pod.push_back(field(m->key, m->value, places_.clique, at));
  }
  return true;
}

bool Converter::group(const ir::Value& item, bool nested, Statement& out) {
  const ir::Value& name = item["name"];
  if (name.kind() != ValueKind::kString || !is_bare_word(name.as_string())) return refuse(is_null(name) ? item : name);
  out = statement(StatementKind::kGroup, position(item.at()));
  out.name = word(name.as_string());
  out.block = block({});
  for (const ir::Member* m : ordered(item, places_.group)) {
    const std::uint32_t at = position(m->key_at);
    if (m->key == "name" || (nested && m->key == "cliqueNames")) continue;
    if (m->key == "replicas" && is_count(m->value)) {
      out.attributes.insert(out.attributes.begin(), count(m->value.as_int(), at));
    } else if (m->key == "minAvailable" && is_count(m->value)) {
      const bool after_count = !out.attributes.empty() && out.attributes[0].kind == StatementKind::kCount;
      out.attributes.insert(out.attributes.begin() + after_count,
                            pair_attribute("min", scalar(m->value, places_.group.member(m->key)), at));
    } else if (auto s = m->key == "scaleConfig" ? scale(m->value, places_.group.member(m->key), at) : std::nullopt) {
      out.attributes.push_back(std::move(*s));
    } else if (auto p = m->key == "topologyConstraint" ? pack(m->value, at) : std::nullopt) {
      out.block->statements.push_back(std::move(*p));
    } else if (schemas::find_field(schemas::type(places_.group.type), m->key) == nullptr) {
      return refuse(m->value);
    } else {
      Statement f = field(m->key, m->value, places_.group, at);
      if (m->key == "cliqueNames") f.name = word("cliques");
      out.block->statements.push_back(std::move(f));
    }
  }
  // `scale` takes the pairs behind it, so it comes last.
  std::stable_partition(out.attributes.begin(), out.attributes.end(),
                        [](const Statement& s) { return s.kind != StatementKind::kScale; });
  return true;
}

/// Which groups can hold their cliques: those of consecutive cliques in the order of the list, and all groups before
/// them in the list come before them in the file, too.
std::vector<bool> Converter::nestable(const ir::Value& cliques, const ir::Value& groups) {
  std::unordered_map<std::string_view, std::size_t> index;
  for (std::size_t i = 0; i < cliques.items().size(); ++i) index.emplace(cliques.items()[i]["name"].as_string(), i);
  std::vector<bool> out(groups.items().size(), false);
  std::size_t next = 0;
  for (std::size_t g = 0; g < out.size(); ++g) {
    const auto names = groups.items()[g]["cliqueNames"].items();
    bool ok = !names.empty();
    std::size_t first = 0;
    for (std::size_t k = 0; k < names.size() && ok; ++k) {
      auto it = index.find(names[k].as_string());
      ok = it != index.end() && (k == 0 || it->second == first + k);
      if (ok && k == 0) first = it->second;
    }
    if (!ok || first < next) continue;
    out[g] = true;
    next = first + names.size();
  }
  return out;
}

bool Converter::set_fields(const ir::Value& root, Statement& out, bool& after_is_enough) {
  auto& body = out.block->statements;
  const ir::Value &metadata = root["metadata"], &spec = root["spec"];
  const ir::Value& t = spec["template"];
  for (const ir::Member& m : root.members())
    if (m.key != "apiVersion" && m.key != "kind" && m.key != "metadata" && m.key != "spec" && !is_null(m.value))
      return refuse(m.value);
  if (spec.kind() != ValueKind::kMapping) return refuse(root);
  if (t.kind() != ValueKind::kMapping) return refuse(spec);
  const ir::Value& replicas = spec["replicas"];
  if (is_count(replicas)) {
    if (replicas.as_int() != 1) out.attributes.push_back(count(replicas.as_int(), position(replicas.at())));
  } else if (is_null(replicas)) {
    out.attributes.push_back(pair_attribute("replicas", bare("null"), position(spec.at())));
  } else {
    body.push_back(field("replicas", replicas, places_.spec, position(replicas.at())));
  }
  Statement others = statement(StatementKind::kField, position(metadata.at()));
  others.name = word("metadata");
  others.block = block({});
  for (const ir::Member* m : ordered(metadata, places_.metadata)) {
    const std::uint32_t at = position(m->key_at);
    if (m->key == "name") continue;
    const bool plain =
        m->value.kind() == ValueKind::kString && m->value.as_string().find('\n') == std::string_view::npos;
    if (m->key == "namespace" && plain)
      out.attributes.push_back(pair_attribute("namespace", scalar(m->value, places_.metadata.member(m->key)), at));
    else if (m->key == "labels" || m->key == "annotations" || m->key == "namespace")
      body.push_back(field(m->key, m->value, places_.metadata, at));
    else
      others.block->statements.push_back(field(m->key, m->value, places_.metadata, at));
  }
  if (!others.block->statements.empty()) body.push_back(std::move(others));
  for (const ir::Member* m : ordered(spec, places_.spec)) {
    if (m->key == "replicas" || m->key == "template") continue;
    if (schemas::find_field(schemas::type(places_.spec.type), m->key) == nullptr) return refuse(m->value);
    body.push_back(field(m->key, m->value, places_.spec, position(m->key_at)));
  }
  const bool is_explicit = t["cliqueStartupType"].as_string() == "CliqueStartupTypeExplicit";
  after_is_enough =
      is_explicit && std::any_of(t["cliques"].items().begin(), t["cliques"].items().end(),
                                 [](const ir::Value& c) { return !c["spec"]["startsAfter"].items().empty(); });
  for (const ir::Member* m : ordered(t, places_.set_template)) {
    const std::uint32_t at = position(m->key_at);
    if (m->key == "cliques" || m->key == "podCliqueScalingGroups") continue;
    if (schemas::find_field(schemas::type(places_.set_template.type), m->key) == nullptr) return refuse(m->value);
    if (m->key == "topologyConstraint")
      if (auto s = pack(m->value, at)) {
        body.push_back(std::move(*s));
        continue;
      }
    if (m->key == "cliqueStartupType") {
      const std::string_view type = m->value.as_string();
      const char* order = type == "CliqueStartupTypeAnyOrder"  ? "any"
                          : type == "CliqueStartupTypeInOrder" ? "in-order"
                          : is_explicit                        ? "explicit"
                                                               : nullptr;
      if (after_is_enough) continue;
      if (order) {
        Statement s = statement(StatementKind::kStartup, at);
        s.words.push_back({order, {}, false});
        body.push_back(std::move(s));
        continue;
      }
    }
    body.push_back(field(m->key, m->value, places_.set_template, at));
  }
  return true;
}

bool Converter::set(const ir::Value& root, bool mixins) {
  const ir::Value& name = root["metadata"]["name"];
  if (name.kind() != ValueKind::kString || !is_bare_word(name.as_string())) return refuse(is_null(name) ? root : name);
  Statement out = statement(StatementKind::kSet, position(root.at()));
  out.name = word(name.as_string());
  out.block = std::make_unique<Block>();
  out.blank_before = true;
  bool after_is_enough = false;
  if (!set_fields(root, out, after_is_enough)) return false;
  const ir::Value& t = root["spec"]["template"];
  const ir::Value &cliques = t["cliques"], &groups = t["podCliqueScalingGroups"];
  if (cliques.kind() != ValueKind::kSequence) return refuse(is_null(cliques) ? t : cliques);
  if (!is_null(groups) && (groups.kind() != ValueKind::kSequence || groups.items().empty())) return refuse(groups);
  std::vector<CliqueDraft> drafts(cliques.items().size());
  for (std::size_t i = 0; i < drafts.size(); ++i)
    if (!clique(cliques.items()[i], after_is_enough, drafts[i])) return false;
  if (mixins) {
    std::vector<CliqueDraft*> all;
    for (CliqueDraft& d : drafts) all.push_back(&d);
    for (Statement& m : factor(all, tree_)) tree_.body.statements.push_back(std::move(m));
  }
  const std::vector<bool> nested = nestable(cliques, groups);
  std::unordered_map<std::string_view, std::size_t> group_at;  // by the name of the group's first clique
  for (std::size_t g = 0; g < nested.size(); ++g)
    if (nested[g]) group_at.emplace(groups.items()[g]["cliqueNames"].items()[0].as_string(), g);
  std::size_t next_group = 0;
  auto emit_groups_before = [&](std::size_t end) {
    for (; next_group < end; ++next_group) {
      Statement s;
      if (!group(groups.items()[next_group], false, s)) return false;
      out.block->statements.push_back(std::move(s));
    }
    return true;
  };
  for (std::size_t i = 0; i < drafts.size();) {
    auto it = group_at.find(drafts[i].head.name.text);
    if (it == group_at.end()) {
      out.block->statements.push_back(assemble(std::move(drafts[i++])));
      continue;
    }
    if (!emit_groups_before(it->second)) return false;
    const ir::Value& item = groups.items()[it->second];
    Statement s;
    if (!group(item, true, s)) return false;
    s.at.begin = s.at.end = std::min(s.at.begin, drafts[i].head.at.begin);
    s.block->inline_block = false;
    next_group = it->second + 1;
    for (std::size_t k = 0; k < item["cliqueNames"].items().size() && i < drafts.size(); ++k)
      s.block->statements.push_back(assemble(std::move(drafts[i++])));
    out.block->statements.push_back(std::move(s));
  }
  if (!emit_groups_before(nested.size())) return false;
  tree_.body.statements.push_back(std::move(out));
  return true;
}

}  // namespace grovec::frontend::dsl

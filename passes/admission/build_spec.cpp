#include "passes/admission/build_spec.h"

#include "ir/duration.h"

namespace grovec::passes {

using namespace ir;

namespace {

const Value* present(const Value* v) { return v && !v->is_null() ? v : nullptr; }

std::string_view text(const Value& node, std::string_view field) { return node[field].as_string(); }

std::vector<std::string_view> texts(const Value& list) {
  std::vector<std::string_view> out;
  out.reserve(list.items().size());
  for (const Value& item : list.items()) out.push_back(item.as_string());
  return out;
}

std::optional<std::int32_t> number(const Value& node, std::string_view field) {
  const Value* v = node.find(field);
  if (!v || !(v->is_int() || v->kind() == ValueKind::kDouble)) return std::nullopt;
  return static_cast<std::int32_t>(v->as_double());
}

std::optional<TopologyConstraint> topology(const Value& owner) {
  const Value* node = present(owner.find("topologyConstraint"));
  if (!node) return std::nullopt;
  TopologyConstraint tc;
  tc.node = node;
  tc.topology_name = text(*node, "topologyName");
  tc.pack_domain = text(*node, "packDomain");
  const Value& pack = (*node)["pack"];
  tc.required = text(pack, "required");
  tc.preferred = text(pack, "preferred");
  return tc;
}

std::vector<SharingEntry> sharing(const Value& owner) {
  std::vector<SharingEntry> out;
  for (const Value& item : owner["resourceSharing"].items()) {
    SharingEntry e;
    e.node = &item;
    e.name = text(item, "name");
    e.namespace_ = text(item, "namespace");
    e.scope = text(item, "scope") == "PerReplica" ? SharingScope::kPerReplica : SharingScope::kAllReplicas;
    if (const Value* filter = present(item.find("filter"))) {
      e.has_filter = true;
      e.child_cliques = texts((*filter)["childCliqueNames"]);
      e.child_groups = texts((*filter)["childScalingGroupNames"]);
    }
    out.push_back(std::move(e));
  }
  return out;
}

std::optional<AutoScaling> auto_scaling(const Value& owner, std::string_view field) {
  const Value* node = present(owner.find(field));
  if (!node) return std::nullopt;
  AutoScaling a;
  a.node = node;
  a.min_replicas = number(*node, "minReplicas");
  a.max_replicas = number(*node, "maxReplicas").value_or(0);
  a.metrics = present(node->find("metrics"));
  a.behavior = present(node->find("behavior"));
  return a;
}

Clique clique(const Value& node, std::uint32_t index) {
  Clique c;
  c.node = &node;
  c.index = index;
  c.name = text(node, "name");
  c.labels = present(node.find("labels"));
  c.annotations = present(node.find("annotations"));
  c.spec = present(node.find("spec"));
  c.topology = topology(node);
  c.sharing = sharing(node);
  if (!c.spec) return c;
  c.role_name = text(*c.spec, "roleName");
  c.replicas = number(*c.spec, "replicas").value_or(0);
  c.min_available = number(*c.spec, "minAvailable");
  c.starts_after = texts((*c.spec)["startsAfter"]);
  c.pod_spec = present(c.spec->find("podSpec"));
  c.auto_scaling = auto_scaling(*c.spec, "autoScalingConfig");
  return c;
}

ScalingGroup scaling_group(const Value& node, std::uint32_t index) {
  ScalingGroup g;
  g.node = &node;
  g.index = index;
  g.name = text(node, "name");
  g.clique_names = texts(node["cliqueNames"]);
  g.annotations = present(node.find("annotations"));
  g.replicas = number(node, "replicas").value_or(1);
  g.min_available = number(node, "minAvailable").value_or(1);
  g.auto_scaling = auto_scaling(node, "scaleConfig");
  g.sharing = sharing(node);
  g.topology = topology(node);
  return g;
}

void link_groups(PodCliqueSet& set) {
  for (std::size_t i = 0; i < set.groups.size(); ++i) {
    ScalingGroup& g = set.groups[set.groups.id_at(i)];
    for (std::string_view name : g.clique_names) {
      std::optional<CliqueId> id = set.find_clique(name);
      if (!id) continue;
      g.cliques.push_back(*id);
      if (!set.cliques[*id].group) set.cliques[*id].group = set.groups.id_at(i);
    }
  }
}

StartupType startup_type(std::string_view name) {
  if (name == "CliqueStartupTypeInOrder") return StartupType::kInOrder;
  if (name == "CliqueStartupTypeExplicit") return StartupType::kExplicit;
  return StartupType::kAnyOrder;
}

}  // namespace

PodCliqueSet build_spec(const Value& manifest) {
  PodCliqueSet set;
  set.node = &manifest;
  const Value& metadata = manifest["metadata"];
  set.name = text(metadata, "name");
  set.namespace_ = text(metadata, "namespace");
  set.labels = present(metadata.find("labels"));
  set.annotations = present(metadata.find("annotations"));
  const Value& spec = manifest["spec"];
  set.replicas = number(spec, "replicas").value_or(0);
  const Value& t = spec["template"];
  set.template_ = &t;
  set.startup = startup_type(text(t, "cliqueStartupType"));
  set.priority_class_name = text(t, "priorityClassName");
  if (const Value* config = present(t.find("headlessServiceConfig")))
    set.publish_not_ready_addresses = (*config)["publishNotReadyAddresses"].as_bool();
  set.termination_delay_ns = parse_duration(text(t, "terminationDelay")).value_or(0);
  std::uint32_t index = 0;
  for (const Value& c : t["cliques"].items()) set.cliques.add(clique(c, index++));
  index = 0;
  for (const Value& g : t["podCliqueScalingGroups"].items()) set.groups.add(scaling_group(g, index++));
  set.topology = topology(t);
  set.sharing = sharing(t);
  for (const Value& rct : t["resourceClaimTemplates"].items()) {
    ClaimTemplate c;
    c.node = &rct;
    c.name = text(rct, "name");
    c.claim_spec = rct.find("templateSpec", "spec");
    set.claim_templates.push_back(c);
  }
  link_groups(set);
  return set;
}

}  // namespace grovec::passes

#include "passes/rules/set/verify_spec.h"
#include "passes/rules/text_rules.h"

namespace grovec::passes {

using namespace ir;

namespace {

// V044, V045
void environment(const SpecView& v, const Clique& c, std::string_view list) {
  std::span<const Value> containers = (*c.pod_spec)[list].items();
  for (std::size_t k = 0; k < containers.size(); ++k) {
    std::span<const Value> env = containers[k]["env"].items();
    auto path = [&] {
      return clique_path(c.index, ".spec.podSpec.spec." + std::string(list) + "[" + std::to_string(k) + "].env");
    };
    std::unordered_map<std::string_view, const Value*> seen;
    for (std::size_t m = 0; m < env.size(); ++m) {
      const Value& name = env[m]["name"];
      if (!is_env_var_name(name.as_string()))
        v.context.diags.report(written_at(v.context, name.at()), diag::BadEnvName, name.as_string())
            .path(path() + "[" + std::to_string(m) + "].name");
      if (env.size() < 2) continue;
      auto [it, is_new] = seen.emplace(name.as_string(), &name);
      if (!is_new && !is_reported(v.context, name.at()))
        v.context.diags.report(name.at(), diag::DuplicateEnvName, name.as_string())
            .note(it->second->at(), diag::FirstItemHere)
            .path(path());
    }
  }
}

}  // namespace

void verify_pods(const SpecView& v) {
  bool warned = false;
  for (const Clique& c : v.set.cliques) {
    if (!c.pod_spec || !c.pod_spec->is_mapping()) continue;
    const Value& pod = *c.pod_spec;
    const Value& policy = pod["restartPolicy"];
    if (!warned && policy.is_string() && !is_filled(v.context, policy.at()) && !is_blank_text(policy.as_string()) &&
        policy.as_string() != "Always") {
      v.context.diags.report(policy.at(), diag::RestartPolicyNotHonoured)
          .path(clique_path(c.index, ".spec.podSpec.restartPolicy"));
      warned = true;  // the API server sends equal warnings once
    }
    if (v.is_create()) {
      if (pod.find("topologySpreadConstraints"))
        v.context.diags.report(key_at(pod, "topologySpreadConstraints"), diag::SpreadConstraintsForbidden)
            .path(clique_path(c.index, ".spec.podSpec.spec.topologySpreadConstraints"));
      if (!is_blank_text(pod["nodeName"].as_string()))
        v.context.diags.report(key_at(pod, "nodeName"), diag::NodeNameForbidden)
            .path(clique_path(c.index, ".spec.podSpec.spec.nodeName"));
    }
    environment(v, c, "containers");
    environment(v, c, "initContainers");
  }
}

}  // namespace grovec::passes

#include "ir/labels.h"
#include "ir/pod_spec.h"
#include "passes/expand/expand.h"

namespace grovec::passes {

using namespace ir;

namespace {

// Template values, not live ones: the variable is fixed when the PodClique is built.
std::int64_t template_pods(const PodCliqueSet& set, const ScalingGroup& group) {
  std::int64_t sum = 0;
  for (CliqueId c : group.cliques) sum += set.cliques[c].replicas;
  return sum;
}

}  // namespace

void inject_env(Module& m) {
  Arena& a = m.context.arena;
  for (CliqueShape& shape : m.desired.clique_shapes) {
    if (!shape.group) continue;
    std::string_view pods = a.copy(std::to_string(template_pods(m.spec, m.spec.groups[*shape.group])));
    const Value vars[] = {
        env_from_label(a, keys::kEnvGroupName, keys::kScalingGroup),
        env_literal(a, keys::kEnvGroupPods, Value::string(pods)),
        env_from_label(a, keys::kEnvGroupIndex, keys::kScalingGroupReplicaIndex),
    };
    shape.pod_spec = prepend_env(a, shape.pod_spec, vars);
  }
}

}  // namespace grovec::passes

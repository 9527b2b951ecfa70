#include "passes/expand/expand.h"
#include "passes/go/go_encode.h"
#include "schemas/schema.h"

namespace grovec::passes {

using namespace ir;

void shape_cliques(Module& m) {
  const schemas::TypeId pod_spec_type = schemas::type_named("v1.PodSpec");
  for (std::size_t s = 0; s < m.spec.cliques.size(); ++s) {
    CliqueId id = m.spec.cliques.id_at(s);
    const Clique& c = m.spec.cliques[id];
    Value pod_spec = go_encode(m.context.arena, c.pod_spec ? *c.pod_spec : Value::null(), pod_spec_type);
    auto add = [&](CliqueRole role) {
      CliqueShape shape{
          .clique = id, .group = c.group, .role = role, .starts_after = {}, .pod_spec = pod_spec, .claims = {}};
      m.desired.clique_shapes.add(std::move(shape));
    };
    if (!c.group) {
      add(CliqueRole::kStandalone);
    } else {
      add(CliqueRole::kBase);
      add(CliqueRole::kScaled);
    }
  }
}

}  // namespace grovec::passes

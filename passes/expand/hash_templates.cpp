#include "ir/hash/template_dump.h"
#include "passes/expand/expand.h"

namespace grovec::passes {

using namespace ir;

void hash_templates(Module& m) {
  Fnv1a generation;
  std::string dump;
  for (const Clique& c : m.spec.cliques) {
    dump.clear();
    dump_pod_template(c.labels, c.annotations, c.pod_spec ? *c.pod_spec : Value::null(), m.spec.priority_class_name,
                      dump);
    Fnv1a one;
    one.add(dump);
    generation.add(dump);
    m.desired.template_hashes.push_back(safe_encode(one.sum()));
  }
  m.desired.generation_hash = safe_encode(generation.sum());
}

}  // namespace grovec::passes

#include "passes/rules/set/verify_spec.h"

#include "passes/rules/text_rules.h"

namespace grovec::passes {

using namespace ir;

void verify_spec(Context& context, const PodCliqueSet& set, const Value& metadata, const Environment& environment,
                 Operation operation) {
  SpecView v{context, set, environment, operation};
  for (const Clique& c : set.cliques) v.names_known &= !is_blank_text(c.name);
  verify_metadata(v, metadata);
  if (set.cliques.empty()) {
    // Upstream crashes here: its rule on scheduler names takes the first clique.
    context.diags.report(set.template_ ? key_at(*set.template_, "cliques") : set.at("spec"), diag::NoCliques)
        .path("spec.template.cliques");
    return;
  }
  verify_sharing(v);
  verify_names(v);
  verify_counts(v);
  verify_startup(v);
  verify_groups(v);
  verify_pods(v);
  if (v.is_create()) {
    verify_topology(v);
    verify_mnnvl(v);
  }
  verify_schedulers(v);
  warn_keys(v);
}

}  // namespace grovec::passes

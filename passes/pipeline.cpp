#include "passes/pipeline.h"

#include "passes/expand/expand.h"

namespace grovec::passes {

namespace {

// Why this order: shapes come before everything that fills them in; variables before claims, since claims are appended
// to containers as they then are; hashes are of the template and could stand anywhere behind the spec.
constexpr PassInfo kPasses[] = {
    {"resolve-refs", resolve_refs, kSpecValid, kRefsResolved},
    {"shape-cliques", shape_cliques, kRefsResolved, kCliquesShaped},
    {"order-startup", order_startup, kCliquesShaped, kStartupOrdered},
    {"form-gangs", form_gangs, kCliquesShaped, kGangsFormed},
    {"place-topology", place_topology, kGangsFormed, kTopologyPlaced},
    {"inject-env", inject_env, kCliquesShaped, kEnvInjected},
    {"join-compute-domains", join_compute_domains, kEnvInjected, kDomainsJoined},
    {"share-claims", share_claims, kCliquesShaped, kClaimsShared},
    {"hash-templates", hash_templates, kCliquesShaped, kHashed},
};

constexpr bool is_well_ordered() {
  std::uint32_t facts = kSpecValid;
  for (const PassInfo& pass : kPasses) {
    if ((facts & pass.requires_) != pass.requires_) return false;
    facts |= pass.establishes;
  }
  return true;
}
static_assert(is_well_ordered(), "a pass requires a fact that no earlier pass establishes");

}  // namespace

std::span<const PassInfo> expansion_passes() { return kPasses; }

void expand(Module& module, void (*after)(void*, const PassInfo&, const Module&), void* context) {
  for (const PassInfo& pass : kPasses) {
    pass.run(module);
    if (after) after(context, pass, module);
  }
}

}  // namespace grovec::passes

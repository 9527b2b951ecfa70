/// \file The passes that turn a valid spec into the desired world, one function each, in the order of
/// passes/pipeline.cpp.
#pragma once

#include "passes/module.h"

namespace grovec::passes {

/// Chooses scheduler, topology binding and metrics; points the desired world at its spec.
/// Requires SpecValid. Establishes RefsResolved.
void resolve_refs(Module& m);

/// One shape for each standalone clique, two (base, scaled) for each member clique; their pod specs as the operator
/// writes them, without what it injects. Requires RefsResolved. Establishes CliquesShaped.
void shape_cliques(Module& m);

/// Fills CliqueShape::starts_after (reference: expansion 7). Requires CliquesShaped. Establishes StartupOrdered.
void order_startup(Module& m);

/// One base gang shape, one scaled shape for each group (reference: expansion 11). Requires CliquesShaped.
/// Establishes GangsFormed.
void form_gangs(Module& m);

/// Translates topology domains into node label keys (reference: expansion 10). Requires GangsFormed. Establishes
/// TopologyPlaced.
void place_topology(Module& m);

/// Prepends the variables of scaling group members (reference: expansion 6.3). Requires CliquesShaped. Establishes
/// EnvInjected.
void inject_env(Module& m);

/// Shared ResourceClaims and which pods use them (reference: expansion 8). Requires CliquesShaped. Establishes
/// ClaimsShared. Diagnoses a claim template that is in no file given.
void share_claims(Module& m);

/// MNNVL: ComputeDomains, and the claim in pod specs with GPUs (reference: expansion 9). Requires EnvInjected.
/// Establishes DomainsJoined.
void join_compute_domains(Module& m);

/// Pod template hashes and the generation hash (reference: expansion 13). Requires CliquesShaped. Establishes Hashed.
void hash_templates(Module& m);

}  // namespace grovec::passes

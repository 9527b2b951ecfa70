/// \file verify-spec: the rules of upstream's validating webhooks, each under the number of its row in the reference
/// (V033 is GV2033). One file for each subject; none of them changes anything.
#pragma once

#include <string>
#include <string_view>

#include "ir/base/context.h"
#include "ir/environment.h"
#include "ir/spec/nodes.h"
#include "passes/places.h"

namespace grovec::passes {

enum class Operation : std::uint8_t { kCreate, kUpdate };

/// Everything a rule may look at.
struct SpecView {
  Context& context;
  const ir::PodCliqueSet& set;
  const ir::Environment& environment;
  Operation operation = Operation::kCreate;
  /// Every clique and group has a name: references can be judged.
  bool names_known = true;
  bool is_create() const { return operation == Operation::kCreate; }
};

/// All rules on one object (reference: admission 3.1-3.8) for a create, or those that an update checks on the new one.
/// `metadata` is the submitted metadata, with what the server sets itself. Stops after V025.
void verify_spec(Context& context, const ir::PodCliqueSet& set, const ir::Value& metadata,
                 const ir::Environment& environment, Operation operation);

/// Immutability (reference: admission 3.7 V092-V094). Runs together with the rules above.
void verify_mnnvl_update(Context& context, const ir::PodCliqueSet& old, const ir::PodCliqueSet& now);
/// Immutability (reference: admission 3.9-3.11). Upstream runs it only if nothing else was wrong.
void verify_update(Context& context, const ir::PodCliqueSet& old, const ir::PodCliqueSet& now,
                   const ir::Environment& environment);
/// Of findings from `first` on: a fix of what an update keeps is the old value, or none.
void fix_for_update(Context& context, std::size_t first, const ir::PodCliqueSet& old, const ir::PodCliqueSet& now);
/// W3: `packDomain` still in use after an update.
void warn_pack_domain(Context& context, const ir::PodCliqueSet& now);

/// V001-V009: what the API server says of the metadata of every object, in the namespace `space`.
void verify_object_metadata(Context& context, const ir::Value& object, const ir::Value& metadata,
                            std::string_view space);

/// V117-V121 on a ClusterTopologyBinding.
void verify_binding(Context& context, const ir::Value& binding, const ir::OperatorConfig& config);

/// What the API server admits although no correct output exists (reference: admission 3.14; GV31xx). Errors for
/// `compile`, warnings for `check`. Cost depends on the number of templates, not on replicas.
void verify_compilable(Context& context, const ir::PodCliqueSet& set, const ir::Environment& environment);

/// GV3160: a PodGang lists the name of each of its pods, so one of many pods is larger than what etcd stores.
void verify_gang_size(Context& context, const ir::PodCliqueSet& set);

// The subjects, in upstream's order. Each reports for the object as a whole.
void verify_metadata(const SpecView& v, const ir::Value& metadata);
void verify_sharing(const SpecView& v);
void verify_names(const SpecView& v);
void verify_counts(const SpecView& v);
void verify_startup(const SpecView& v);
void verify_groups(const SpecView& v);
void verify_pods(const SpecView& v);
void verify_topology(const SpecView& v);
void verify_mnnvl(const SpecView& v);
void verify_schedulers(const SpecView& v);
void warn_keys(const SpecView& v);

}  // namespace grovec::passes

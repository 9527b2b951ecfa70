/// \file What surrounds a set: the operator's configuration file and objects of the cluster (reference: admission 8,
/// runtime 20.2).
#pragma once

#include "ir/base/context.h"
#include "ir/environment.h"

namespace grovec::passes {

/// Findings about the surroundings carry this document index.
inline constexpr std::uint32_t kEnvironmentDocument = 0xFFFFFFFF;

/// What upstream's Helm chart installs if it is given no values.
ir::OperatorConfig chart_config();

/// The fields of the configuration in a document: itself, or those inside values of the chart; null without any.
ir::Value configuration_in(const ir::Value& document);

/// The configuration a document describes, with upstream's validation (GV25xx): an OperatorConfiguration, on top of the
/// defaults in code, or values of the Helm chart, whose `config` is on top of the chart's defaults.
ir::OperatorConfig read_operator_config(Context& context, const ir::Value& document);

/// Adds a copy of one object: ClusterTopologyBindings (checked by schema and V117-V121), ResourceClaimTemplates (with
/// the API server's defaults), ResourceClaims (as they are), Volcano Queues. Versions of them that Grove does not read,
/// and documents that are no objects, are reported; other kinds are ignored. `default_namespace` is that of templates
/// that name none.
void read_environment_object(Context& context, const ir::Value& object, std::string_view default_namespace,
                             ir::ClusterFacts& facts);

/// Objects of the input on top of those that exist in the cluster: as with apply, the input's is the new one.
void put_on_top(ir::ClusterFacts& existing, const ir::ClusterFacts& input);

/// Checks one ClusterTopologyBinding as the cluster would.
void check_binding(Context& context, const ir::Value& object, const ir::OperatorConfig& config);

}  // namespace grovec::passes

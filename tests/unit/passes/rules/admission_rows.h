/// \file Rows of the reference as tests: a set that breaks exactly one rule, and the codes that must come out.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "ir/base/context.h"
#include "ir/environment.h"
#include "ir/value/value.h"

namespace grovec::passes {

using Codes = std::vector<int>;

struct AdmissionRow {
  const char* id;                  ///< row of the reference, or area and case of its section 6
  const char* spec;                ///< below `spec:`; `P` stands for a pod spec, `R(n)` for a clique spec of n replicas
  Codes codes;                     ///< errors and upstream's warnings, each once
  const char* old_spec = nullptr;  ///< UPDATE
  const char* metadata = "{name: s}";  ///< of the (new) object
  const char* surroundings = "";       ///< configuration and objects of the cluster
};

std::string manifest(std::string_view spec, std::string_view metadata);
ir::Value read_one(Context& context, const std::string& text);
void surround(Context& context, std::string_view text, ir::ClusterFacts& facts);
Codes codes_of(const Context& context);

inline constexpr const char* kTopology = R"(
{apiVersion: grove.io/v1alpha1, kind: ClusterTopologyBinding, metadata: {name: t}, spec: {levels: [{domain: zone, key: z}, {domain: rack, key: r}, {domain: host, key: h}]}}
)";
inline constexpr const char* kKai = R"(
{apiVersion: operator.config.grove.io/v1alpha1, kind: OperatorConfiguration, scheduler: {defaultProfileName: kai-scheduler, profiles: [{name: kai-scheduler}]}}
)";
inline constexpr const char* kVolcano = R"(
{apiVersion: operator.config.grove.io/v1alpha1, kind: OperatorConfiguration, scheduler: {defaultProfileName: volcano, profiles: [{name: volcano}]}}
)";
inline constexpr const char* kLpx = R"(
{apiVersion: operator.config.grove.io/v1alpha1, kind: OperatorConfiguration, topologyAwareScheduling: {enabled: true}, scheduler: {defaultProfileName: lpx-scheduler, profiles: [{name: lpx-scheduler}]}}
---
{apiVersion: grove.io/v1alpha1, kind: ClusterTopologyBinding, metadata: {name: t}, spec: {levels: [{domain: zone, key: z}]}}
)";
inline constexpr const char* kVolcanoTopology = R"(
{apiVersion: operator.config.grove.io/v1alpha1, kind: OperatorConfiguration, topologyAwareScheduling: {enabled: true}, scheduler: {defaultProfileName: volcano, profiles: [{name: volcano}]}}
---
{apiVersion: grove.io/v1alpha1, kind: ClusterTopologyBinding, metadata: {name: t}, spec: {levels: [{domain: zone, key: z}]}}
)";
inline constexpr const char* kClosedQueue = R"(
{apiVersion: operator.config.grove.io/v1alpha1, kind: OperatorConfiguration, scheduler: {defaultProfileName: volcano, profiles: [{name: volcano}]}}
---
{apiVersion: scheduling.volcano.sh/v1beta1, kind: Queue, metadata: {name: default}, status: {state: Closed}}
)";
inline constexpr const char* kMnnvl = R"(
{apiVersion: operator.config.grove.io/v1alpha1, kind: OperatorConfiguration, network: {autoMNNVLEnabled: true}}
)";

/// Each file of rows instantiates it.
class AdmissionRules : public testing::TestWithParam<AdmissionRow> {};
std::string name_of_row(const testing::TestParamInfo<AdmissionRow>& info);

}  // namespace grovec::passes

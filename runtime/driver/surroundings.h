/// \file `--with` and `--operator-config`: files that say what surrounds a set.
#pragma once

#include <string>
#include <vector>

#include "ir/base/context.h"
#include "ir/environment.h"
#include "runtime/input/load.h"

namespace grovec::driver {

/// The value of `--operator-config` that is no file but the preset of upstream's Helm chart.
inline constexpr std::string_view kChartPreset = "chart";

/// Reads the configuration, then the objects of `with` and those among `documents` (the input itself). Without a
/// configuration, a binding anywhere switches topology-aware scheduling on. Errors are of the files; findings about
/// their content go to `context.diags`, those about `documents` to their own contexts.
Result<Done> read_surroundings(Context& context, const std::vector<std::string>& with,
                               const std::string& operator_config, const std::vector<LoadedDocument>& documents,
                               std::string_view default_namespace, ir::ClusterFacts& facts);

/// The fields of the configuration in a file of `--operator-config`: an OperatorConfiguration, one in a ConfigMap, or
/// the values of the chart. Null if it says nothing, or is broken: `read_surroundings` reports that.
Result<ir::Value> read_configuration(Context& context, const std::string& operator_config);

}  // namespace grovec::driver

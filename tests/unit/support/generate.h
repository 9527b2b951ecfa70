/// \file Random but valid PodCliqueSets for property tests: the same seed gives the same text everywhere.
#pragma once

#include <cstdint>
#include <string>

namespace grovec::testing {

struct GenerateOptions {
  bool shuffle_keys = false;      ///< members of mappings in another order; the content is the same
  std::uint32_t most_pods = 400;  ///< roughly
  bool topology = false;          ///< half of the sets have constraints; they need `kGeneratedBinding`
  bool mnnvl = false;             ///< half of the sets name MNNVL groups; they need `auto_mnnvl`
};

/// The ClusterTopologyBinding that generated constraints refer to, as YAML.
extern const char* const kGeneratedBinding;

/// One manifest as YAML. Shares claims of its own templates; by default it needs no environment.
std::string generate_set(std::uint64_t seed, const GenerateOptions& options = {});

}  // namespace grovec::testing

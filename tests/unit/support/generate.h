/// \file Random but valid PodCliqueSets for property tests: the same seed gives the same text everywhere.
#pragma once

#include <cstdint>
#include <string>

namespace grovec::testing {

struct GenerateOptions {
  bool shuffle_keys = false;      ///< members of mappings in another order; the content is the same
  std::uint32_t most_pods = 400;  ///< roughly
};

/// One manifest as YAML. Uses no topology, sharing or MNNVL, so it needs no environment.
std::string generate_set(std::uint64_t seed, const GenerateOptions& options = {});

}  // namespace grovec::testing

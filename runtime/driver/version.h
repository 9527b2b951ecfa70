/// \file What this build is: its own version, the upstream commit whose behaviour it has, the Kubernetes tables in it.
#pragma once

#include <string_view>

namespace grovec::driver {

inline constexpr std::string_view kVersion = "0.1.0";
inline constexpr std::string_view kUpstreamCommit = "fcc3b3b";
inline constexpr std::string_view kKubernetesVersion = "1.35";

}  // namespace grovec::driver

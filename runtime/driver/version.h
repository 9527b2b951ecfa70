/// \file What this build is: its own version, the upstream commit whose behaviour it has, the Kubernetes tables in it.
#pragma once

#include <string_view>

namespace grovec::driver {

inline constexpr std::string_view kVersion = "0.1.0";
inline constexpr std::string_view kUpstreamCommit = "fcc3b3b";
inline constexpr std::string_view kUpstreamDate = "2026-08-19";
#if defined(__x86_64__)
inline constexpr std::string_view kPlatform = "linux/amd64";
#elif defined(__aarch64__)
inline constexpr std::string_view kPlatform = "linux/arm64";
#else
inline constexpr std::string_view kPlatform = "linux";
#endif
inline constexpr std::string_view kKubernetesVersion = "1.35";

}  // namespace grovec::driver

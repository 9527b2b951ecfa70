/// \file How commands reach the cluster that the options name.
#pragma once

#include <memory>

#include "runtime/kube/client.h"
#include "runtime/live/connect.h"

namespace grovec::live {

/// A connection and what is asked for through it.
struct Cluster {
  kube::Surroundings surroundings;
  std::unique_ptr<kube::Loop> loop;
  std::unique_ptr<kube::Client> client;
  std::string namespace_;  ///< of the option, else of the context
};

/// Opens nothing yet: the first request does.
Result<std::unique_ptr<Cluster>> reach(const cli::Options& options);

/// `--timeout`, as 30s, 5m or 1h; `otherwise` without it.
Result<kube::Duration> timeout_of(const cli::Options& options, kube::Duration otherwise);

inline constexpr std::string_view kGroveGroup = "grove.io", kGroveVersion = "v1alpha1";

}  // namespace grovec::live

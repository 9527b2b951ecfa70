/// \file How commands reach the cluster that the options name.
#pragma once

#include <memory>

#include "runtime/kube/client.h"
#include "runtime/terminal/options.h"

namespace grovec::live {

#define GROVEC_CLUSTER_OPTIONS                                                                                         \
  {"--namespace", "-n", "NAME", "namespace (default: the context's)", {}},                                             \
      {"--context", {}, "NAME", "context of the kubeconfig", {}},                                                      \
      {"--kubeconfig", {}, "FILE", "how to reach the cluster (default: KUBECONFIG, then ~/.kube/config)", {}}

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

/// The options, or an error that says what is wrong with them; `--help` prints and ends: nothing.
struct LiveCommand {
  std::string_view name, usage, summary;
  std::span<const cli::OptionSpec> options;
  int (*run)(const cli::Options& options);
};
/// Parses, prints the help or a usage error, runs.
int run_command(const LiveCommand& command, std::span<const std::string> args);

}  // namespace grovec::live

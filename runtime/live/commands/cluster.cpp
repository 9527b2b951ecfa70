#include "runtime/live/commands/cluster.h"

#include <unistd.h>

#include "ir/duration.h"
#include "runtime/live/commands/console.h"

namespace grovec::live {

Result<std::unique_ptr<Cluster>> reach(const cli::Options& options) {
  auto cluster = std::make_unique<Cluster>();
  cluster->surroundings = kube::real_surroundings();
  kube::AccessOptions wanted;
  wanted.kubeconfig = options.get("--kubeconfig");
  wanted.context = options.get("--context");
  wanted.namespace_ = options.get("--namespace");
  Result<kube::Access> access = kube::load_access(wanted, cluster->surroundings);
  if (!access) return access.error();
  cluster->namespace_ = access->namespace_;
  cluster->loop = std::make_unique<kube::Loop>(cluster->surroundings);
  cluster->client = std::make_unique<kube::Client>(*cluster->loop, std::move(*access));
  return cluster;
}

Result<kube::Duration> timeout_of(const cli::Options& options, kube::Duration otherwise) {
  if (!options.has("--timeout")) return otherwise;
  const std::optional<std::int64_t> ns = ir::parse_duration(options.get("--timeout"));
  if (!ns || *ns <= 0)
    return Error{"`--timeout` takes a duration such as 90s, 5m or 1h, not `" + std::string(options.get("--timeout")) + "`",
                 Error::kUsage};
  return kube::Duration(*ns);
}

int run_command(const LiveCommand& command, std::span<const std::string> args) {
  static constexpr cli::OptionSpec kHelp[] = {{"--help", "-h", {}, "print this help", {}}};
  std::vector<cli::OptionSpec> specs(command.options.begin(), command.options.end());
  specs.insert(specs.end(), std::begin(kHelp), std::end(kHelp));
  Result<cli::Options> options = cli::parse_options(specs, args);
  if (!options) return fail(options.error());
  if (options->has("--help")) {
    print(STDOUT_FILENO, std::string(command.summary) + "\n\nUsage: " + std::string(command.usage) + "\n\nOptions:\n" +
                             cli::options_help(specs));
    return kClean;
  }
  return command.run(*options);
}

}  // namespace grovec::live

#include "runtime/live/commands/cluster.h"

#include "ir/duration.h"

namespace grovec::live {

Result<std::unique_ptr<Cluster>> reach(const cli::Options& options) {
  auto cluster = std::make_unique<Cluster>();
  cluster->surroundings = surroundings_of(options);
  Result<kube::Access> access = kube::load_access(access_options(options), cluster->surroundings);
  if (!access) return access.error();
  for (const std::string& w : access->warnings) warn(w);
  cluster->namespace_ = access->namespace_;
  cluster->loop = std::make_unique<kube::Loop>(cluster->surroundings);
  cluster->client = std::make_unique<kube::Client>(*cluster->loop, std::move(*access));
  return cluster;
}

void Cluster::watch_signals() {
  if (!signals) signals = std::make_unique<Signals>(*loop, [this](int) { is_interrupted = true; });
}

void Cluster::pause(kube::Duration duration) {
  loop->run_until([this] { return is_interrupted; }, duration);
}

Result<kube::Duration> timeout_of(const cli::Options& options, kube::Duration otherwise) {
  if (!options.has("--timeout")) return otherwise;
  std::string text(options.get("--timeout"));
  if (!text.empty() && text.find_first_not_of("0123456789") == text.npos) text += "s";
  const std::optional<std::int64_t> ns = ir::parse_duration(text);
  if (!ns || *ns <= 0)
    return Error{
        "`--timeout` takes a duration such as 90s, 5m or 1h, not `" + std::string(options.get("--timeout")) + "`",
        Error::kUsage};
  return kube::Duration(*ns);
}

}  // namespace grovec::live

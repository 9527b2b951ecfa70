#include "runtime/live/reconcile/settings.h"

#include <algorithm>

#include "ir/duration.h"
#include "runtime/driver/surroundings.h"

namespace grovec::live {

using ir::Value;

namespace {

// What is used, here or by the compiler; all that is below it, too.
constexpr std::string_view kUsed[] = {
    "apiVersion",
    "kind",
    "metadata",
    "leaderElection.enabled",
    "leaderElection.leaseDuration",
    "leaderElection.renewDeadline",
    "leaderElection.resourceName",
    "leaderElection.retryPeriod",
    "logFormat",
    "logLevel",
    "network",
    "scheduler",
    "server.healthProbes.bindAddress",
    "server.healthProbes.port",
    "server.metrics",
    "topologyAwareScheduling",
};

void list_unused(const Value& v, const std::string& path, std::vector<std::string>& out) {
  if (std::find(std::begin(kUsed), std::end(kUsed), path) != std::end(kUsed)) return;
  if (!v.is_mapping() || v.members().empty()) {
    if (!path.empty()) out.push_back(path);
    return;
  }
  for (const ir::Member& m : v.members())
    list_unused(m.value, path.empty() ? std::string(m.key) : path + "." + std::string(m.key), out);
}

std::optional<kube::Duration> duration(const Value& v) {
  const auto ns = v.is_string() ? ir::parse_duration(v.as_string()) : std::nullopt;
  return ns ? std::optional<kube::Duration>(*ns) : std::nullopt;
}

std::string address(const Value& v, int default_port) {
  if (!v.is_mapping()) return {};
  const std::int64_t port = v["port"].is_int() ? v["port"].as_int() : default_port;
  return std::string(v["bindAddress"].as_string()) + ":" + std::to_string(port);
}

}  // namespace

Settings settings_of(const Value& configuration) {
  Settings out;
  const Value& election = configuration["leaderElection"];
  if (election["enabled"].is_bool()) out.is_elected = election["enabled"].as_bool();
  out.lease = duration(election["leaseDuration"]);
  out.deadline = duration(election["renewDeadline"]);
  out.retry = duration(election["retryPeriod"]);
  out.lease_name = election["resourceName"].as_string();
  out.metrics_address = address(configuration["server"]["metrics"], 2752);
  out.health_address = address(configuration["server"]["healthProbes"], 2751);
  out.log_format = configuration["logFormat"].as_string();
  out.log_level = configuration["logLevel"].as_string();
  list_unused(configuration, {}, out.unused);
  // The only lock there is.
  if (election["resourceLock"].as_string() == "leases") std::erase(out.unused, "leaderElection.resourceLock");
  return out;
}

Result<Settings> read_settings(const std::string& file) {
  if (file.empty()) return Settings{};
  Context context;
  const Result<Value> configuration = driver::read_configuration(context, file);
  if (!configuration) return configuration.error();
  return settings_of(*configuration);
}

}  // namespace grovec::live

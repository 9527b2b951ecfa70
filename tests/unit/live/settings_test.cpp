// An OperatorConfiguration, as far as it is the daemon's.
#include "runtime/live/reconcile/settings.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

namespace grovec::live {
namespace {

using namespace std::chrono_literals;

Settings settings(const std::string& text) {
  const std::string file = testing::TempDir() + "/grovec-settings.yaml";
  std::ofstream(file) << text;
  const Result<Settings> read = read_settings(file);
  std::remove(file.c_str());
  EXPECT_TRUE(read) << read.error().message;
  return read ? *read : Settings{};
}

const std::string kHead = "apiVersion: operator.config.grove.io/v1alpha1\nkind: OperatorConfiguration\n";

TEST(Settings, AreThoseOfTheFile) {
  const Settings s = settings(kHead + R"(leaderElection:
  enabled: false
  leaseDuration: 3s
  renewDeadline: 2s
  retryPeriod: 500ms
  resourceName: mine
  resourceLock: leases
server:
  metrics: {bindAddress: 127.0.0.1, port: 9445}
  healthProbes: {port: 9444}
logFormat: json
logLevel: debug
topologyAwareScheduling: {enabled: true}
scheduler: {profiles: [{name: kai-scheduler}]}
)");
  EXPECT_EQ(s.is_elected, std::optional(false));
  EXPECT_EQ(s.lease, std::optional<kube::Duration>(3s));
  EXPECT_EQ(s.deadline, std::optional<kube::Duration>(2s));
  EXPECT_EQ(s.retry, std::optional<kube::Duration>(500ms));
  EXPECT_EQ(s.lease_name, "mine");
  EXPECT_EQ(s.metrics_address, "127.0.0.1:9445");
  EXPECT_EQ(s.health_address, ":9444") << "every address, as upstream reads it";
  EXPECT_EQ(s.log_format, "json");
  EXPECT_EQ(s.log_level, "debug");
  EXPECT_EQ(s.unused, std::vector<std::string>{});
}

TEST(Settings, FieldsThatChangeNothingAreNamed) {
  const Settings s = settings(kHead + R"(runtimeClientConnection: {qps: 100, burst: 120}
controllers: {podCliqueSet: {concurrentSyncs: 3}}
debugging: {enableProfiling: false}
leaderElection: {resourceLock: endpoints, resourceNamespace: x}
server: {webhooks: {port: 9443}}
)");
  EXPECT_EQ(s.unused, (std::vector<std::string>{"controllers.podCliqueSet.concurrentSyncs", "debugging.enableProfiling",
                                                "leaderElection.resourceLock", "leaderElection.resourceNamespace",
                                                "runtimeClientConnection.burst", "runtimeClientConnection.qps",
                                                "server.webhooks.port"}));
  EXPECT_EQ(s.is_elected, std::nullopt);
  EXPECT_EQ(s.metrics_address, "");
}

TEST(Settings, MayLieInValuesOfTheChart) {
  EXPECT_EQ(settings("config: {leaderElection: {leaseDuration: 7s}}\n").lease, std::optional<kube::Duration>(7s));
}

TEST(Settings, WithoutAFileNothingIsSaid) {
  const Result<Settings> none = read_settings("");
  ASSERT_TRUE(none);
  EXPECT_EQ(none->lease, std::nullopt);
  EXPECT_FALSE(read_settings("/nonexistent/file"));
}

}  // namespace
}  // namespace grovec::live

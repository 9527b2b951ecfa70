#include "runtime/kube/discovery.h"

#include <gtest/gtest.h>

#include "tests/unit/runtime/kube/tiny_server.h"

namespace grovec::kube {
namespace {

using test::Exchange;
using test::TestSurroundings;
using test::TinyServer;

std::string resource(const std::string& plural, const std::string& kind, const std::string& scope) {
  return R"({"resource":")" + plural + R"(","responseKind":{"group":"","version":"","kind":")" + kind +
         R"("},"scope":")" + scope + R"(","verbs":["get","list"],"subresources":[{"subresource":"status"}]})";
}
std::string group(const std::string& name, const std::string& versions) {
  return R"({"kind":"APIGroupDiscoveryList","items":[{"metadata":{"name":")" + name + R"("},"versions":[)" + versions +
         "]}]}";
}
std::string version(const std::string& name, const std::string& resources, const std::string& freshness = "Current") {
  return R"({"version":")" + name + R"(","freshness":")" + freshness + R"(","resources":[)" + resources + "]}";
}

TEST(KubeDiscovery, TakesOneRequestForEachRoot) {
  TinyServer server([](const Exchange& e) {
    const std::string grove = resource("podcliquesets", "PodCliqueSet", "Namespaced");
    e.answer(200, e.target == "/api"
                      ? group("", version("v1", resource("pods", "Pod", "Namespaced") + "," +
                                                    resource("nodes", "Node", "Cluster")))
                      : group("grove.io", version("v1alpha1", grove) + "," + version("v1alpha0", grove, "Stale")));
    return true;
  });
  TestSurroundings around;
  Loop loop(around.all);
  Client client(loop, test::access_to(server));
  const Result<Discovery> found = discover(client);
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(server.seen().size(), 2u);
  for (const Exchange& e : server.seen())
    EXPECT_NE(e.head.find("Accept: application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"),
              std::string::npos);
  ASSERT_TRUE(found->find("", "v1", "pods"));
  EXPECT_TRUE(found->find("", "v1", "pods")->is_namespaced);
  EXPECT_FALSE(found->find("", "v1", "nodes")->is_namespaced);
  EXPECT_EQ(found->find("", "v1", "pods")->subresources, std::vector<std::string>{"status"});
  EXPECT_EQ(found->find("apps", "v1", "deployments"), nullptr);
  // The version that the server names first.
  for (const char* word : {"podcliquesets", "PodCliqueSet", "podcliqueset", "podcliquesets.grove.io"}) {
    ASSERT_TRUE(found->find_by_word(word)) << word;
    EXPECT_EQ(found->find_by_word(word)->version, "v1alpha1");
  }
  EXPECT_EQ(found->find_by_word("podcliquesets.v1alpha0.grove.io")->version, "v1alpha0");
  EXPECT_EQ(found->stale, std::vector<std::string>{"grove.io/v1alpha0"});
}

TEST(KubeDiscovery, AnOldServerAndGarbageAreTold) {
  std::vector<ApiResource> resources;
  std::vector<std::string> stale;
  const Result<Done> old = read_discovery(R"({"kind":"APIVersions","versions":["v1"]})", resources, stale);
  ASSERT_FALSE(old);
  EXPECT_NE(old.error().message.find("no aggregated discovery"), std::string::npos);
  EXPECT_FALSE(read_discovery("{\"kind\":", resources, stale));
  EXPECT_TRUE(resources.empty());
}

}  // namespace
}  // namespace grovec::kube

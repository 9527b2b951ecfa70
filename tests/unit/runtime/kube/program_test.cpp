// The two programs together.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "runtime/kube/files.h"
#include "tests/unit/runtime/kube/tiny_server.h"

namespace grovec {
namespace {

struct Outcome {
  int code;
  std::string text;  ///< both streams
};

Outcome run(const std::string& command) {
  Outcome out{-1, {}};
  FILE* pipe = ::popen((command + " 2>&1 </dev/null").c_str(), "r");
  char buffer[4096];
  for (std::size_t n; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) out.text.append(buffer, n);
  out.code = WEXITSTATUS(::pclose(pipe));
  return out;
}

std::string grovec() {
  const char* path = std::getenv("GROVEC");
  return path ? path : "build/dev/bin/grovec";
}

TEST(LiveProgram, AnotherVersionIsRefused) {
  const Outcome got = run(grovec() + "-live --from-grovec=9.9.9 cluster");
  EXPECT_EQ(got.code, 2);
  EXPECT_NE(got.text.find("`grovec` is version 9.9.9 and `grovec-live` is version"), std::string::npos) << got.text;
}

TEST(LiveProgram, TheCommandIsHandedOverWithItsOptions) {
  const Outcome got = run(grovec() + " cluster --kubeconfig /nowhere/config");
  EXPECT_EQ(got.code, 3);
  EXPECT_EQ(got.text, "grovec: cannot read `/nowhere/config`: No such file or directory\n");
}

TEST(LiveProgram, HelpNeedsNoSecondProgram) {
  const Outcome got = run("env PATH=/nowhere " + grovec() + " cluster --help");
  EXPECT_EQ(got.code, 0);
  EXPECT_NE(got.text.find("--insecure-skip-tls-verify"), std::string::npos);
}

TEST(LiveProgram, NoPlantedSecretIsShownHoweverLoud) {
  test::TinyServer server([](const test::Exchange& e) {
    e.answer(403, R"({"kind":"Status","reason":"Forbidden","message":"planted-secret-1 is no good"})");
    return true;
  });
  const std::string config = "/tmp/grovec-program-" + std::to_string(::getpid());
  FILE* file = std::fopen(config.c_str(), "w");
  std::fprintf(file,
               "current-context: c\ncontexts: [{name: c, context: {cluster: k, user: u}}]\n"
               "clusters: [{name: k, cluster: {server: '%s'}}]\nusers: [{name: u, user: {token: planted-secret-1}}]\n",
               server.url().c_str());
  std::fclose(file);
  const Outcome got = run(grovec() + " cluster -v -v --kubeconfig " + config);
  std::remove(config.c_str());
  EXPECT_EQ(got.code, 3);
  EXPECT_NE(server.seen()[0].head.find("planted-secret-1"), std::string::npos);
  EXPECT_EQ(got.text.find("planted"), std::string::npos) << got.text;
  EXPECT_NE(got.text.find("403 Forbidden"), std::string::npos) << got.text;
}

// What a server may put into an answer: a whole Secret, and whatever else is nobody's business.
constexpr const char* kSecret =
    R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","namespace":"default","uid":"u","resourceVersion":"1",)"
    R"("annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{\"data\":{\"a\":\"cGxhbnRlZA==\"}}"}},)"
    R"("data":{"a":"cGxhbnRlZA=="},"stringData":{"b":"hunter2hunter2"}})";

std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

/// Answers whatever is asked, each time in another of the ways in which a secret could get out.
bool tell_all(const test::Exchange& e, int way) {
  const std::string warning = "Warning: 299 - \"Bearer planted-token-1 " + escaped(kSecret) + "\"\r\n";
  const std::string message = "planted-token-1 Bearer planted-token-1 planted-key-line " + std::string(kSecret);
  const std::string status = R"({"kind":"Status","reason":"Invalid","message":")" + escaped(message) + "\"}";
  if (way == 0) e.answer(422, status, warning);
  if (way == 1) e.answer(403, status, warning);
  if (way == 2) e.answer(200, std::string(kSecret).substr(0, 300), warning);
  if (way == 3)
    e.answer(200, R"({"kind":"List","metadata":{"resourceVersion":"1"},"items":[)" + std::string(kSecret) + "]}");
  if (way == 4) e.write("HTTP/1.1 nonsense planted-token-1\r\n\r\n");
  return way != 4;
}

TEST(LiveProgram, NoCommandShowsAPlantedSecretWhateverTheServerSays) {
  std::atomic<int> way = 0, asked = 0;
  test::TinyServer server([&](const test::Exchange& e) {
    ++asked;
    return tell_all(e, way);
  });
  const std::string folder = "/tmp/grovec-secrets-" + std::to_string(::getpid());
  std::filesystem::create_directories(folder);
  const std::string pem =
      kube::encode_base64("-----BEGIN PRIVATE KEY-----\nplanted-key-line\n-----END PRIVATE KEY-----\n");
  const std::string certificate = kube::encode_base64("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
  std::ofstream(folder + "/config") << "current-context: c\ncontexts: [{name: c, context: {cluster: k, user: u}}]\n"
                                    << "clusters: [{name: k, cluster: {server: '" << server.url() << "'}}]\n"
                                    << "users: [{name: u, user: {token: planted-token-1, client-key-data: " << pem
                                    << ", client-certificate-data: " << certificate << "}}]\n";
  std::ofstream(folder + "/set.yaml")
      << "apiVersion: grove.io/v1alpha1\nkind: PodCliqueSet\nmetadata: {name: s, namespace: default}\n"
         "spec: {replicas: 1, template: {cliques: [{name: a, spec: {roleName: a, replicas: 1, "
         "podSpec: {containers: [{name: m, image: i}]}}}]}}\n";
  const std::vector<std::string> commands = {
      "cluster", "status", "status s", "scale group g 3", "delete s --yes", "reconcile --once " + folder + "/set.yaml"};
  for (way = 0; way < 5; ++way)
    for (const std::string& command : commands) {
      asked = 0;
      const Outcome got = run("timeout 60 env HOME=" + folder + " " + grovec() + " " + command + " --kubeconfig " +
                              folder + "/config" + " -v -v");
      EXPECT_GT(asked, 0) << command << got.text;
      for (const char* secret : {"planted", "cGxhbnRlZA", "hunter2"})
        EXPECT_EQ(got.text.find(secret), std::string::npos) << command << ", way " << way << ": " << got.text;
    }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace grovec

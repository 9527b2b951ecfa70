// The two programs together.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <string>

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

}  // namespace
}  // namespace grovec

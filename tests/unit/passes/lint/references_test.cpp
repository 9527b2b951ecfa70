#include "passes/lint/references.h"

#include <gtest/gtest.h>

#include <string>

namespace grovec::passes {
namespace {

std::string names(const std::vector<Reference>& references) {
  std::string out;
  for (const Reference& r : references) out += (out.empty() ? "" : " ") + std::string(r.name);
  return out;
}

// Kubernetes: third_party/forked/golang/expansion. `$$` is an escape, nothing is nested, unclosed text stays.
TEST(References, KubeletReadsNamesInParentheses) {
  EXPECT_EQ(names(kubelet_references("a $(A)-$(B_2) $$(C) $D ${E} $(F")), "A B_2");
  EXPECT_EQ(names(kubelet_references("$$$(A)")), "A");
  EXPECT_EQ(names(kubelet_references("$((A + 1)) $(hostname -i) $(A)")), "A");
  EXPECT_EQ(names(kubelet_references("$((A + $(B))")), "");
  EXPECT_EQ(names(kubelet_references("$")), "");
}

TEST(References, KubeletReferencesKeepTheirPlace) {
  const std::vector<Reference> found = kubelet_references("xy$(ABC)z");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].at, 2u);
  EXPECT_EQ(found[0].length, 6u);
}

TEST(References, ShellsReadNamesWithAndWithoutBraces) {
  EXPECT_EQ(names(shell_references("$A ${B} \\$C $1 $(D) ${E:-x} \"$F\"")), "A B E F");
}

TEST(References, DefaultsTestsAndAssignmentsGuardAVariable) {
  for (const char* text : {"${A:-0}", "${A-0}", "${A:+x}", "if [ -z \"$A\" ]; then echo $A; fi", "A=1; echo $A"})
    for (const Reference& r : shell_references(text)) EXPECT_TRUE(r.is_guarded) << text;
  for (const char* text : {"$A", "${A}", "echo $A; BA=1"})
    for (const Reference& r : shell_references(text)) EXPECT_FALSE(r.is_guarded) << text;
}

TEST(References, ServicesHaveVariables) {
  for (const char* name : {"KUBERNETES_SERVICE_HOST", "REDIS_SERVICE_HOST", "REDIS_SERVICE_PORT_HTTP", "REDIS_PORT",
                           "REDIS_PORT_6379_TCP_ADDR"})
    EXPECT_TRUE(is_service_variable(name)) << name;
  for (const char* name : {"SERVICE", "REDIS_HOST", "PORT", "LEADER_ADDRESS"})
    EXPECT_FALSE(is_service_variable(name)) << name;
}

}  // namespace
}  // namespace grovec::passes

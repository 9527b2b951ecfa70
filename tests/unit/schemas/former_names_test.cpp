#include "schemas/former_names.h"

#include <gtest/gtest.h>

namespace grovec::schemas {
namespace {

std::string told(std::string_view written) {
  std::string out;
  for (const FormerName* n : all_former(written)) out += std::string(n->place) + story_text(*n) + "\n";
  return out;
}

TEST(FormerNames, TellOfVariables) {
  ASSERT_NE(former_variable("GROVE_PGS_NAME"), nullptr);
  EXPECT_EQ(former_variable("GROVE_PGS_NAME")->meant, "GROVE_PCS_NAME");
  EXPECT_EQ(former_variable("GROVE_PCS_NAME"), nullptr);
}

TEST(FormerNames, TellOfWhatGroveMakes) {
  EXPECT_EQ(
      told("llm-initc-sa-token-secret"),
      "Secret; `*-ic-sat` was called `*-initc-sa-token-secret` until v0.1.0-alpha.11; write `*-ic-sat`, and the old "
      "one goes when no pod refers to it\n");
  EXPECT_EQ(told("grove.io:pgs:llm"),
            "Role and RoleBinding; `grove.io:pcs:*` was called `grove.io:pgs:*` until 2025-09-15, before "
            "v0.1.0-alpha.1; write `grove.io:pcs:*`\n");
  EXPECT_EQ(told("llm"), "");
  EXPECT_EQ(told(""), "");
}

// Names that Grove makes have no fixed text; they are told by the kind.
TEST(FormerNames, TellHowNamesOfObjectsChanged) {
  EXPECT_NE(told("ComputeDomain").find("`SET-REPLICA` until v0.1.0-alpha.8; now `SET-REPLICA-GROUP`"),
            std::string::npos);
  EXPECT_NE(told("PodGang").find("now it counts from 0 behind `minAvailable`"), std::string::npos);
  EXPECT_NE(told("PodGang").find("Since v0.1.0-alpha.12 they are `SET-REPLICA-EPOCH`"), std::string::npos);
  EXPECT_NE(told("Pod").find("`PODCLIQUE-INDEX` until 2025-07-29"), std::string::npos);
}

TEST(FormerNames, AreFoundInEveryTable) {
  for (const char* name :
       {"minReplicas", "LeaderReady", "PodGangSet", "grove.k8s.io", "grove.io/auto-mnnvl", "controllers.podGangSet",
        "webhookSeverSecret", "LWS_GROUP_SIZE", "grove.io/podgangset.grove.io", "pgs-podclique", "--pod-cliques"})
    EXPECT_NE(told(name), "") << name;
}

}  // namespace
}  // namespace grovec::schemas

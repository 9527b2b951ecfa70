#include "schemas/crds.h"

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <vector>

namespace grovec::schemas {
namespace {

std::string file_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream all;
  all << in.rdbuf();
  return all.str();
}

std::vector<std::string> lines_of(std::string_view text) {
  std::istringstream in{std::string(text)};
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// The schema of the PodClique spec's or the set's AutoScalingConfig called `name`.
YAML::Node auto_scaling(std::string_view text, std::string_view name) {
  YAML::Node at = YAML::Load(std::string(text))["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
  const YAML::Node spec = at["properties"]["spec"]["properties"];
  if (!spec["template"]) return spec[std::string(name)];
  const YAML::Node parts = spec["template"]["properties"];
  if (name == "scaleConfig") return parts["podCliqueScalingGroups"]["items"]["properties"]["scaleConfig"];
  return parts["cliques"]["items"]["properties"]["spec"]["properties"][std::string(name)];
}

TEST(Crds, AreTheFilesByteForByte) {
  ASSERT_EQ(crds().size(), 5U);
  for (const CrdFile& crd : crds()) {
    const std::string expected = file_text("schemas/crds/" + std::string(crd.file_name));
    ASSERT_FALSE(expected.empty()) << crd.file_name;
    EXPECT_TRUE(crd.text == expected) << crd.file_name;
    EXPECT_EQ(YAML::Load(expected)["spec"]["names"]["kind"].as<std::string>(), crd.kind);
  }
  EXPECT_TRUE(std::ranges::is_sorted(crds(), {}, &CrdFile::file_name));
}

TEST(CrdText, IsTheFileWithoutExtensions) {
  for (const CrdFile& crd : crds()) EXPECT_TRUE(crd_text(crd.kind, false) == crd.text) << crd.kind;
}

TEST(CrdText, IsEmptyForAKindWithoutCrd) { EXPECT_EQ(crd_text("Pod", true), ""); }

TEST(CrdText, ExtendedAddsLinesAndChangesNone) {
  for (const CrdFile& crd : crds()) {
    const std::vector<std::string> before = lines_of(crd.text), after = lines_of(crd_text(crd.kind, true));
    std::size_t matched = 0;
    for (const std::string& line : after) matched += matched < before.size() && line == before[matched] ? 1 : 0;
    EXPECT_EQ(matched, before.size()) << crd.kind;
    EXPECT_EQ(after.size() > before.size(), crd.kind == "PodCliqueSet" || crd.kind == "PodClique") << crd.kind;
  }
}

TEST(CrdText, ExtendedAutoscalingHasBehavior) {
  struct Place {
    const char* kind;
    const char* field;
  };
  for (const Place place : {Place{"PodCliqueSet", "scaleConfig"},
                            {"PodCliqueSet", "autoScalingConfig"},
                            {"PodClique", "autoScalingConfig"}}) {
    EXPECT_FALSE(auto_scaling(crd_text(place.kind, false), place.field)["properties"]["behavior"])
        << place.kind << ' ' << place.field;
    const YAML::Node config = auto_scaling(crd_text(place.kind, true), place.field);
    ASSERT_TRUE(config["properties"]["maxReplicas"]) << place.kind << ' ' << place.field;
    const YAML::Node behavior = config["properties"]["behavior"];
    ASSERT_TRUE(behavior) << place.kind << ' ' << place.field;
    EXPECT_EQ(behavior["type"].as<std::string>(), "object");
    for (const char* const direction : {"scaleDown", "scaleUp"}) {
      const YAML::Node rules = behavior["properties"][direction]["properties"];
      EXPECT_EQ(rules["policies"]["items"]["required"].size(), 3U);
      EXPECT_EQ(rules["stabilizationWindowSeconds"]["maximum"].as<int>(), 3600);
      EXPECT_TRUE(rules["tolerance"]["x-kubernetes-int-or-string"].as<bool>());
      EXPECT_EQ(rules["selectPolicy"]["enum"].size(), 3U);
    }
  }
}

}  // namespace
}  // namespace grovec::schemas

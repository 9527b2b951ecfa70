#include "schemas/json_schema.h"

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

namespace grovec::schemas {
namespace {

YAML::Node parsed(bool extended) { return YAML::Load(json_schema(extended)); }  // JSON is YAML

YAML::Node definition(const YAML::Node& schema, const char* name) { return schema["definitions"][name]; }

TEST(JsonSchema, DescribesThePodCliqueSet) {
  const YAML::Node schema = parsed(false);
  EXPECT_EQ(schema["$schema"].as<std::string>(), "http://json-schema.org/draft-07/schema#");
  EXPECT_EQ(schema["properties"]["kind"]["const"].as<std::string>(), "PodCliqueSet");
  EXPECT_EQ(schema["properties"]["spec"]["$ref"].as<std::string>(), "#/definitions/v1alpha1.PodCliqueSetSpec");
  const YAML::Node set = definition(schema, "v1alpha1.PodCliqueSetTemplateSpec");
  EXPECT_FALSE(set["additionalProperties"].as<bool>());
  EXPECT_EQ(set["required"].size(), 1U);
  EXPECT_EQ(set["properties"]["cliqueStartupType"]["enum"].size(), 4U);  // null is absent
  EXPECT_EQ(set["properties"]["terminationDelay"]["$ref"].as<std::string>(), "#/definitions/duration");
  EXPECT_EQ(set["properties"]["cliques"]["items"]["$ref"].as<std::string>(),
            "#/definitions/v1alpha1.PodCliqueTemplateSpec");
  EXPECT_FALSE(set["properties"]["cliques"]["description"].as<std::string>().empty());
}

TEST(JsonSchema, KeepsTheKeysOfInlinedStructsInTheParent) {
  const YAML::Node volume = definition(parsed(false), "v1.Volume");
  EXPECT_TRUE(volume["properties"]["emptyDir"]);
  EXPECT_FALSE(definition(parsed(false), "v1.VolumeSource"));
}

TEST(JsonSchema, DoesNotRequireWhatHasADefault) {
  EXPECT_FALSE(definition(parsed(false), "v1alpha1.HeadlessServiceConfig")["required"]);
}

TEST(JsonSchema, EmbeddedMetadataIsEmpty) {
  const YAML::Node schema = parsed(false);
  EXPECT_EQ(definition(schema, "v1.ObjectMeta_pruned")["properties"].size(), 0U);
  EXPECT_TRUE(definition(schema, "v1.ObjectMeta")["properties"]["labels"]);
}

TEST(JsonSchema, BehaviorIsInTheExtendedOneOnly) {
  EXPECT_FALSE(definition(parsed(false), "v1alpha1.AutoScalingConfig")["properties"]["behavior"]);
  EXPECT_FALSE(definition(parsed(false), "v2.HPAScalingRules"));
  const YAML::Node extended = parsed(true);
  EXPECT_TRUE(definition(extended, "v1alpha1.AutoScalingConfig")["properties"]["behavior"]);
  EXPECT_EQ(definition(extended, "v2.HPAScalingRules")["properties"]["stabilizationWindowSeconds"]["maximum"].as<int>(),
            3600);
}

void collect_references(const YAML::Node& node, std::set<std::string>& found) {
  if (node.IsScalar() || node.IsNull()) return;
  for (const auto& entry : node) {
    if (node.IsSequence()) {
      collect_references(entry, found);
    } else if (entry.first.as<std::string>() == "$ref" && entry.second.IsScalar()) {
      found.insert(entry.second.as<std::string>());
    } else {
      collect_references(entry.second, found);
    }
  }
}

TEST(JsonSchema, EveryReferenceHasExactlyOneDefinition) {
  for (const bool extended : {false, true}) {
    const YAML::Node schema = parsed(extended);
    std::set<std::string> wanted, defined;
    collect_references(schema, wanted);
    for (const auto& entry : schema["definitions"])
      EXPECT_TRUE(defined.insert("#/definitions/" + entry.first.as<std::string>()).second) << entry.first;
    EXPECT_EQ(wanted, defined);
  }
}

// An independent validator on samples and on recorded verdicts; which and why is said in the script.
TEST(JsonSchema, AgreesWithTheRecordedVerdicts) {
  if (std::system("python3 -c 'import jsonschema, yaml' 2>/dev/null") != 0)  // NOLINT(cert-env33-c)
    GTEST_SKIP() << "needs python3-jsonschema and python3-yaml";
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("grovec_schema_" + std::to_string(std::rand()) + ".json");
  std::ofstream(file) << json_schema(false);
  EXPECT_EQ(std::system(("python3 tests/unit/schemas/validate_json_schema.py " + file.string()).c_str()),
            0);  // NOLINT(cert-env33-c)
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace grovec::schemas

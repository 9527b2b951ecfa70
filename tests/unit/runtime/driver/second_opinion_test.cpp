// What compile prints, read by readers that are not ours: yaml-cpp and nlohmann/json find the same objects.
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <nlohmann/json.hpp>

#include "runtime/driver/compile.h"
#include "runtime/output/emit.h"
#include "tests/unit/support/generate.h"

namespace grovec::driver {
namespace {

using namespace ir;
using nlohmann::json;

// Whether a reader of YAML 1.2's core schema, or of Kubernetes' older rules, could take the text for something else.
bool reads_as_text(const YAML::Node& node) {
  if (node.Tag() == "!") return true;  // quoted
  bool b;
  double d;
  return !node.IsNull() && !YAML::convert<bool>::decode(node, b) && !YAML::convert<double>::decode(node, d);
}

// Where they differ first, or nothing.
std::string difference(const YAML::Node& y, const json& j, const std::string& path) {
  if (j.is_object()) {
    if (!y.IsMap() || y.size() != j.size()) return path + ": not the same fields";
    for (const auto& [key, value] : j.items()) {
      if (!y[key]) return path + ": no " + key;
      if (std::string d = difference(y[key], value, path + "." + key); !d.empty()) return d;
    }
    return {};
  }
  if (j.is_array()) {
    if (!y.IsSequence() || y.size() != j.size()) return path + ": not the same items";
    for (std::size_t i = 0; i < j.size(); ++i)
      if (std::string d = difference(y[i], j[i], path + "[" + std::to_string(i) + "]"); !d.empty()) return d;
    return {};
  }
  if (j.is_null()) return y.IsNull() ? "" : path + ": not null";
  if (!y.IsScalar()) return path + ": no scalar";
  if (j.is_string()) {
    if (y.Scalar() != j.get<std::string>()) return path + ": `" + y.Scalar() + "`";
    return reads_as_text(y) ? "" : path + ": `" + y.Scalar() + "` is not quoted";
  }
  if (y.Tag() == "!") return path + ": `" + y.Scalar() + "` is quoted";
  if (j.is_boolean()) return y.Scalar() == (j.get<bool>() ? "true" : "false") ? "" : path + ": " + y.Scalar();
  return y.Scalar() == j.dump() ? "" : path + ": " + y.Scalar();
}

TEST(SecondOpinion, SeesWhatWouldBeReadAsSomethingElse) {
  for (const char* yaml : {"a: 0", "a: true", "a: ~", "a: 1e3", "a: '1'", "b: '0'", "{a: '0', b: 1}"})
    EXPECT_NE(difference(YAML::Load(yaml), json::parse(R"({"a": "0"})"), ""), "") << yaml;
  EXPECT_EQ(difference(YAML::Load("a: '0'"), json::parse(R"({"a": "0"})"), ""), "");
  EXPECT_NE(difference(YAML::Load("a: '0'"), json::parse(R"({"a": 0})"), ""), "");
}

TEST(SecondOpinion, YamlAndJsonSayTheSame) {
  std::size_t objects = 0;
  for (std::uint64_t seed = 0; seed < 60 && !HasFailure(); ++seed) {
    Compilation c;
    c.environment.config.auto_mnnvl = true;
    const std::string text = testing::generate_set(seed, {.most_pods = 60, .topology = true, .mnnvl = true}) + "---\n" +
                             testing::kGeneratedBinding;
    ASSERT_TRUE(compile_documents(c, {}, *load_text(c.context, "set.yaml", text, {})));
    for (const auto& set : c.sets)
      enumerate(set->plan, set->world, [&](const Description& d, const Instance& n) {
        const json j = json::parse(object_text(d, n, set->world, OutputFormat::kNdjson));
        const YAML::Node y = YAML::Load(object_text(d, n, set->world, OutputFormat::kYaml));
        EXPECT_EQ(difference(y, j, j["kind"].get<std::string>()), "") << "seed " << seed;
        ++objects;
        return !HasFailure();
      });
  }
  EXPECT_GT(objects, 1000u);
}

}  // namespace
}  // namespace grovec::driver

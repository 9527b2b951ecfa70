#include "ir/hash/template_dump.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "ir/base/arena.h"

namespace grovec::ir {
namespace {

using nlohmann::json;

Value value_of(Arena& arena, const json& in) {
  if (in.is_boolean()) return Value::boolean(in.get<bool>());
  if (in.is_number_integer()) return Value::integer(in.get<std::int64_t>());
  if (in.is_string()) return Value::string(arena.copy(std::string_view(in.get_ref<const std::string&>())));
  if (in.is_array()) {
    std::vector<Value> items;
    for (const json& item : in) items.push_back(value_of(arena, item));
    return make_sequence(arena, items);
  }
  if (!in.is_object()) return Value();
  MappingBuilder builder(arena);
  for (const auto& [key, item] : in.items()) builder.set(arena.copy(std::string_view(key)), value_of(arena, item));
  return builder.build();
}

std::string dump_of(const Value& clique, const Value& pod_spec, std::string_view priority_class_name) {
  std::string text;
  dump_pod_template(clique.find("labels"), clique.find("annotations"), pod_spec, priority_class_name, text);
  return text;
}

std::string hash_of(const std::string& text) {
  Fnv1a sum;
  sum.add(text);
  return safe_encode(sum.sum());
}

struct Vector {
  std::string hash;
  std::uint64_t sum;
  std::size_t length;
  json input;
};

std::vector<Vector> vectors() {
  return {
#define VECTOR(hash, sum, length, text) {hash, sum, length, json::parse(text)},
#define DUMP(text)
#include "tests/unit/ir/hash/vectors.inc"
#undef VECTOR
#undef DUMP
  };
}

/// Dump of a vector's only clique.
std::string dump_of(Arena& arena, const Vector& v) {
  const Value input = value_of(arena, v.input);
  const Value clique = input["cliques"].items()[0];
  return dump_of(clique, clique["podSpec"], input["priorityClassName"].as_string());
}

TEST(TemplateDump, MatchesTheReferenceCharacterByCharacter) {
  const std::string expected =
#define VECTOR(hash, sum, length, text)
#define DUMP(text) text
#include "tests/unit/ir/hash/vectors.inc"
#undef VECTOR
#undef DUMP
      ;
  Arena arena;
  EXPECT_EQ(dump_of(arena, vectors()[0]), expected);
}

TEST(TemplateDump, MatchesTheReferenceVectors) {
  ASSERT_EQ(vectors().size(), 4U);
  for (const Vector& v : vectors()) {
    Arena arena;
    const std::string text = dump_of(arena, v);
    EXPECT_EQ(text.size(), v.length);
    Fnv1a sum;
    sum.add(text);
    EXPECT_EQ(sum.sum(), v.sum);
    EXPECT_EQ(safe_encode(sum.sum()), v.hash);
  }
}

TEST(TemplateDump, GenerationHashRunsOverAllTemplates) {
  Arena arena;
  const std::string both = dump_of(arena, vectors()[0]) + dump_of(arena, vectors()[1]);
  EXPECT_EQ(both.size(), 5753U);
  EXPECT_EQ(hash_of(both), "5bd9546654f969d9bf5c");
}

TEST(TemplateDump, EmptyIsNotAbsentAndNullIs) {
  Arena arena;
  const Value spec = value_of(arena, json::parse(R"({"tolerations": [], "nodeSelector": {}, "hostAliases": null})"));
  const Value empty = value_of(arena, json::object());
  std::string text;
  dump_pod_template(&empty, nullptr, spec, "", text);
  for (const char* const part :
       {"Labels:(map[string]string)map[] Annotations:(map[string]string)<nil>", "Tolerations:([]v1.Toleration)[]",
        "NodeSelector:(map[string]string)map[]", "HostAliases:([]v1.HostAlias)<nil>"})
    EXPECT_NE(text.find(part), std::string::npos) << part;
}

TEST(TemplateDump, PresentPointersPrintTheirZeroFields) {
  Arena arena;
  const Value spec = value_of(arena, json::parse(R"({"volumes": [{"name": "e", "emptyDir": {}},
                             {"name": "f", "downwardAPI": {"items": [{"path": "p", "resourceFieldRef": {"resource": "limits.cpu"}}]}}],
                             "containers": [{"livenessProbe": {"httpGet": {}}, "readinessProbe": {"httpGet": {"port": 80}}}]})"));
  std::string text;
  dump_pod_template(nullptr, nullptr, spec, "", text);
  for (const char* const part :
       {"EmptyDir:(*v1.EmptyDirVolumeSource){Medium:(v1.StorageMedium) SizeLimit:(*resource.Quantity)<nil>}",
        "Port:(intstr.IntOrString){Type:(intstr.Type)0 IntVal:(int32)0 StrVal:(string)}",
        "Port:(intstr.IntOrString){Type:(intstr.Type)0 IntVal:(int32)80 StrVal:(string)}",
        "Divisor:(resource.Quantity){i:(resource.int64Amount){value:(int64)0 scale:(resource.Scale)0} "
        "d:(resource.infDecAmount){Dec:(*inf.Dec)<nil>} s:(string) Format:(resource.Format)}"})
    EXPECT_NE(text.find(part), std::string::npos) << part;
}

// Recorded worlds ----------------------------------------------------------------------------------------------------

json parsed(const std::filesystem::path& path) {
  std::ifstream in(path);
  return json::parse(in, nullptr, false);
}

/// Name of the clique template behind a recorded PodClique.
std::string clique_name(const json& podclique, const std::string& set) {
  const json& labels = podclique["metadata"]["labels"];
  const std::string owner = labels.value("grove.io/podcliquescalinggroup", "");
  const std::string prefix =
      owner.empty() ? set + "-" + labels["grove.io/podcliqueset-replica-index"].get<std::string>() + "-"
                    : owner + "-" + labels["grove.io/podcliquescalinggroup-replica-index"].get<std::string>() + "-";
  return podclique["metadata"]["name"].get<std::string>().substr(prefix.size());
}

/// Dumps by clique name, and all of them in list order under "".
std::map<std::string, std::string> dumps_of(const json& set) {
  Arena arena;
  std::map<std::string, std::string> dumps;
  const Value pcs_template = value_of(arena, set["spec"]["template"]);
  for (const Value& clique : pcs_template["cliques"].items()) {
    const std::string text = dump_of(clique, clique["spec"]["podSpec"], pcs_template["priorityClassName"].as_string());
    dumps[std::string(clique["name"].as_string())] = text;
    dumps[""] += text;
  }
  return dumps;
}

TEST(TemplateDump, HashesAreThoseOfTheRecordedObjects) {
  int cliques = 0;
  int sets = 0;
  for (const auto& entry : std::filesystem::directory_iterator("tests/fixtures/oracle")) {
    if (!std::filesystem::exists(entry.path() / "objects.json")) continue;
    const json objects = parsed(entry.path() / "objects.json");
    const json status = parsed(entry.path() / "status.json");
    std::map<std::string, std::map<std::string, std::string>> sets_found;
    for (const json& object : objects) {
      if (object["kind"] != "PodCliqueSet") continue;
      const std::string name = object["metadata"]["name"];
      sets_found[name] = dumps_of(object);
      const std::string recorded = status["PodCliqueSet/" + name].value("currentGenerationHash", "");
      EXPECT_EQ(hash_of(sets_found[name][""]), recorded) << entry.path();
      ++sets;
    }
    for (const json& object : objects) {
      if (object["kind"] != "PodClique") continue;
      const json& labels = object["metadata"]["labels"];
      const std::string set = labels["app.kubernetes.io/part-of"];
      const std::string& text = sets_found[set][clique_name(object, set)];
      ASSERT_FALSE(text.empty()) << object["metadata"]["name"];
      EXPECT_EQ(hash_of(text), labels["grove.io/pod-template-hash"].get<std::string>())
          << entry.path() << object["metadata"]["name"];
      ++cliques;
    }
  }
  EXPECT_GT(sets, 20);
  EXPECT_GT(cliques, 60);
}

TEST(SafeEncode, MapsDigits) {
  EXPECT_EQ(safe_encode(0), "4");
  EXPECT_EQ(safe_encode(1234567890), "56789bcdf4");
}

}  // namespace
}  // namespace grovec::ir

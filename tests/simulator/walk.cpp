#include "tests/simulator/walk.h"

#include <algorithm>

namespace grovec::simulator {

using simulate::Key;
using simulate::Kind;
using simulate::Object;
using simulate::ObjectPtr;
using simulate::Store;

namespace {

const Object* any_of(Random& random, const Store& store, Kind kind) {
  const auto& all = store.all(kind);
  return all.empty() ? nullptr : all[random.below(all.size())].get();
}

std::string scale(Random& random, const Object* object, std::uint64_t most) {
  if (!object) return {};
  const auto least = static_cast<std::uint64_t>(std::max<std::int64_t>(object->spec()["minAvailable"].as_int(1), 1));
  const std::uint64_t n = least + random.below(std::max(most, least) - least + 1);
  return "kubectl scale " + std::string(simulate::facts_of(object->key.kind).short_name) + " " + object->key.name +
         " --replicas=" + std::to_string(n);
}

std::string remove(const Object* object, const std::string& name) {
  if (!object) return {};
  std::string kind(simulate::facts_of(object->key.kind).name);
  std::transform(kind.begin(), kind.end(), kind.begin(), [](char c) { return static_cast<char>(c | 32); });
  return "kubectl delete " + kind + " " + name + " --wait=false";
}

std::string change_image(Random& random, const Object& set) {
  const ir::Value* cliques = set.spec().find("template", "cliques");
  const std::uint64_t c = random.below(cliques->size());
  return "kubectl patch pcs " + set.key.name +
         R"( --type=json -p '[{"op": "replace", "path": "/spec/template/cliques/)" + std::to_string(c) +
         R"(/spec/podSpec/containers/0/image", "value": "app:)" + std::to_string(1 + random.below(9)) + R"("}]')";
}

std::string switch_strategy(Random& random, const Object& set) {
  return "kubectl patch pcs " + set.key.name + R"( --type=merge -p '{"spec":{"updateStrategy":{"type":")" +
         (random.below(2) ? "OnDelete" : "RollingRecreate") + R"("}}}')";
}

}  // namespace

std::string random_step(Random& random, const Store& store, const Key& key, const Aliases& aliases) {
  const ObjectPtr set = store.find(key);
  if (!set) return {};
  const Object* pod = any_of(random, store, Kind::kPod);
  const std::string pod_name = pod ? aliases.of(*pod) : std::string();
  switch (random.below(14)) {
    case 0:
      return scale(random, set.get(), 3);
    case 1:
    case 2:
      return scale(random, any_of(random, store, Kind::kPodCliqueScalingGroup), 4);
    case 3:
    case 4:
      return scale(random, any_of(random, store, Kind::kPodClique), 5);
    case 5:
    case 6:
      return remove(pod, pod_name);
    case 7: {
      const Object* clique = any_of(random, store, Kind::kPodClique);
      return clique ? remove(clique, clique->key.name) : "";
    }
    case 8: {
      const Object* gang = any_of(random, store, Kind::kPodGang);
      return gang ? remove(gang, gang->key.name) : "";
    }
    case 9: {
      const Object* service = any_of(random, store, Kind::kService);
      return service ? remove(service, service->key.name) : "";
    }
    case 10:
      return pod ? "pod status of " + pod_name + " set by hand: phase Failed, reason Evicted" : "";
    case 11:
      return switch_strategy(random, *set);
    default:
      return change_image(random, *set);
  }
}

}  // namespace grovec::simulator

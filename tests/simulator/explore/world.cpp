// The small worlds.
#include "tests/simulator/explore/state.h"

namespace grovec::simulator {

namespace {

std::string clique(const std::string& name, int replicas, int least) {
  return "    - name: " + name + "\n      spec:\n        roleName: " + name +
         "\n        replicas: " + std::to_string(replicas) + "\n        minAvailable: " + std::to_string(least) +
         "\n        podSpec: {containers: [{name: main, image: \"app:1\"}]}\n";
}

std::string set(int replicas, const std::string& cliques, const std::string& groups, bool on_delete) {
  return std::string(
             "apiVersion: grove.io/v1alpha1\nkind: PodCliqueSet\nmetadata: {name: w, namespace: default}\nspec:\n  "
             "replicas: ") +
         std::to_string(replicas) + "\n" + (on_delete ? "  updateStrategy: {type: OnDelete}\n" : "") +
         "  template:\n    terminationDelay: 10s\n    cliques:\n" + cliques + groups;
}

const char* const kGroup =
    "    podCliqueScalingGroups:\n    - {name: g, cliqueNames: [a, b], replicas: 2, minAvailable: 1}\n";

}  // namespace

const std::vector<SmallWorld>& small_worlds() {
  static const std::vector<SmallWorld> kAll = {
      {"a1", set(1, clique("a", 2, 1), "", false), false, 3},
      {"a2", set(1, clique("a", 2, 2), "", false), false, 3},
      {"a1-on-delete", set(1, clique("a", 2, 1), "", true), false, 3},
      {"a3", set(1, clique("a", 3, 1), "", false), false, 3},
      {"b", set(1, clique("a", 1, 1) + clique("b", 1, 1), kGroup, false), false, 2},
      {"b-on-delete", set(1, clique("a", 1, 1) + clique("b", 1, 1), kGroup, true), false, 2},
      {"c", set(2, clique("a", 1, 1), "", false), true, 2},
      {"c-on-delete", set(2, clique("a", 1, 1), "", true), true, 2},
  };
  return kAll;
}

}  // namespace grovec::simulator

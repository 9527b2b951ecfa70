// Kinds and identities of objects.
#include "ir/object_key.h"

#include <gtest/gtest.h>

#include <set>
#include <unordered_set>

namespace grovec::ir {
namespace {

TEST(KindInfo, SplitsTheApiVersionIntoGroupAndVersion) {
  for (std::size_t k = 0; k < kObjectKinds; ++k) {
    const KindInfo& info = info_of(static_cast<ObjectKind>(k));
    const std::string joined =
        info.group.empty() ? std::string(info.version) : std::string(info.group) + "/" + std::string(info.version);
    EXPECT_EQ(info.api_version, joined) << info.kind;
    EXPECT_EQ(kind_of(info.api_version, info.kind), static_cast<ObjectKind>(k)) << info.kind;
  }
  EXPECT_EQ(kind_of("scheduling.volcano.sh/v1beta1", "PodGroup"), ObjectKind::kVolcanoPodGroup);
  EXPECT_EQ(kind_of("scheduling.run.ai/v2alpha2", "PodGroup"), ObjectKind::kKaiPodGroup);
  EXPECT_FALSE(kind_of("v1", "PodGroup"));
  EXPECT_FALSE(kind_of("apps/v1", "Pod"));
}

// admission 1.1 and the CRDs: Grove's own kinds, and which of them have no namespace.
TEST(KindInfo, OwnsTheWholeSpecOfGrovesOwnKindsOnly) {
  std::set<std::string_view> whole, cluster, plurals;
  for (std::size_t k = 0; k < kObjectKinds; ++k) {
    const KindInfo& info = info_of(static_cast<ObjectKind>(k));
    if (info.ownership == SpecOwnership::kWholeSpec) whole.insert(info.plural);
    if (!info.is_namespaced) cluster.insert(info.plural);
  }
  EXPECT_EQ(whole, (std::set<std::string_view>{"podcliquesets", "podcliquescalinggroups", "podcliques", "podgangs",
                                               "clustertopologybindings"}));
  EXPECT_EQ(cluster, (std::set<std::string_view>{"clustertopologybindings", "topologies"}));
}

TEST(ObjectKey, SortsByCreationThenByNamespaceAndName) {
  const ObjectKey service{ObjectKind::kService, "b", "x"}, clique{ObjectKind::kPodClique, "a", "a"},
      pod{ObjectKind::kPod, "a", "a"}, other{ObjectKind::kPod, "a", "b"}, set{ObjectKind::kPodCliqueSet, "", ""};
  EXPECT_LT(service, clique);
  EXPECT_LT(clique, pod);
  EXPECT_LT(pod, other);
  EXPECT_LT(other, set) << "what a set is made from comes last";
  EXPECT_EQ(text_of(pod), "Pod a/a");
  EXPECT_EQ(text_of({ObjectKind::kClusterTopologyBinding, "", "t"}), "ClusterTopologyBinding t");
  std::unordered_set<ObjectKey> keys{service, clique, pod, other, set};
  EXPECT_TRUE(keys.contains({ObjectKind::kPod, "a", "b"}));
  EXPECT_FALSE(keys.contains({ObjectKind::kPod, "b", "a"}));
}

}  // namespace
}  // namespace grovec::ir

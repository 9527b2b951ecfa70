// What lives, filed by the set it belongs to: by label, by controller, by the controller's name.
#include "runtime/live/eyes/store.h"

#include <gtest/gtest.h>

#include "runtime/live/eyes/eyes.h"

namespace grovec::live {
namespace {

constexpr char kApi[] = R"("apiVersion":"grove.io/v1alpha1")";

struct World {
  Eyes eyes;
  Store store;

  // An object with this metadata, as JSON without its braces.
  void put(Kind kind, const std::string& metadata, const std::string& rest = "\"spec\":{}") {
    auto seen = eyes.read(
        kind, "{" + std::string(kApi) + ",\"metadata\":{\"namespace\":\"ns\"," + metadata + "}," + rest + "}");
    ASSERT_TRUE(seen) << seen.error().message;
    store.put(std::make_shared<const Seen>(std::move(*seen)));
  }
  void put_set(const std::string& name, const std::string& version = "1") {
    put(Kind::kPodCliqueSet, named(name, version));
  }
  static std::string named(const std::string& name, const std::string& version = "1", const std::string& uid = {}) {
    return R"("name":")" + name + R"(","uid":")" + (uid.empty() ? "uid-" + name : uid) + R"(","resourceVersion":")" +
           version + "\"";
  }
  static std::string part_of(const std::string& set) {
    return R"("labels":{"app.kubernetes.io/managed-by":"grove-operator","app.kubernetes.io/part-of":")" + set + "\"}";
  }
  static std::string owned_by(const std::string& kind, const std::string& name) {
    return R"("ownerReferences":[{"apiVersion":"grove.io/v1alpha1","kind":")" + kind + R"(","name":")" + name +
           R"(","uid":"uid-)" + name + R"(","controller":true}])";
  }
  std::string cliques(const std::string& set) const {
    std::string out;
    const View view = store.view({"ns", set});
    for (const auto* c : view.observed.cliques) out += c->meta.name + " ";
    return out;
  }
};

TEST(Store, FilesByLabel) {
  World w;
  w.put_set("a");
  w.put(Kind::kPodClique, World::named("a-0-x") + "," + World::part_of("a"));
  w.put(Kind::kPodClique, World::named("b-0-x") + "," + World::part_of("b"));
  EXPECT_EQ(w.cliques("a"), "a-0-x ");
  EXPECT_EQ(w.cliques("b"), "b-0-x ");
  EXPECT_TRUE(w.store.view({"ns", "a"}).manifest);
  EXPECT_FALSE(w.store.view({"ns", "b"}).manifest) << "something is left of a set that is gone";
  EXPECT_EQ(w.store.sets(), (std::vector<SetKey>{{"ns", "a"}, {"ns", "b"}}));
}

TEST(Store, FilesByTheControllerWhicheverComesFirst) {
  for (const bool owner_first : {true, false}) {
    World w;
    const auto put_owner = [&] { w.put(Kind::kPodClique, World::named("a-0-x") + "," + World::part_of("a")); };
    if (owner_first) put_owner();
    w.put(Kind::kPod, World::named("p") + R"(,"labels":{},)" + World::owned_by("PodClique", "a-0-x"));
    if (!owner_first) put_owner();
    const View view = w.store.view({"ns", "a"});
    ASSERT_EQ(view.observed.pods.size(), 1u) << owner_first;
    EXPECT_EQ(view.observed.pods[0]->name, "p");
  }
}

TEST(Store, ACliqueWithoutItsLabelIsTheSetsAfterWhichItsControllerIsNamed) {
  for (const bool set_first : {true, false}) {
    World w;
    if (set_first) w.put_set("a");
    // The live set has another uid than the one that was the controller.
    w.put(Kind::kPodClique, World::named("x") + "," + R"("ownerReferences":[{"apiVersion":"grove.io/v1alpha1",)" +
                                R"("kind":"PodCliqueSet","name":"a","uid":"gone","controller":true}])");
    w.put(Kind::kPodClique, World::named("y") + "," + World::owned_by("PodCliqueScalingGroup", "a-0-g"));
    if (!set_first) w.put_set("a");
    EXPECT_EQ(w.cliques("a"), "x y ") << set_first;
  }
}

TEST(Store, OfSetsThatAGroupMayBeOfTheLongestNameHasIt) {
  for (const bool long_first : {true, false}) {
    World w;
    w.put_set(long_first ? "a-b" : "a");
    w.put(Kind::kPodClique, World::named("y") + "," + World::owned_by("PodCliqueScalingGroup", "a-b-0-g"));
    w.put_set(long_first ? "a" : "a-b");
    EXPECT_EQ(w.cliques("a-b"), "y ") << long_first;
    EXPECT_EQ(w.cliques("a"), "") << long_first;
  }
}

TEST(Store, NothingElseIsFoundByName) {
  World w;
  w.put_set("a");
  w.put(Kind::kPod, World::named("p") + "," + World::owned_by("PodCliqueScalingGroup", "a-0-g"));
  w.put(Kind::kPodClique, World::named("x") + R"(,"ownerReferences":[{"apiVersion":"apps/v1","kind":"PodCliqueSet",)" +
                              R"("name":"a","uid":"other","controller":true}])");
  w.put(Kind::kPodClique, World::named("y") + "," + World::owned_by("PodCliqueScalingGroup", "ab-0-g"));
  w.put(Kind::kPodClique, World::named("z"));
  EXPECT_EQ(w.cliques("a"), "");
  EXPECT_TRUE(w.store.view({"ns", "a"}).observed.pods.empty());
}

TEST(Store, AnOlderVersionChangesNothing) {
  World w;
  w.put(Kind::kPodClique, World::named("x", "10") + "," + World::part_of("a"), R"("spec":{"replicas":3})");
  w.store.take_changed();
  w.put(Kind::kPodClique, World::named("x", "9") + "," + World::part_of("a"), R"("spec":{"replicas":2})");
  EXPECT_TRUE(w.store.take_changed().empty());
  EXPECT_EQ(w.store.view({"ns", "a"}).observed.cliques[0]->replicas, 3);
  w.put(Kind::kPodClique, World::named("x", "9", "another") + "," + World::part_of("a"), R"("spec":{"replicas":2})");
  EXPECT_EQ(w.store.view({"ns", "a"}).observed.cliques[0]->replicas, 2) << "another object of that name";
}

TEST(Store, ARemovalOfAnotherUidChangesNothing) {
  World w;
  w.put(Kind::kPodClique, World::named("x") + "," + World::part_of("a"));
  w.store.remove(Kind::kPodClique, "ns", "x", "another");
  EXPECT_EQ(w.cliques("a"), "x ");
  w.store.remove(Kind::kPodClique, "ns", "x", "uid-x");
  EXPECT_FALSE(w.store.has({"ns", "a"}));
}

TEST(Store, WhatAListLacksIsGone) {
  World w;
  w.put(Kind::kPodClique, World::named("x") + "," + World::part_of("a"));
  w.put(Kind::kPodClique, World::named("y") + "," + World::part_of("a"));
  w.put_set("a");
  w.store.take_changed();
  w.store.begin_list(Kind::kPodClique);
  w.put(Kind::kPodClique, World::named("y") + "," + World::part_of("a"));
  w.store.end_list(Kind::kPodClique);
  EXPECT_EQ(w.cliques("a"), "y ");
  EXPECT_TRUE(w.store.view({"ns", "a"}).manifest) << "other kinds are not of this list";
  EXPECT_EQ(w.store.take_changed(), (std::vector<SetKey>{{"ns", "a"}}));
}

TEST(Store, AnObjectThatMovesToAnotherSetChangesBoth) {
  World w;
  w.put(Kind::kPodClique, World::named("x", "1") + "," + World::part_of("a"));
  w.store.take_changed();
  w.put(Kind::kPodClique, World::named("x", "2") + "," + World::part_of("b"));
  EXPECT_EQ(w.store.take_changed(), (std::vector<SetKey>{{"ns", "a"}, {"ns", "b"}}));
  EXPECT_EQ(w.cliques("b"), "x ");
  EXPECT_FALSE(w.store.has({"ns", "a"}));
}

TEST(Store, AViewOutlivesWhatItShows) {
  World w;
  w.put(Kind::kPodClique, World::named("x") + "," + World::part_of("a"));
  const View view = w.store.view({"ns", "a"});
  w.store.remove(Kind::kPodClique, "ns", "x");
  w.eyes.sweep();
  EXPECT_EQ(view.observed.cliques[0]->meta.name, "x");
}

}  // namespace
}  // namespace grovec::live

// ClusterTopologyBindings: the Topology of KAI that is ours, drift of one that is not.
#include <gtest/gtest.h>

#include "frontend/reader.h"
#include "ir/value/writer.h"
#include "runtime/decide/bindings.h"
#include "runtime/driver/surroundings.h"
#include "runtime/input/load.h"

namespace grovec::decide {
namespace {

constexpr Instant kNow = Instant::from_seconds(1'800'000'000);

class BindingTest : public ::testing::Test {
 protected:
  BindingTest() { config.profiles = {"default-scheduler", "kai-scheduler"}; }

  const LiveObject* read(Kind kind, const std::string& text) {
    auto documents = driver::load_text(context, "in.yaml", text, {});
    held.push_back(read_object(kind, documents->front().document.root, nullptr));
    return held.back().get();
  }
  void bind(const std::string& more = "",
            const std::string& levels = "[{domain: zone, key: z}, {domain: host, key: h}]") {
    observed.binding =
        read(Kind::kClusterTopologyBinding,
             "apiVersion: grove.io/v1alpha1\nkind: ClusterTopologyBinding\nmetadata: {name: fabric, uid: b, "
             "generation: 3}\nspec:\n  levels: " +
                 levels + "\n" + more);
  }
  void put(const std::string& name, const std::string& owner_uid,
           const std::string& levels = "[{nodeLabel: z}, {nodeLabel: h}]", const std::string& meta = "") {
    const std::string owner = owner_uid.empty() ? ""
                                                : ", ownerReferences: [{apiVersion: grove.io/v1alpha1, kind: "
                                                  "ClusterTopologyBinding, name: fabric, uid: " +
                                                      owner_uid + ", controller: true}]";
    observed.topologies = {
        read(Kind::kKaiTopology, "apiVersion: kai.scheduler/v1alpha1\nkind: Topology\nmetadata: {name: " + name +
                                     ", uid: t, generation: 2" + meta + owner + "}\nspec: {levels: " + levels + "}\n")};
  }
  // Verb, kind and name of each write, and what it says.
  std::vector<std::string> writes(const Decision& d) {
    std::vector<std::string> out;
    for (const Step& step : d.steps)
      for (const Action& a : step)
        out.push_back(std::string(name_of(a.verb)) + " " + a.key.name + " " + a.uid + " " +
                      (a.change.is_null() ? "" : ir::to_text(a.change, ir::Format::kJson)));
    return out;
  }
  Decision decide() { return decide_binding(observed, config, kNow); }

  Context context;
  std::vector<std::shared_ptr<const LiveObject>> held;
  ObservedBinding observed;
  ir::OperatorConfig config;
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_F(BindingTest, MakesTheTopologyThatNobodyNames) {
  bind();
  const Decision d = decide();
  const auto w = writes(d);
  ASSERT_EQ(w.size(), 2u);
  EXPECT_TRUE(w[0].starts_with("create fabric  ")) << w[0];
  EXPECT_TRUE(has(w[0], R"("spec":{"levels":[{"nodeLabel":"z"},{"nodeLabel":"h"}]})")) << w[0];
  EXPECT_EQ(d.steps[0][0].owner, (ObjectKey{Kind::kClusterTopologyBinding, "fabric"}));
  EXPECT_TRUE(has(w[1], R"("inSync":false)")) << w[1];
}

TEST_F(BindingTest, AtRestNothingIsWritten) {
  bind();
  put("fabric", "b");
  const Decision first = decide();
  ASSERT_EQ(writes(first).size(), 1u);
  const std::string status = writes(first)[0];
  EXPECT_TRUE(has(status, R"("reason":"InSync")") && has(status, R"("status":"False")")) << status;
  EXPECT_TRUE(has(
      status,
      R"({"inSync":true,"schedulerBackendTopologyObservedGeneration":2,"schedulerName":"kai-scheduler","topologyReference":"fabric"})"))
      << status;
  bind("status: " + ir::to_text(first.steps[0][0].change["status"], ir::Format::kJson) + "\n");
  EXPECT_TRUE(decide().empty());
}

TEST_F(BindingTest, OtherLevelsMakeOursAnew) {
  bind();
  put("fabric", "b", "[{nodeLabel: z}]");
  const auto w = writes(decide());
  ASSERT_FALSE(w.empty());
  EXPECT_EQ(w[0], "delete fabric t ");
  observed.topologies.clear();
  EXPECT_TRUE(writes(decide())[0].starts_with("create fabric"));
}

TEST_F(BindingTest, WhatIsNotOursIsOnlyCompared) {
  bind();
  put("fabric", "", "[{nodeLabel: z}]");
  auto w = writes(decide());
  ASSERT_EQ(w.size(), 1u);
  EXPECT_TRUE(has(w[0], R"("reason":"Drift")") && has(w[0], "belongs to somebody else")) << w[0];
  bind("  schedulerTopologyBindings: [{schedulerName: kai-scheduler, topologyReference: theirs}]\n");
  put("theirs", "", "[{nodeLabel: h}, {nodeLabel: z}]");
  const Decision d = decide();
  w = writes(d);
  ASSERT_EQ(w.size(), 1u);
  EXPECT_TRUE(has(w[0], R"("reason":"Drift","status":"True")")) << w[0];
  ASSERT_EQ(d.events.size(), 1u);
  EXPECT_EQ(d.events[0].reason, "TopologyDriftDetected");
}

TEST_F(BindingTest, ANamedTopologyThatIsAwayIsUnknown) {
  bind("  schedulerTopologyBindings: [{schedulerName: kai-scheduler, topologyReference: theirs}]\n");
  const auto w = writes(decide());
  ASSERT_EQ(w.size(), 1u);
  EXPECT_TRUE(has(w[0], R"("reason":"TopologyNotFound","status":"Unknown")")) << w[0];
}

TEST_F(BindingTest, ASchedulerThatKnowsNoTopologiesIsUnknown) {
  bind("  schedulerTopologyBindings: [{schedulerName: volcano, topologyReference: x}]\n");
  put("fabric", "b");
  const auto w = writes(decide());
  ASSERT_EQ(w.size(), 1u);
  EXPECT_TRUE(has(w[0], R"("status":"Unknown")") && has(w[0], R"("schedulerName":"volcano")")) << w[0];
}

TEST_F(BindingTest, WithoutKaiThereIsNothingToSay) {
  config.profiles = {"default-scheduler"};
  bind(
      "status: {observedGeneration: 3, conditions: [{type: SchedulerTopologyDrift, status: 'True', reason: Drift, "
      "message: m, "
      "lastTransitionTime: '2026-01-01T00:00:00Z'}]}\n");
  const auto w = writes(decide());
  ASSERT_EQ(w.size(), 1u);
  EXPECT_EQ(w[0], R"(patch-status fabric b {"status":{"conditions":null}})");
}

TEST_F(BindingTest, DriftThatIsOverIsSaidOnce) {
  bind(
      "status: {observedGeneration: 3, conditions: [{type: SchedulerTopologyDrift, status: 'True', reason: Drift, "
      "message: m, "
      "lastTransitionTime: '2026-01-01T00:00:00Z'}]}\n");
  put("fabric", "b");
  const Decision d = decide();
  ASSERT_EQ(d.events.size(), 1u);
  EXPECT_EQ(d.events[0].reason, "TopologyInSync");
}

TEST_F(BindingTest, ARefusedWriteBacksOff) {
  bind();
  FailedWrite f;
  f.key = {Kind::kKaiTopology, "fabric"};
  f.code = 500;
  f.count = 3;
  f.at = kNow;
  observed.failed = {f};
  const Decision d = decide();
  for (const std::string& w : writes(d)) EXPECT_FALSE(w.starts_with("create")) << w;
  ASSERT_TRUE(d.next_look.has_value());
  EXPECT_GT(*d.next_look, kNow);
}

TEST_F(BindingTest, OneThatGoesNeedsNothing) {
  bind();
  const LiveObject* live = observed.binding;
  LiveObject marked = *live;
  marked.meta.deleted = kNow;
  observed.binding = &marked;
  EXPECT_TRUE(decide().empty());
}

}  // namespace
}  // namespace grovec::decide

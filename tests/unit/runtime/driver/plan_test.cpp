// Single facts about worlds, each with the rule it stands for.
#include <gtest/gtest.h>

#include "backends/pod.h"
#include "ir/base/render.h"
#include "ir/labels.h"
#include "ir/value/writer.h"
#include "runtime/driver/compile.h"

namespace grovec::driver {
namespace {

using namespace ir;

constexpr const char* kHead = "apiVersion: grove.io/v1alpha1\nkind: PodCliqueSet\nmetadata: {name: s}\n";

std::string clique(const std::string& name, int replicas, const std::string& more = "") {
  return "    - {name: " + name + ", spec: {roleName: " + name + ", replicas: " + std::to_string(replicas) + more +
         ", podSpec: {containers: [{name: " + name + "-main, image: \"i:1\"}]}}}\n";
}

std::unique_ptr<Compilation> compile_text(const std::string& text, std::vector<std::string> assume = {}) {
  auto c = std::make_unique<Compilation>();
  CompileRequest request;
  request.assume_replicas = std::move(assume);
  Result<Done> done = compile_documents(*c, request, *load_text(c->context, "set.yaml", text, {}));
  EXPECT_TRUE(done) << (done ? "" : done.error().message);
  std::string findings;
  render_all(c->context, {}, findings);
  EXPECT_FALSE(c->failed()) << findings;
  return c;
}

// An object by kind and name, or null.
Value object_of(Compilation& c, ObjectKind kind, std::string_view name) {
  const CompiledSet& set = *c.sets.front();
  std::optional<ObjectRef> ref = find_object(set.plan, set.module.desired, kind, name);
  if (!ref) return Value::null();
  return instantiate(set.plan.descriptions[ref->description].tree, ref->instance, set.module.desired, c.context.arena);
}

std::string_view first_container(const Value& pod_clique) {
  return pod_clique["spec"]["podSpec"]["containers"].items()[0]["name"].as_string();
}

TEST(CliqueLookUp, IsExactWhereUpstreamMatchesSuffixes) {  // docs/differences.md, expansion 2.3
  auto c = compile_text(std::string(kHead) + "spec:\n  replicas: 1\n  template:\n    cliques:\n" + clique("worker", 1) +
                        clique("prefill-worker", 1));
  EXPECT_EQ(first_container(object_of(*c, ObjectKind::kPodClique, "s-0-prefill-worker")), "prefill-worker-main");
  EXPECT_EQ(first_container(object_of(*c, ObjectKind::kPodClique, "s-0-worker")), "worker-main");
}

constexpr const char* kGroup =
    "    podCliqueScalingGroups: [{name: g, cliqueNames: [a], replicas: 2, minAvailable: 2}]\n";

TEST(Counts, MayDifferBetweenSetReplicas) {
  auto c = compile_text(std::string(kHead) + "spec:\n  replicas: 2\n  template:\n    cliques:\n" + clique("a", 3) +
                            clique("b", 2) + kGroup,
                        {"s-1-g=4", "s-0-b=5", "s-1-g-3-a=1"});
  EXPECT_TRUE(object_of(*c, ObjectKind::kPodClique, "s-0-g-2-a").is_null());
  EXPECT_FALSE(object_of(*c, ObjectKind::kPodClique, "s-1-g-3-a").is_null());
  EXPECT_TRUE(object_of(*c, ObjectKind::kPodGang, "s-0-g-0").is_null());
  EXPECT_FALSE(object_of(*c, ObjectKind::kPodGang, "s-1-g-1").is_null());
  EXPECT_EQ(object_of(*c, ObjectKind::kPodClique, "s-0-b")["spec"]["replicas"].as_int(), 5);
  EXPECT_EQ(object_of(*c, ObjectKind::kPodClique, "s-1-b")["spec"]["replicas"].as_int(), 2);
  EXPECT_EQ(object_of(*c, ObjectKind::kPodCliqueScalingGroup, "s-1-g")["spec"]["replicas"].as_int(), 4);
  EXPECT_EQ(object_of(*c, ObjectKind::kPodCliqueScalingGroup, "s-0-g")["spec"]["replicas"].as_int(), 2);
  EXPECT_EQ(object_of(*c, ObjectKind::kPodGang, "s-1-g-1")["spec"]["podgroups"].items()[0]["podReferences"].size(), 1u);
  const Totals t = totals_of(c->sets.front()->module.desired);
  EXPECT_EQ(t.pods, (5u + 6u) + (2u + 3u * 3u + 1u));
  EXPECT_EQ(t.scaled_gangs, 2u);
}

TEST(ScaledWorlds, HaveNoServicesOfRemovedReplicas) {  // docs/differences.md
  auto c =
      compile_text(std::string(kHead) + "spec:\n  replicas: 3\n  template:\n    cliques:\n" + clique("a", 1), {"s=1"});
  EXPECT_FALSE(object_of(*c, ObjectKind::kService, "s-0").is_null());
  EXPECT_TRUE(object_of(*c, ObjectKind::kService, "s-1").is_null());
}

TEST(ScaledWorlds, KeepTheBaseGangWholeBelowMinAvailable) {  // expansion 14.2
  auto c = compile_text(
      std::string(kHead) + "spec:\n  replicas: 1\n  template:\n    cliques:\n" + clique("a", 1) + kGroup, {"s-0-g=1"});
  const Value groups = object_of(*c, ObjectKind::kPodGang, "s-0")["spec"]["podgroups"];
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups.items()[0]["podReferences"].size(), 1u);
  EXPECT_EQ(groups.items()[1]["podReferences"].size(), 0u);
}

TEST(Objects, AreFoundByKindAndNameOnly) {
  auto c = compile_text(std::string(kHead) + "spec:\n  replicas: 1\n  template:\n    cliques:\n" + clique("a", 2));
  EXPECT_FALSE(object_of(*c, ObjectKind::kPod, "s-0-a-bbbbc").is_null());
  EXPECT_TRUE(object_of(*c, ObjectKind::kPod, "s-0-a-bbbbd").is_null()) << "beyond the replicas";
  EXPECT_TRUE(object_of(*c, ObjectKind::kPod, "s-0-a-cbbbb").is_null()) << "another attempt";
  EXPECT_TRUE(object_of(*c, ObjectKind::kPod, "s-1-a-bbbbb").is_null());
  EXPECT_TRUE(object_of(*c, ObjectKind::kService, "s-0-a").is_null());
}

TEST(Pods, AreRenderedFromALivePodClique) {
  Arena a;
  using backends::object;
  using backends::text;
  const Value labels = object(a, {{keys::kPartOf, text("s")},
                                  {keys::kSetReplicaIndex, text("4")},
                                  {keys::kPodGang, text("s-4")},
                                  {keys::kPodTemplateHash, text("old")}});
  const Value container = object(a, {{"name", text("c")}, {"image", text("old:1")}});
  const Value spec = object(a, {{"containers", backends::list(a, {container})}});
  const backends::StartEntry waits{text("s-4-first"), 0, 2};
  const backends::PodCliqueInput input{.name = text("s-4-a"),
                                       .namespace_ = "ns",
                                       .labels = labels,
                                       .annotations = Value::null(),
                                       .pod_spec = spec,
                                       .starts_after = std::span(&waits, 1),
                                       .claims = {},
                                       .scheduler = &backends::default_scheduler(),
                                       .init_image = "initc:9"};
  const Value description = backends::describe_pod(a, input, {.owner_references = true, .gated = false});
  struct NoCounts final : Counter {
    std::uint32_t count(const CountHole& hole, const Instance&) const override { return hole.index; }
  } counts;
  const Value pod = instantiate(description, {.pod_index = 7, .pod_attempt = 1}, counts, a);
  EXPECT_EQ(pod["metadata"]["name"].as_string(), "s-4-a-cbbbk");
  EXPECT_EQ(pod["metadata"]["labels"][keys::kPodTemplateHash].as_string(), "old");
  EXPECT_EQ(pod["metadata"]["labels"][keys::kPodIndex].as_string(), "7");
  EXPECT_EQ(pod["metadata"]["ownerReferences"].items()[0]["name"].as_string(), "s-4-a");
  EXPECT_EQ(pod["spec"]["hostname"].as_string(), "s-4-a-7");
  EXPECT_EQ(pod["spec"]["subdomain"].as_string(), "s-4");
  EXPECT_EQ(pod["spec"].find("schedulingGates"), nullptr) << "not gated";
  EXPECT_EQ(pod["spec"]["containers"].items()[0]["env"].items()[3]["value"].as_string(), "s-4.ns.svc.cluster.local");
  const Value init = pod["spec"]["initContainers"].items()[0];
  EXPECT_EQ(init["image"].as_string(), "initc:9");
  EXPECT_EQ(init["args"].items()[0].as_string(), "--podcliques=s-4-first:2");
}

}  // namespace
}  // namespace grovec::driver

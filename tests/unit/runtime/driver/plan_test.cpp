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

std::string spec_of(int replicas, const std::string& cliques) {
  return "spec:\n  replicas: " + std::to_string(replicas) + "\n  template:\n    cliques:\n" + cliques;
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
  std::optional<ObjectRef> ref = find_object(set.plan, set.world, kind, name);
  if (!ref) return Value::null();
  return instantiate(set.plan.descriptions[ref->description].tree, ref->instance, set.world, c.context.arena);
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
  const Totals t = totals_of(c->sets.front()->world);
  EXPECT_EQ(t.pods, (5u + 6u) + (2u + 3u * 3u + 1u));
  EXPECT_EQ(t.scaled_gangs, 2u);
}

PodSuffix suffix(std::string_view text) { return *read_pod_suffix(text); }

std::vector<std::string> names_of(const CompiledSet& set, const World& world, ObjectKind kind) {
  std::vector<std::string> out;
  enumerate(set.plan, world, [&](const Description& d, const Instance& n) {
    if (d.kind == kind) out.push_back(name_text(d.name, n));
    return true;
  });
  return out;
}

// Pods of the upstream operator have random suffixes; after a failure there are gaps.
TEST(Populations, ListThePodsOfALivePodClique) {
  auto c = compile_text(std::string(kHead) + "spec:\n  replicas: 1\n  template:\n    cliques:\n" + clique("a", 4));
  const CompiledSet& set = *c->sets.front();
  Population live(set.module.spec);
  live.set_pods(0, 0, CliqueId{0}, {{3, suffix("bbbbb")}, {0, suffix("z9x2k")}, {1, suffix("4lmnp")}});
  const World world{set.module.desired, live};
  EXPECT_EQ(live.pods(0, 0, CliqueId{0}), 3u);
  EXPECT_EQ(live.clique_replicas(0, 0, CliqueId{0}), 4u) << "the fourth is being made";
  EXPECT_EQ(totals_of(world).pods, 3u);
  EXPECT_EQ(names_of(set, world, ObjectKind::kPod),
            (std::vector<std::string>{"s-0-a-z9x2k", "s-0-a-4lmnp", "s-0-a-bbbbb"}))
      << "in the order of their indices";
  const auto gang = find_object(set.plan, world, ObjectKind::kPodGang, "s-0");
  ASSERT_TRUE(gang);
  Arena arena;
  const Value tree = instantiate(set.plan.descriptions[gang->description].tree, gang->instance, world, arena);
  std::vector<std::string> references;
  for (const Value& r : tree["spec"]["podgroups"].items()[0]["podReferences"].items())
    references.emplace_back(r["name"].as_string());
  EXPECT_EQ(references, (std::vector<std::string>{"s-0-a-4lmnp", "s-0-a-bbbbb", "s-0-a-z9x2k"})) << "sorted by name";
  EXPECT_EQ(object_of(*c, ObjectKind::kPodClique, "s-0-a")["spec"]["replicas"].as_int(), 4);

  const auto pod = find_object(set.plan, world, ObjectKind::kPod, "s-0-a-bbbbb");
  ASSERT_TRUE(pod);
  EXPECT_EQ(pod->instance.pod_index, 3u) << "the name is not decoded: bbbbb is no index 0 here";
  const Value third = instantiate(set.plan.descriptions[pod->description].tree, pod->instance, world, arena);
  EXPECT_EQ(third["spec"]["hostname"].as_string(), "s-0-a-3");
  EXPECT_EQ(third["metadata"]["labels"][keys::kPodIndex].as_string(), "3");
  EXPECT_FALSE(find_object(set.plan, world, ObjectKind::kPod, "s-0-a-bbbbc"));
}

TEST(Populations, MakeAnotherWorldOfTheSameShapes) {
  auto c = compile_text(std::string(kHead) + spec_of(1, clique("a", 1) + kGroup));
  const CompiledSet& set = *c->sets.front();
  Population more(set.module.spec);
  more.set_replicas(2);
  more.set_group(1, GroupId{0}, 3);
  const World world{set.module.desired, more};
  EXPECT_EQ(names_of(set, world, ObjectKind::kPodGang), (std::vector<std::string>{"s-0", "s-1", "s-1-g-0"}));
  EXPECT_EQ(names_of(set, set.world, ObjectKind::kPodGang), std::vector<std::string>{"s-0"});
}

TEST(Populations, TakeASuffixOnce) {
  PodCliqueSet set;
  set.cliques.add({});
  Population live(set);
  live.set_pods(0, 0, CliqueId{0}, {{2, suffix("bbbbc")}, {1, suffix("bbbbc")}, {2, suffix("bbbbd")}});
  std::vector<std::uint32_t> indices;
  live.for_each_pod(0, 0, CliqueId{0}, PodOrder::kByIndex,
                    [&](std::uint32_t index, const PodSuffix&) { indices.push_back(index); });
  EXPECT_EQ(indices, (std::vector<std::uint32_t>{1, 2}));
  EXPECT_EQ(live.pod_range(0, 0, CliqueId{0}).index_of(suffix("bbbbd")), 2u);
  EXPECT_EQ(live.pod_range(0, 0, CliqueId{0}).suffix_of(0), std::nullopt);
}

// Claims of a PodClique's replicas are made for indices, whether a pod of it lives or not (expansion 8).
TEST(Populations, DoNotChangeTheClaimsOfReplicas) {
  auto c = compile_text(std::string(kHead) +
                        "spec:\n  replicas: 1\n  template:\n"
                        "    resourceClaimTemplates: [{name: t, templateSpec: {spec: {devices: {requests: "
                        "[{name: r, exactly: {deviceClassName: gpu}}]}}}}]\n    cliques:\n"
                        "    - name: a\n      resourceSharing: [{name: t, scope: PerReplica}]\n"
                        "      spec: {roleName: a, replicas: 2, podSpec: {containers: [{name: x, image: i}]}}\n");
  const CompiledSet& set = *c->sets.front();
  Population live(set.module.spec);
  live.set_pods(0, 0, CliqueId{0}, {{1, suffix("z9x2k")}});
  const World world{set.module.desired, live};
  EXPECT_EQ(names_of(set, world, ObjectKind::kResourceClaim), (std::vector<std::string>{"s-0-a-0-t", "s-0-a-1-t"}));
  EXPECT_EQ(totals_of(world).claims, 2u);
}

/// Errors of a world that was scaled, as `code path`.
std::vector<std::string> errors_of(const std::string& name, const std::string& spec, std::vector<std::string> assume) {
  Compilation c;
  CompileRequest request;
  request.assume_replicas = std::move(assume);
  const std::string head = "apiVersion: grove.io/v1alpha1\nkind: PodCliqueSet\nmetadata: {name: " + name + "}\n";
  const Result<Done> done = compile_documents(c, request, *load_text(c.context, "set.yaml", head + spec, {}));
  EXPECT_TRUE(done) << (done ? "" : done.error().message);
  std::vector<std::string> out;
  for (const Diagnostic& d : c.context.diags.all())
    if (d.severity == Severity::kError) out.push_back("GV" + std::to_string(d.info->code) + " " + d.path);
  return out;
}

using Errors = std::vector<std::string>;

// Four base-27 digits: 531441 indices.
TEST(CheckWorld, RefusesMorePodsThanHaveNames) {
  const std::string spec = spec_of(1, clique("a", 3));
  const Errors too_many = {"GV3109 spec.template.cliques[0].spec.replicas"};
  EXPECT_EQ(errors_of("s", spec, {"s-0-a=531441"}), Errors{});
  EXPECT_EQ(errors_of("s", spec, {"s-0-a=531442"}), too_many);
  EXPECT_EQ(errors_of("s", spec, {"s-0-a=2147483647"}), too_many);
}

// `P-i-g-j-c-k` has at most 63 characters; 50 of them here are no digits.
TEST(CheckWorld, LooksAtTheHostNamesOfTheIndicesInForce) {
  const std::string set(15, 's'), group(15, 'g'), member(15, 'c');
  const std::string spec = spec_of(
      1, clique(member, 1) + "    podCliqueScalingGroups: [{name: " + group + ", cliqueNames: [" + member + "]}]\n");
  const Errors too_long = {"GV3104 spec.template.cliques[0].name"};
  const std::string many = set + "=1000000000", last = set + "-999999999-" + group;
  EXPECT_EQ(errors_of(set, spec, {many}), Errors{}) << "9 + 1 + 1 digits";
  EXPECT_EQ(errors_of(set, spec, {many, set + "-0-" + group + "=1000001"}), Errors{}) << "1 + 7 + 1 digits";
  EXPECT_EQ(errors_of(set, spec, {many, last + "=1000"}), Errors{}) << "9 + 3 + 1 digits";
  EXPECT_EQ(errors_of(set, spec, {many, last + "=1001"}), too_long) << "9 + 4 + 1 digits";
  EXPECT_EQ(errors_of(set, spec, {many, last + "=1000", last + "-0-" + member + "=1000"}), Errors{}) << "9 + 1 + 3";
  EXPECT_EQ(errors_of(set, spec, {many, last + "=1000", last + "-999-" + member + "=11"}), too_long) << "9 + 3 + 2";
}

// `s-0-g-2-a` is a member at replica 2 of group `g`, and the standalone clique `g-2-a`.
TEST(CheckWorld, FindsNamesThatMeetAtTheLiveScale) {
  const std::string spec = spec_of(1, clique("a", 1) + clique("g-2-a", 1) +
                                          "    podCliqueScalingGroups: [{name: g, cliqueNames: [a], replicas: 2}]\n");
  EXPECT_EQ(errors_of("s", spec, {"s-0-g=2"}), Errors{});
  EXPECT_EQ(errors_of("s", spec, {"s-0-g=3"}), Errors{"GV3105 spec.template.cliques[1].name"});
}

// Its template promises nothing, so rules on what is created have not been looked at before.
TEST(CheckWorld, LooksAtASetThatIsScaledFromZero) {
  const std::string spec = spec_of(0, clique("a", 1));
  EXPECT_EQ(errors_of("1s", spec, {}), Errors{});
  EXPECT_EQ(errors_of("1s", spec, {"1s=1"}), Errors{"GV3101 metadata.name"});
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
  const Value pod = instantiate(description, {.pod_index = 7, .pod_suffix = pod_suffix(1, 7)}, counts, a);
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

// Views of a set: sums and runs against an enumeration of every object, resources against Kubernetes' rules.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "ir/base/render.h"
#include "runtime/driver/compile.h"
#include "runtime/output/json_stream.h"
#include "runtime/output/xml.h"
#include "runtime/view/env.h"
#include "runtime/view/graph/render.h"
#include "runtime/view/set.h"
#include "runtime/view/startup.h"
#include "tests/unit/support/generate.h"

namespace grovec::driver {
namespace {

using namespace ir;

std::unique_ptr<Compilation> compile_text(const std::string& text, std::vector<std::string> assume = {}) {
  auto c = std::make_unique<Compilation>();
  CompileRequest request;
  request.assume_replicas = std::move(assume);
  Result<Done> done = compile_documents(*c, request, *load_text(c->context, "set.yaml", text, {}));
  EXPECT_TRUE(done) << (done ? "" : done.error().message);
  std::string findings;
  render_all(c->context, {}, findings);
  EXPECT_FALSE(c->failed()) << findings << text;
  return c;
}

Resources resources_of(const std::string& pod_spec) {
  const auto c = compile_text(
      "apiVersion: grove.io/v1alpha1\nkind: PodCliqueSet\nmetadata: {name: r}\nspec:\n  replicas: 1\n  template:\n"
      "    cliques:\n    - name: c\n      spec: {replicas: 1, podSpec: " +
      pod_spec + "}\n");
  return SetView(c->sets.at(0)->world, *c->sets.at(0)->directory).pod_resources(CliqueId{0});
}

constexpr const char* kScaled = R"(apiVersion: grove.io/v1alpha1
kind: PodCliqueSet
metadata: {name: v}
spec:
  replicas: 5
  template:
    cliques:
    - name: a
      spec: {roleName: a, replicas: 2, podSpec: {containers: [{name: c, image: "i:1", resources: {limits: {nvidia.com/gpu: 2}}}]}}
    - name: b
      spec: {roleName: b, replicas: 3, minAvailable: 2, podSpec: {containers: [{name: c, image: "i:1", resources: {requests: {cpu: 500m}}}]}}
    podCliqueScalingGroups:
    - {name: g, cliqueNames: [b], replicas: 6, minAvailable: 2}
)";

TEST(ViewResources, ContainersAddUpAndInitContainersTakeTheirTurn) {
  const Resources r = resources_of(
      "{initContainers: [{name: i, image: i, resources: {requests: {cpu: 3, memory: 1Gi}}}, {name: j, image: i, "
      "resources: {requests: {cpu: 2}}}], containers: [{name: a, image: i, resources: {requests: {cpu: 1, memory: "
      "2Gi}}}, {name: b, image: i, resources: {requests: {cpu: 1500m, memory: 512Mi}}}]}");
  EXPECT_EQ(r.requests("cpu"), 3000);
  EXPECT_EQ(r.requests("memory"), std::int64_t{2560} << 20);
}

TEST(ViewResources, SidecarsRunBesideContainersAndLaterInitContainers) {
  const Resources r = resources_of(
      "{initContainers: [{name: early, image: i, resources: {requests: {cpu: 4}}}, {name: side, image: i, "
      "restartPolicy: "
      "Always, resources: {requests: {cpu: 1}}}, {name: late, image: i, resources: {requests: {cpu: 3500m}}}], "
      "containers: [{name: a, image: i, resources: {requests: {cpu: 2}}}]}");
  EXPECT_EQ(r.requests("cpu"), 4500);  // late + side; not early, which side does not accompany
}

TEST(ViewResources, AMissingRequestIsTheLimit) {
  const Resources r = resources_of(
      "{containers: [{name: a, image: i, resources: {limits: {nvidia.com/gpu: 8, cpu: 2}, requests: {cpu: 1}}}]}");
  EXPECT_EQ(r.requests("cpu"), 1000);
  EXPECT_EQ(r.gpus(), 8);
  EXPECT_EQ(r.amounts().at("cpu").limits, 2000);
}

TEST(ViewResources, PodLevelResourcesReplaceTheSumAndOverheadComesOnTop) {
  const Resources r = resources_of(
      "{runtimeClassName: sandbox, overhead: {cpu: 250m, memory: 64Mi}, resources: {requests: {cpu: 10}, limits: "
      "{memory: 4Gi}}, containers: "
      "[{name: a, image: i, resources: {requests: {cpu: 1}, limits: {nvidia.com/gpu: 1}}}]}");
  EXPECT_EQ(r.requests("cpu"), 10250);
  EXPECT_EQ(r.requests("memory"), (std::int64_t{4} << 30) + (64 << 20));
  EXPECT_EQ(r.amounts().at("memory").limits, (std::int64_t{4} << 30) + (64 << 20));
  EXPECT_FALSE(r.amounts().at("cpu").has_limit) << "overhead adds to limits that exist, it makes none";
  EXPECT_EQ(r.gpus(), 1);
}

TEST(ViewResources, GpusOfAnyVendorCountOthersDoNot) {
  EXPECT_TRUE(is_gpu("nvidia.com/gpu"));
  EXPECT_TRUE(is_gpu("amd.com/gpu"));
  EXPECT_TRUE(is_gpu("gpu.intel.com/xe"));
  EXPECT_FALSE(is_gpu("nvidia.com/mig-1g.5gb"));
  EXPECT_FALSE(is_gpu("rdma/ib"));
}

TEST(ViewResources, SumsSaturate) {
  Resources one, all;
  one["memory"].requests = std::int64_t{1} << 50;
  all.add(one, std::uint64_t{1} << 40);
  EXPECT_EQ(all.requests("memory"), std::numeric_limits<std::int64_t>::max());
}

TEST(ViewResources, AmountsAreReadable) {
  EXPECT_EQ(amount_text("cpu", 130), "130m");
  EXPECT_EQ(amount_text("cpu", 4000), "4");
  EXPECT_EQ(amount_text("memory", std::int64_t{1536} << 20), "1.5Gi");
  EXPECT_EQ(amount_text("memory", (std::int64_t{1} << 30) - 1), "1024Mi");
  EXPECT_EQ(amount_text("nvidia.com/gpu", 2048), "2048");
  EXPECT_EQ(amount_json("cpu", 1050), "1.05");
  EXPECT_EQ(amount_json("cpu", 7), "0.007");
  EXPECT_EQ(amount_json("memory", 7), "7");
}

TEST(ViewSet, RunsAreSplitWhereACountDiffers) {
  const auto c = compile_text(kScaled, {"v-2-g=8", "v-3-g-4-b=7"});
  const SetView view(c->sets.at(0)->world, *c->sets.at(0)->directory);
  const std::vector<ReplicaRun> runs = outline(view, {});
  ASSERT_EQ(runs.size(), 4u);  // 0-1, 2, 3, 4
  EXPECT_EQ(runs[0].count, 2u);
  EXPECT_EQ(runs[1].groups.at(0).runs.at(1).count, 6u);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> members;
  for (const MemberRun& m : runs[2].groups.at(0).runs) members.emplace_back(m.first, m.count);
  EXPECT_EQ(members, (std::vector<std::pair<std::uint32_t, std::uint32_t>>{{0, 2}, {2, 2}, {4, 1}, {5, 1}}));
}

TEST(ViewSet, SumsEqualWhatIsEnumerated) {
  const auto c = compile_text(kScaled, {"v-2-g=8", "v-3-g-4-b=7", "v-1-a=9", "v-4-g=1"});
  const CompiledSet& set = *c->sets.at(0);
  const SetView view(set.world, *set.directory);
  const Sums sums = sums_of(view, outline(view, {}));
  std::map<ObjectKind, std::uint64_t> counted;
  enumerate(set.plan, set.world, [&](const Description& d, const Instance&) { return ++counted[d.kind], true; });
  EXPECT_EQ(sums.pods, counted[ObjectKind::kPod]);
  EXPECT_EQ(sums.pod_cliques, counted[ObjectKind::kPodClique]);
  EXPECT_EQ(sums.base_gangs + sums.scaled_gangs, counted[ObjectKind::kPodGang]);
  EXPECT_EQ(sums.resources.gpus(), 2 * static_cast<std::int64_t>(sums.clique_pods[0]));
  std::uint64_t pods = 0;
  for (std::uint32_t i = 0; i < 5; ++i) {
    pods += base_gang_sums(view, i).pods;
    for (std::uint32_t j = 2; j < view.world().group_replicas(i, GroupId{0}); ++j)
      pods += scaled_gang_sums(view, i, GroupId{0}, j).pods;
  }
  EXPECT_EQ(pods, sums.pods) << "every pod is in one gang";
}

PodSuffix suffix_of(std::string_view text) { return *read_pod_suffix(text); }

// Pods of a live PodClique may be fewer or more than its `replicas`, with gaps and twice an index.
TEST(ViewSet, PodsThatLiveCountInsteadOfReplicas) {
  const auto c = compile_text(kScaled);
  const CompiledSet& set = *c->sets.at(0);
  Population live(set.module.spec);
  live.set_pods(0, 0, CliqueId{0}, {{3, suffix_of("bbbbb")}, {0, suffix_of("z9x2k")}, {3, suffix_of("4lmnp")}});
  live.set_pods(0, 1, CliqueId{1}, {});
  live.set_pods(0, 3, CliqueId{1}, {{5, suffix_of("zzzzz")}});
  const World world{set.module.desired, live};
  const SetView view(world, *set.directory);
  EXPECT_EQ(base_gang_sums(view, 0).pods, 3u + 3u + 0u);
  EXPECT_EQ(base_gang_sums(view, 0).minimum, 2u + 2u * 2u) << "what must be placed is what the set says";
  EXPECT_EQ(scaled_gang_sums(view, 0, GroupId{0}, 3).pods, 1u);
  EXPECT_EQ(scaled_gang_sums(view, 0, GroupId{0}, 2).pods, 3u);
  EXPECT_EQ(sums_of(view, outline(view, {})).pods, totals_of(world).pods);
  const std::string page = graph_html({{&set, &view}}, {});
  EXPECT_NE(page.find(R"([0,0,0,2,[[0,"z9x2k"],[3,"4lmnp"],[3,"bbbbb"]]],[0,1,1,3,[]],[0,3,1,3,[[5,"zzzzz"]]])"),
            std::string::npos);
}

TEST(ViewSet, SelectionOfEverythingIsEverything) {
  const auto c = compile_text(kScaled, {"v-2-g=8", "v-3-g-4-b=7"});
  const SetView view(c->sets.at(0)->world, *c->sets.at(0)->directory);
  Result<Selection> all = parse_selection({"replica=*", "set=v", "clique=?"});
  ASSERT_TRUE(all);
  const Sums part = sums_of(view, outline(view, *all)), whole = sums_of(view, outline(view, {}));
  EXPECT_EQ(part.pods, whole.pods);
  EXPECT_EQ(part.scaled_gangs, whole.scaled_gangs);
}

TEST(ViewSet, SelectionsByGangCutOutItsReplicas) {
  const auto c = compile_text(kScaled);
  const SetView view(c->sets.at(0)->world, *c->sets.at(0)->directory);
  Result<Selection> gang = parse_selection({"gang=v-*-g-[12]"});
  ASSERT_TRUE(gang);
  const std::vector<ReplicaRun> runs = outline(view, *gang);
  ASSERT_EQ(runs.size(), 1u) << "all replicas are alike";
  EXPECT_EQ(runs[0].count, 5u);
  EXPECT_FALSE(runs[0].has_base_gang);
  EXPECT_EQ(runs[0].groups.at(0).runs.at(0).first, 3u);
  EXPECT_EQ(sums_of(view, runs).pods, 5u * 2 * 3);
}

TEST(ViewSet, SelectionsOfUnknownKindsAreUsageErrors) {
  for (const char* text : {"pod=x", "replica", "=x", "group="}) {
    const Result<Selection> r = parse_selection({text});
    ASSERT_FALSE(r) << text;
    EXPECT_EQ(r.error().kind, Error::kUsage);
  }
}

TEST(ViewSet, HoldsForGeneratedSets) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const auto c = compile_text(testing::generate_set(seed));
    for (const auto& set : c->sets) {
      const SetView view(set->world, *set->directory);
      const Sums sums = sums_of(view, outline(view, {}));
      const Totals totals = totals_of(set->world);
      EXPECT_EQ(sums.pods, totals.pods) << seed;
      EXPECT_EQ(sums.pod_cliques, totals.pod_cliques) << seed;
      EXPECT_EQ(sums.scaled_gangs, totals.scaled_gangs) << seed;
      std::size_t checked = 0;
      enumerate(set->plan, set->world, [&](const Description& d, const Instance& n) {
        if (d.kind != ObjectKind::kPod) return true;
        const std::string name = name_text(d.name, n);
        const std::vector<FoundPods> found = find_pods(view, name);
        EXPECT_TRUE(found.size() == 1 && found[0].is_one) << name;
        if (found.size() != 1) return false;
        const PodKey* key = &found[0].pod;
        EXPECT_EQ(view.pod_name(key->i, key->j, key->clique, key->k), name);
        const PodEnv env = pod_env(*set, view, *key);
        EXPECT_EQ(env.gang, name_text(d.tree["metadata"]["labels"]["grove.io/podgang"], n));
        EXPECT_LT(env.rank, env.size);
        return ++checked < 20;
      });
    }
  }
}

TEST(ViewEnv, RanksAreThePositionsAmongPeers) {
  const auto c = compile_text(kScaled, {"v-0-g-1-b=5"});
  const SetView view(c->sets.at(0)->world, *c->sets.at(0)->directory);
  std::set<std::uint64_t> ranks;
  for_each_peer(view, {0, 1, CliqueId{1}, 0}, [&](const PodKey& peer) {
    const PodEnv env = pod_env(*c->sets.at(0), view, peer);
    EXPECT_EQ(env.size, 5u);
    EXPECT_EQ(env.rank, ranks.size());
    ranks.insert(env.rank);
    return true;
  });
  EXPECT_EQ(ranks.size(), 5u);
}

TEST(ViewEnv, FindsPodsByHostNameAndRefusesThoseThatDoNotExist) {
  const auto c = compile_text(kScaled);
  const SetView view(c->sets.at(0)->world, *c->sets.at(0)->directory);
  const std::vector<FoundPods> found = find_pods(view, "v-4-g-5-b-2");
  ASSERT_EQ(found.size(), 1u);
  const PodKey* pod = &found[0].pod;
  EXPECT_EQ(view.pod_name(pod->i, pod->j, pod->clique, pod->k), "v-4-g-5-b-bbbbd");
  for (const char* name : {"v-5-g-0-b-0", "v-0-g-6-b-0", "v-0-g-0-b-3", "v-0-a-02", "w-0-a-0", ""})
    EXPECT_TRUE(find_pods(view, name).empty()) << name;
}

TEST(ViewEnv, TakesAPodsNameWithAnySuffixAndThatOfAPodClique) {
  const auto c = compile_text(kScaled);
  const SetView view(c->sets.at(0)->world, *c->sets.at(0)->directory);
  const std::vector<FoundPods> live = find_pods(view, "v-0-a-x7k2q"), clique = find_pods(view, "v-0-a");
  ASSERT_TRUE(live.size() == 1 && clique.size() == 1);
  EXPECT_TRUE(live[0].is_live && !live[0].is_one) << "its index is in its label only";
  EXPECT_TRUE(!clique[0].is_live && !clique[0].is_one);
  EXPECT_EQ(view.clique_name(live[0].pod.i, live[0].pod.j, live[0].pod.clique), "v-0-a");
  EXPECT_TRUE(find_pods(view, "v-5-g-0-b-x7k2q").empty()) << "no such set replica";
}

TEST(ViewStartup, WithoutAnOrderEverythingIsInStageOne) {
  const auto c = compile_text(kScaled);
  const std::vector<StartPlan> plans = start_plans(c->sets.at(0)->world);
  ASSERT_EQ(plans.size(), 2u);
  for (const StartPlan& plan : plans) {
    EXPECT_EQ(plan.stages, 1u);
    EXPECT_TRUE(plan.critical_path.empty());
  }
}

TEST(JsonStream, PutsCommasBetweenAndEscapes) {
  std::string out;
  JsonStream json(out);
  json.begin_object().member("a", 1).key("b").begin_list().value("x\"\n").value(true).begin_list().end_list();
  json.begin_object().end_object().null().end_list().member("c", std::string("</script>")).end_object();
  EXPECT_EQ(out, R"({"a":1,"b":["x\"\n",true,[],{},null],"c":"</script>"})");
}

TEST(JsonStream, IsUtf8WhateverTheNameOfAFile) {
  std::string out;
  JsonStream(out).value("\xC3\xBC \xFC\xC3");
  EXPECT_EQ(out, "\"\xC3\xBC \xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST(Graph, TextsAreEscapedForTheirFormat) {
  EXPECT_EQ(xml_escaped("a<b>&\"'\x01"), "a&lt;b&gt;&amp;&quot;&#39;\xEF\xBF\xBD");
  EXPECT_EQ(xml_escaped("\xC3\xBC\xFC."), "\xC3\xBC\xEF\xBF\xBD.");
}

TEST(Graph, SizeDoesNotGrowWithCounts) {
  std::string large = kScaled;
  large.replace(large.find("replicas: 5"), 11, "replicas: 90000");
  const auto small = compile_text(kScaled), big = compile_text(large);
  const SetView a(small->sets.at(0)->world, *small->sets.at(0)->directory),
      b(big->sets.at(0)->world, *big->sets.at(0)->directory);
  const std::string page = graph_html({{small->sets[0].get(), &a}}, {});
  const std::string big_page = graph_html({{big->sets[0].get(), &b}}, {});
  EXPECT_LT(big_page.size(), page.size() + 200);
}

}  // namespace
}  // namespace grovec::driver

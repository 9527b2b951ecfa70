// Desired against live: what needs a write, and the patch that it is. Every recorded world of the upstream operator
// needs none, and every field that somebody changes in it is in the patch, alone.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "ir/base/render.h"
#include "ir/value/writer.h"
#include "runtime/diff/live.h"
#include "runtime/driver/compile.h"

namespace grovec::diff {
namespace {

// For people, a gate that is there or not is no difference.
bool is_gated_pod(const Wanted& wanted, const ir::Value& live) {
  return wanted.description.kind == ir::ObjectKind::kPod &&
         !same(Side{&wanted.description.tree["spec"]["schedulingGates"]}, Side{&live["spec"]["schedulingGates"]},
               Scope::kWhole);
}

using namespace ir;
namespace fs = std::filesystem;

// Nothing counts.
struct NoCounter final : Counter {
  std::uint32_t count(const CountHole& hole, const Instance&) const override { return hole.index; }
};
const NoCounter kCounter;

// Texts as trees.
struct Trees {
  Context context;
  Value read(const std::string& text) {
    const SourceId source = context.sources.add("t.yaml", text);
    const auto documents = frontend::read_documents(context, source, {});
    EXPECT_EQ(context.diags.errors(), 0u) << text;
    return documents.at(0).root;
  }
  std::string patch(ObjectKind kind, const std::string& ours, const std::string& live) {
    const Description d{kind, Value::string("x"), {ObjectKind::kPodCliqueSet, Value::string("p")}, read(ours)};
    const Instance n;
    const Wanted wanted{d, n, kCounter};
    const Value theirs = read(live);
    const std::string text = to_text(merge_patch(context.arena, wanted, theirs), Format::kJson);
    EXPECT_EQ(matches(wanted, theirs), text == "null") << text;
    EXPECT_TRUE(live_changes(wanted, theirs).empty() == (text == "null") || is_gated_pod(wanted, theirs)) << text;
    return text;
  }
};

std::string patch(ObjectKind kind, const std::string& ours, const std::string& live) {
  return Trees().patch(kind, ours, live);
}

TEST(MergePatch, HasExactlyTheFieldsThatDiffer) {
  EXPECT_EQ(patch(ObjectKind::kPodClique, "spec: {minAvailable: 2, podSpec: {a: 1, b: {c: 1, d: 2}}}",
                  "spec: {minAvailable: 2, podSpec: {a: 1, b: {c: 1, d: 3}}}"),
            R"({"spec":{"podSpec":{"b":{"d":2}}}})");
}

TEST(MergePatch, RemovesWhatGrovesOwnKindsShouldNotHave) {
  EXPECT_EQ(patch(ObjectKind::kPodGang, "spec: {podgroups: [{name: a}]}",
                  "spec: {podgroups: [{name: a}], priorityClassName: p, empty: [], none: null}"),
            R"({"spec":{"priorityClassName":null}})");
}

TEST(MergePatch, LeavesWhatOthersAddToBuiltInKinds) {
  EXPECT_EQ(patch(ObjectKind::kService, "spec: {clusterIP: None, selector: {a: b}}",
                  "spec: {clusterIP: None, selector: {a: b}, type: ClusterIP, sessionAffinity: None}"),
            "null");
  EXPECT_EQ(patch(ObjectKind::kService, "spec: {clusterIP: None, selector: {a: b}}",
                  "spec: {clusterIP: None, selector: {a: c}, type: ClusterIP}"),
            R"({"spec":{"selector":{"a":"b"}}})");
}

TEST(MergePatch, NeverHasTheReplicasOfWhatScales) {  // DESIGN: HPA, KEDA and people own them
  for (ObjectKind kind : {ObjectKind::kPodClique, ObjectKind::kPodCliqueScalingGroup})
    EXPECT_EQ(patch(kind, "spec: {replicas: 2, minAvailable: 1}", "spec: {replicas: 7, minAvailable: 2}"),
              R"({"spec":{"minAvailable":1}})");
  EXPECT_EQ(patch(ObjectKind::kPodClique, "spec: {podSpec: {replicas: 2}}", "spec: {podSpec: {replicas: 3}}"),
            R"({"spec":{"podSpec":{"replicas":2}}})");  // only of the spec itself
}

TEST(MergePatch, ReplacesAListAsAWhole) {
  EXPECT_EQ(patch(ObjectKind::kPodClique, "spec: {startsAfter: [a, b]}", "spec: {startsAfter: [b, a]}"),
            R"({"spec":{"startsAfter":["a","b"]}})");
  EXPECT_EQ(patch(ObjectKind::kHorizontalPodAutoscaler, "spec: {metrics: [{type: Resource, resource: {name: cpu}}]}",
                  "spec: {metrics: [{type: Resource, resource: {name: cpu}}, {type: Pods}]}"),
            R"({"spec":{"metrics":[{"resource":{"name":"cpu"},"type":"Resource"}]}})");
}

TEST(MergePatch, SeesNoDifferenceInAnotherSpellingOfAQuantity) {
  const std::string ours = "spec: {podSpec: {resources: {limits: {cpu: \"2\", m: 1Gi}}, args: [1Gi]}}";
  EXPECT_EQ(patch(ObjectKind::kPodClique, ours,
                  "spec: {podSpec: {resources: {limits: {cpu: 2000m, m: 1024Mi}}, args: [1Gi]}}"),
            "null");
  EXPECT_EQ(patch(ObjectKind::kPodClique, ours,
                  "spec: {podSpec: {resources: {limits: {cpu: 2000m, m: 1025Mi}}, args: [1024Mi]}}"),
            R"({"spec":{"podSpec":{"args":["1Gi"],"resources":{"limits":{"m":"1Gi"}}}}})");
}

TEST(MergePatch, MirrorsMetadataOfGrovesOwnKinds) {  // expansion 3.2, 14.3
  EXPECT_EQ(patch(ObjectKind::kPodGang, "metadata: {labels: {a: x}, annotations: {b: x}}",
                  "metadata: {labels: {a: y, old: z, grove.io/keep: k}, annotations: {old: z, grovec.dev/fact: f, "
                  "kai.scheduler/skip-podgrouper: \"true\", grove.io/topology-name: t}}"),
            R"({"metadata":{"annotations":{"b":"x","old":null},"labels":{"a":"x","old":null}}})");
  EXPECT_EQ(patch(ObjectKind::kPodClique, "metadata: {labels: {a: x}}", "metadata: {labels: {a: x, grove.io/old: k}}"),
            R"({"metadata":{"labels":{"grove.io/old":null}}})");
  EXPECT_EQ(patch(ObjectKind::kService, "metadata: {labels: {a: x}}", "metadata: {labels: {a: x, b: y}}"), "null");
}

TEST(MergePatch, AddsFinalizersUnlessTheObjectIsBeingDeleted) {
  const std::string ours = "metadata: {finalizers: [ours]}";
  EXPECT_EQ(patch(ObjectKind::kPodClique, ours, "metadata: {finalizers: [theirs]}"),
            R"({"metadata":{"finalizers":["theirs","ours"]}})");
  EXPECT_EQ(patch(ObjectKind::kPodClique, ours, "metadata: {finalizers: [ours, theirs]}"), "null");
  EXPECT_EQ(patch(ObjectKind::kPodClique, ours, "metadata: {deletionTimestamp: t, finalizers: [theirs]}"), "null");
}

TEST(MergePatch, IgnoresIdentityOwnersAndStatus) {
  EXPECT_EQ(patch(ObjectKind::kPodGang, "metadata: {name: a, ownerReferences: [{uid: \"\"}]}\nspec: {}",
                  "metadata: {name: b, uid: u, ownerReferences: [{uid: v}]}\nspec: {}\nstatus: {phase: x}"),
            "null");
}

TEST(Matches, LetsAdmissionAddListItemsToPodsOnly) {
  const std::string ours = "spec: {containers: [{name: m, env: [{name: A, value: x}, {name: B, value: y}]}]}";
  const std::string live =
      "spec: {containers: [{name: side}, {name: m, env: [{name: Z, value: z}, {name: A, value: x}, {name: B, value: "
      "y}], volumeMounts: [{name: t}]}]}";
  EXPECT_EQ(patch(ObjectKind::kPod, ours, live), "null");
  EXPECT_NE(patch(ObjectKind::kPodClique, ours, live), "null");
  EXPECT_NE(patch(ObjectKind::kPod, ours, "spec: {containers: [{name: m, env: [{name: A, value: x}]}]}"), "null");
  EXPECT_NE(patch(ObjectKind::kPod, "spec: {args: [a, b]}", "spec: {args: [b, a]}"), "null");
  EXPECT_NE(patch(ObjectKind::kPod, "spec: {args: [a, b]}", "spec: {args: [a, b, c]}"), "null");
}

// --- recorded worlds --------------------------------------------------------------------------------------------

std::string text_of_file(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

constexpr const char* kOracle = "tests/fixtures/oracle";

// A recorded world and its compilation. Pods are left to the tests of pods: their recorded names are made up.
struct Recorded {
  std::unique_ptr<driver::Compilation> compilation;
  Trees trees;
  std::vector<Value> live;

  explicit Recorded(const std::string& name) {
    const fs::path folder = fs::path(kOracle) / name;
    driver::CompileRequest request;
    request.operands = {folder / "input.yaml"};
    request.with = {std::string(kOracle) + "/prerequisites.yaml", std::string(kOracle) + "/topologies.yaml"};
    const std::string source = text_of_file(folder / "source.txt");
    for (const char* part : {"mnnvl", "topology"})
      if (source.find("operator configuration:") != std::string::npos &&
          name.find(part == std::string("topology") ? "tas" : part) != std::string::npos)
        request.operator_config = std::string(kOracle) + "/operator-config-" + part + ".yaml";
    auto compiled = driver::compile(request);
    EXPECT_TRUE(compiled) << (compiled ? "" : compiled.error().message);
    compilation = std::move(*compiled);
    const Value all = trees.read(text_of_file(folder / "objects.json"));
    live.assign(all.items().begin(), all.items().end());
  }
  const driver::CompiledSet& set() const { return *compilation->sets.at(0); }
  const Value* find(ObjectKind kind, std::string_view name) const {
    for (const Value& o : live)
      if (o["kind"].as_string() == info_of(kind).kind && o["metadata"]["name"].as_string() == name) return &o;
    return nullptr;
  }
};

std::vector<std::string> recorded_cases() {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator(kOracle))
    if (fs::exists(entry.path() / "objects.json") && !entry.path().string().ends_with("-scaled"))
      out.push_back(entry.path().filename());
  return out;
}

// `~3` becomes the name that we give the pod with index 3.
std::string with_our_pod_names(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '~') {
      out += text[i];
      continue;
    }
    std::size_t end = i + 1;
    while (end < text.size() && std::isdigit(static_cast<unsigned char>(text[end]))) ++end;
    const auto suffix = pod_suffix(0, static_cast<std::uint32_t>(std::stoul(text.substr(i + 1, end - i - 1))));
    out.append(suffix.data(), suffix.size());
    i = end - 1;
  }
  return out;
}

Value sorted_references(Arena& a, const Value& gang) {
  std::vector<Value> groups;
  for (const Value& group : gang["spec"]["podgroups"].items()) {
    std::vector<Value> refs(group["podReferences"].items().begin(), group["podReferences"].items().end());
    std::sort(refs.begin(), refs.end(),
              [](const Value& x, const Value& y) { return x["name"].as_string() < y["name"].as_string(); });
    groups.push_back(MappingBuilder(a, group).set("podReferences", make_sequence(a, refs)).build());
  }
  const Value spec = MappingBuilder(a, gang["spec"]).set("podgroups", make_sequence(a, groups)).build();
  return MappingBuilder(a, gang).set("spec", spec).build();
}

TEST(Matches, EveryRecordedWorldNeedsNoWrite) {
  std::size_t objects = 0, pods = 0;
  for (const std::string& name : recorded_cases()) {
    SCOPED_TRACE(name);
    Recorded world(name);
    if (world.compilation->failed()) {
      ADD_FAILURE();
      continue;
    }
    enumerate(world.set().plan, world.set().world, [&](const Description& d, const Instance& n) {
      std::string object = name_text(d.name, n);
      if (d.kind == ObjectKind::kPod) object = object.substr(0, object.size() - 5) + "~" + std::to_string(n.pod_index);
      const Value* live = world.find(d.kind, object);
      EXPECT_TRUE(live) << info_of(d.kind).kind << ' ' << object;
      if (!live) return true;
      const Value theirs = d.kind == ObjectKind::kPodGang
                               ? sorted_references(world.trees.context.arena,
                                                   world.trees.read(with_our_pod_names(to_text(*live, Format::kJson))))
                               : *live;
      Value ours = d.tree;
      if (d.kind == ObjectKind::kPod)  // released pods have no gate any more
        ours =
            MappingBuilder(world.trees.context.arena, ours)
                .set("spec", MappingBuilder(world.trees.context.arena, ours["spec"]).remove("schedulingGates").build())
                .build();
      const Description seen{d.kind, d.name, d.owner, ours};
      const Wanted wanted{seen, n, world.set().world};
      EXPECT_TRUE(matches(wanted, theirs))
          << info_of(d.kind).kind << ' ' << object << ' '
          << to_text(merge_patch(world.trees.context.arena, wanted, theirs), Format::kJson);
      ++(d.kind == ObjectKind::kPod ? pods : objects);
      return true;
    });
  }
  EXPECT_GT(objects, 350u);
  EXPECT_GT(pods, 250u);
}

// Applies a merge patch, RFC 7396, second definition.
Value apply(Arena& a, const Value& target, const Value& patch) {
  if (!patch.is_mapping()) return patch;
  MappingBuilder out(a, target.is_mapping() ? target : Value::null());
  for (const Member& m : patch.members()) {
    if (m.value.is_null())
      out.remove(m.key);
    else
      out.set(m.key, apply(a, target[m.key], m.value));
  }
  return out.build();
}

// Every leaf of the tree, changed: `f` is given the whole tree with one other value.
void for_each_change(Arena& a, const Value& tree, const std::function<void(const Value&)>& f) {
  if (tree.is_mapping()) {
    for (const Member& m : tree.members()) {
      for_each_change(a, m.value, [&](const Value& v) { f(MappingBuilder(a, tree).set(m.key, v).build()); });
      f(MappingBuilder(a, tree).remove(m.key).build());
    }
  } else if (tree.is_sequence()) {
    for (std::size_t i = 0; i < tree.size(); ++i)
      for_each_change(a, tree.items()[i], [&](const Value& v) {
        std::vector<Value> items(tree.items().begin(), tree.items().end());
        items[i] = v;
        f(make_sequence(a, items));
      });
  } else {
    f(tree.is_int() ? Value::integer(tree.as_int() + 1) : Value::string("changed"));
  }
}

TEST(MergePatch, UndoesEveryChangeOfALeaf) {
  Recorded world("case-autoscale-groups");
  Arena& a = world.trees.context.arena;
  std::size_t changes = 0, patches = 0;
  enumerate(world.set().plan, world.set().world, [&](const Description& d, const Instance& n) {
    if (n.pod_index > 0) return true;
    const Value ours = instantiate(d.tree, n, world.set().world, a);
    const Wanted wanted{d, n, world.set().world};
    for (const char* part : {"spec", "rules", "type", "roleRef", "subjects"}) {
      if (!ours.find(part)) continue;
      for_each_change(a, ours[part], [&](const Value& changed) {
        const Value live = MappingBuilder(a, ours).set(part, changed).build();
        const Value patch = merge_patch(a, wanted, live);
        EXPECT_EQ(matches(wanted, live), patch.is_null());
        EXPECT_TRUE(live_changes(wanted, live).empty() == patch.is_null() || is_gated_pod(wanted, live));
        ++changes;
        patches += !patch.is_null();
        if (!patch.is_null()) {
          EXPECT_TRUE(matches(wanted, apply(a, live, patch))) << to_text(patch, Format::kJson);
        }
      });
    }
    return true;
  });
  EXPECT_GT(changes, 500u);
  EXPECT_GT(patches, changes * 9 / 10);  // the rest are replicas, empty values and lists of pods without an item
}

// --- holes ------------------------------------------------------------------------------------------------------

TEST(Items, OfARepeatOverPodsComeInTheOrderOfTheirNames) {
  const Value body = Value::integer(0);
  for (std::uint32_t count : {0u, 1u, 6u, 27u, 28u, 100u, 800u, 20000u}) {
    const Repeat repeat{{CountKind::kFixed, count}, Hole::kPodIndex, std::span(&body, 1)};
    const Value item = Value::repeat(repeat);
    const Value list = Value::sequence(std::span(&item, 1));
    std::vector<std::uint32_t> expected, seen;
    PodRange(count).for_each(PodOrder::kByName, [&](std::uint32_t k, const PodSuffix&) { expected.push_back(k); });
    const Side side{&list, &kCounter, {}};
    Side s;
    for (Items items(side); items.next(s);) seen.push_back(s.instance.pod_index);
    EXPECT_EQ(seen, expected) << count;
    EXPECT_EQ(is_nothing(side), count == 0);
  }
}

TEST(SameText, ReadsPatternsPieceByPiece) {
  Arena a;
  const Instance n{.set_replica = 12, .group_replica = 3};
  const Piece left[] = {
      {"ab-", {}, false}, {{}, Hole::kSetReplica, true}, {"-", {}, false}, {{}, Hole::kGroupReplica, true}};
  const Piece right[] = {{"ab", {}, false}, {"-12-", {}, false}, {{}, Hole::kGroupReplica, true}};
  const Value x = Value::pattern(left), y = Value::pattern(right);
  auto is = [&](const char* text) {
    const Value v = Value::string(text);
    return same_text(Side{&x, nullptr, n}, Side{&v});
  };
  EXPECT_TRUE(is("ab-12-3"));
  EXPECT_FALSE(is("ab-12-"));
  EXPECT_FALSE(is("ab-12-33"));
  EXPECT_FALSE(is("ab-12-4"));
  EXPECT_TRUE(same_text(Side{&x, nullptr, n}, Side{&y, nullptr, n}));
  EXPECT_FALSE(same_text(Side{&x, nullptr, n}, Side{&y, nullptr, {.set_replica = 12, .group_replica = 4}}));
  EXPECT_EQ(text_of(Side{&x, nullptr, n}), "ab-12-3");
}

}  // namespace
}  // namespace grovec::diff

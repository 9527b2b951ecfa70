#include <gtest/gtest.h>

#include <map>

#include "frontend/dsl/lower/lower.h"
#include "ir/base/render.h"
#include "ir/value/json.h"
#include "ir/value/writer.h"

namespace grovec::frontend {
namespace {

/// One run over texts in memory.
struct Lowered {
  Context context;
  std::vector<Document> documents;
  std::string findings;

  explicit Lowered(const std::string& text, DslOptions options = {}, std::map<std::string, std::string> files = {},
                   DslLimits limits = {}) {
    options.load = [files](const std::string& path) -> Result<std::string> {
      auto it = files.find(path);
      if (it == files.end()) return Error{"no such file"};
      return it->second;
    };
    documents = read_grove(context, context.sources.add("in.grove", text), options, limits);
    context.diags.sort(context.origins);
    render_all(context, {}, findings);
  }
  std::string json(std::size_t i = 0) const {
    return i < documents.size() ? ir::to_text(documents[i].root, ir::Format::kJson) : "none";
  }
  /// Codes of the findings in order, notes left out.
  std::vector<int> codes() const {
    std::vector<int> out;
    for (const Diagnostic& d : context.diags.all()) out.push_back(d.info->code);
    return out;
  }
  const ir::Value& at(std::initializer_list<const char*> path) const {
    const ir::Value* v = &documents.at(0).root;
    for (const char* key : path)
      v = key[0] >= '0' && key[0] <= '9' ? &v->items()[static_cast<std::size_t>(atoi(key))] : &(*v)[key];
    return *v;
  }
};

const std::string kHead = "grovec 1\n";

ir::Value clique(const Lowered& run, std::size_t i = 0) { return run.at({"spec", "template", "cliques"}).items()[i]; }
std::string pod(const Lowered& run, std::size_t i = 0) {
  return ir::to_text(clique(run, i)["spec"]["podSpec"], ir::Format::kJson);
}
std::string pod_of(const std::string& body) {
  Lowered run(kHead + "set s { clique a { " + body + " } }");
  EXPECT_EQ(run.findings, "") << body;
  return pod(run);
}

// The sketch that the language was designed from, with every shorthand that it shows.
TEST(DslLower, SketchGivesTheManifestItStandsFor) {
  Lowered run(R"(grovec 1
mixin gpu8(image) { image: image  limits gpu=8  tolerate nvidia.com/gpu }
set llm replicas=2 {
  clique router x1 { container main { image: "registry/router:3"  ports: 8000 } }
  group prefill x4 min=2 scale 2..8 cpu=70% {
    clique pleader x1 : gpu8("registry/engine:1.2") { args: ["--role", "leader"] }
    clique pworker x3 : gpu8("registry/engine:1.2") { after pleader }
  }
  ratio router : prefill = 1 : 4
  assert gpus <= 256
}
env prod { set llm { replicas=4 } }
)");
  EXPECT_EQ(run.findings, "");
  EXPECT_EQ(
      run.json(),
      R"({"apiVersion":"grove.io/v1alpha1","kind":"PodCliqueSet","metadata":{"name":"llm"},"spec":{"replicas":2,"template":{)"
      R"("cliqueStartupType":"CliqueStartupTypeExplicit","cliques":[)"
      R"({"name":"router","spec":{"podSpec":{"containers":[{"image":"registry/router:3","name":"main","ports":[{"containerPort":8000}]}]},"replicas":1,"roleName":"router"}},)"
      R"({"name":"pleader","spec":{"podSpec":{"containers":[{"args":["--role","leader"],"image":"registry/engine:1.2","name":"pleader","resources":{"limits":{"nvidia.com/gpu":8}}}],"tolerations":[{"key":"nvidia.com/gpu","operator":"Exists"}]},"replicas":1,"roleName":"pleader"}},)"
      R"({"name":"pworker","spec":{"podSpec":{"containers":[{"image":"registry/engine:1.2","name":"pworker","resources":{"limits":{"nvidia.com/gpu":8}}}],"tolerations":[{"key":"nvidia.com/gpu","operator":"Exists"}]},"replicas":3,"roleName":"pworker","startsAfter":["pleader"]}}],)"
      R"("podCliqueScalingGroups":[{"cliqueNames":["pleader","pworker"],"minAvailable":2,"name":"prefill","replicas":4,"scaleConfig":{"maxReplicas":8,"metrics":[{"resource":{"name":"cpu","target":{"averageUtilization":70,"type":"Utilization"}},"type":"Resource"}],"minReplicas":2}}]}}})");
}

TEST(DslLower, EnvironmentOverridesTheSet) {
  const std::string text = kHead + "set s { clique a x2 {} }\nenv prod { set s x4 { clique a { image: b } } }";
  EXPECT_EQ(Lowered(text).at({"spec", "replicas"}).as_int(), 1);
  Lowered prod(text, {.env = "prod", .set_values = {}, .values = {}, .root = "", .load = {}});
  EXPECT_EQ(prod.at({"spec", "replicas"}).as_int(), 4);
  EXPECT_EQ(pod(prod), R"({"containers":[{"image":"b","name":"a"}]})");
}

TEST(DslLower, BareWordsTakeTheTypeOfTheirPlace) {
  EXPECT_EQ(
      pod_of("env A=1 B=true C=null-ish"),
      R"({"containers":[{"env":[{"name":"A","value":"1"},{"name":"B","value":"true"},{"name":"C","value":"null-ish"}],"name":"a"}]})");
  EXPECT_EQ(pod_of("terminationGracePeriodSeconds: 30; hostNetwork: true; hostname: 30"),
            R"({"hostNetwork":true,"hostname":"30","terminationGracePeriodSeconds":30})");
  EXPECT_EQ(pod_of("livenessProbe { httpGet { path: /x; port: 80 } }"),
            R"({"containers":[{"livenessProbe":{"httpGet":{"path":"/x","port":80}},"name":"a"}]})");
  EXPECT_EQ(pod_of("volumes { v { configMap { name: c; defaultMode: 0644 } } }"),
            R"({"volumes":[{"configMap":{"defaultMode":420,"name":"c"},"name":"v"}]})");
}

TEST(DslLower, KeyedListsMergeAndOthersReplace) {
  const std::string text = kHead + R"(
mixin base { env A=1 B=2  args: [x, y]  volumes { v { emptyDir {} } } }
set s { clique a : base { env B=3 C=4  args: [z]  volumes { w { emptyDir { medium: Memory } } } } })";
  EXPECT_EQ(
      pod(Lowered(text)),
      R"({"containers":[{"args":["z"],"env":[{"name":"A","value":"1"},{"name":"B","value":"3"},{"name":"C","value":"4"}],"name":"a"}],)"
      R"("volumes":[{"emptyDir":{},"name":"v"},{"emptyDir":{"medium":"Memory"},"name":"w"}]})");
}

TEST(DslLower, PairsSetLimitsAndRequests) {
  EXPECT_EQ(
      pod_of("cpu=2 memory=4Gi gpu=8"),
      R"({"containers":[{"name":"a","resources":{"limits":{"cpu":2,"memory":"4Gi","nvidia.com/gpu":8},"requests":{"cpu":2,"memory":"4Gi","nvidia.com/gpu":8}}}]})");
  EXPECT_EQ(pod_of("requests cpu=10m; limits { gpu: 1 }"),
            R"({"containers":[{"name":"a","resources":{"limits":{"nvidia.com/gpu":1},"requests":{"cpu":"10m"}}}]})");
}

TEST(DslLower, Tolerations) {
  EXPECT_EQ(
      pod_of("tolerate a, b:NoExecute, c=true:NoSchedule, d=1"),
      R"({"tolerations":[{"key":"a","operator":"Exists"},{"effect":"NoExecute","key":"b","operator":"Exists"},)"
      R"({"effect":"NoSchedule","key":"c","operator":"Equal","value":"true"},{"key":"d","operator":"Equal","value":"1"}]})");
  EXPECT_EQ(Lowered(kHead + "set s { clique a { tolerate x:NoSchedul } }").codes(), std::vector<int>{1267});
}

TEST(DslLower, Ports) {
  EXPECT_EQ(
      pod_of("ports http=8000 dns=53/UDP; ports: [9000]"),
      R"({"containers":[{"name":"a","ports":[{"containerPort":8000,"name":"http"},{"containerPort":53,"name":"dns","protocol":"UDP"},{"containerPort":9000}]}]})");
}

TEST(DslLower, FirstContainerTakesTheFieldsOfTheClique) {
  EXPECT_EQ(
      pod_of("image: x; container main { command: [c] }; container side { image: y }; workingDir: z"),
      R"({"containers":[{"command":["c"],"image":"x","name":"main","workingDir":"z"},{"image":"y","name":"side"}]})");
}

TEST(DslLower, TopologyStartupScaling) {
  Lowered run(kHead + R"(set s {
  startup in-order
  pack rack prefer host on gb200
  group g x2 { pack prefer block; clique a x1 }
  clique b x3 scale ..5 cpu=80% memory=1Gi { after a; pack zone }
})");
  EXPECT_EQ(run.findings, "");
  EXPECT_EQ(ir::to_text(run.at({"spec", "template", "topologyConstraint"}), ir::Format::kJson),
            R"({"pack":{"preferred":"host","required":"rack"},"topologyName":"gb200"})");
  EXPECT_EQ(run.at({"spec", "template", "cliqueStartupType"}).as_string(), "CliqueStartupTypeInOrder");
  EXPECT_EQ(
      ir::to_text(clique(run, 1)["spec"]["autoScalingConfig"], ir::Format::kJson),
      R"({"maxReplicas":5,"metrics":[{"resource":{"name":"cpu","target":{"averageUtilization":80,"type":"Utilization"}},"type":"Resource"},)"
      R"({"resource":{"name":"memory","target":{"averageValue":"1Gi","type":"AverageValue"}},"type":"Resource"}]})");
}

TEST(DslLower, NullLeavesAFieldUnset) {
  Lowered run(kHead + "set s { replicas: null; clique a { roleName: null; replicas: null } }");
  EXPECT_EQ(
      run.json(),
      R"({"apiVersion":"grove.io/v1alpha1","kind":"PodCliqueSet","metadata":{"name":"s"},"spec":{"template":{"cliques":[{"name":"a","spec":{}}]}}})");
}

TEST(DslLower, ConstantsParametersAndExpressions) {
  const std::string text = kHead + R"g(
let registry = "reg.example"
param nodes: int = 2 in 1..8 where nodes != 3
param tag = v1
set s { clique a replicas=($nodes * 2) { image: "\(registry)/engine:\(tag)"; env N=$nodes } })g";
  EXPECT_EQ(clique(Lowered(text))["spec"]["replicas"].as_int(), 4);
  Lowered set(text, {.env = "", .set_values = {{"nodes", "4"}, {"tag", "v2"}}, .values = {}, .root = "", .load = {}});
  EXPECT_EQ(clique(set)["spec"]["replicas"].as_int(), 8);
  EXPECT_EQ(pod(set),
            R"({"containers":[{"env":[{"name":"N","value":"4"}],"image":"reg.example/engine:v2","name":"a"}]})");
  auto codes = [&](const char* name, const char* value) {
    return Lowered(text, {.env = "", .set_values = {{name, value}}, .values = {}, .root = "", .load = {}}).codes();
  };
  EXPECT_EQ(codes("nodes", "9"), std::vector<int>{1240});
  EXPECT_EQ(codes("nodes", "3"), std::vector<int>{1241});
  EXPECT_EQ(codes("nodes", "x"), std::vector<int>{1238});
  EXPECT_EQ(codes("node", "1"), std::vector<int>{1236});
}

TEST(DslLower, OriginsLeadFromAValueToItsMixinAndItsArgument) {
  const std::string text = kHead + "mixin m(i) { image: $i }\nset s { clique a : m(x) }";
  Lowered run(text);
  const ir::Value& image = run.at({"spec", "template", "cliques", "0", "spec", "podSpec", "containers", "0", "image"});
  const Origin first = run.context.origins[image.at()];
  EXPECT_EQ(text.substr(first.begin, first.end - first.begin), "$i");
  EXPECT_EQ(first.why, OriginCause::kMixin);
  const Origin second = run.context.origins[first.cause];
  EXPECT_EQ(text.substr(second.begin, second.end - second.begin), "m");
  EXPECT_EQ(second.why, OriginCause::kArgument);
  const Origin third = run.context.origins[second.cause];
  EXPECT_EQ(text.substr(third.begin, third.end - third.begin), "x");
}

TEST(DslLower, OverriddenValuesStayInTheChain) {
  const std::string text = kHead + "set s { clique a { image: x } }\nenv e { set s { clique a { image: y } } }";
  Lowered run(text, {.env = "e", .set_values = {}, .values = {}, .root = "", .load = {}});
  const ir::Value& image = run.at({"spec", "template", "cliques", "0", "spec", "podSpec", "containers", "0", "image"});
  EXPECT_EQ(image.as_string(), "y");
  const Origin o = run.context.origins[image.at()];
  EXPECT_EQ(o.why, OriginCause::kOverride);
  EXPECT_EQ(run.context.origins[o.cause].begin, text.find("x }"));
}

TEST(DslLower, Includes) {
  const std::string main = kHead + "include \"lib/a.grove\"\nset s { clique a : m }";
  EXPECT_EQ(pod(Lowered(
                main, {},
                {{"lib/a.grove", "grovec 1\ninclude \"b.grove\""}, {"lib/b.grove", "grovec 1\nmixin m { image: x }"}})),
            R"({"containers":[{"image":"x","name":"a"}]})");
  EXPECT_EQ(Lowered(main).codes(), std::vector<int>{1234});
  EXPECT_EQ(Lowered(main, {}, {{"lib/a.grove", "grovec 1\ninclude \"../in.grove\""}}).codes(), std::vector<int>{1232});
  EXPECT_EQ(Lowered(kHead + "include \"../x.grove\"").codes(), std::vector<int>{1231});
  EXPECT_EQ(Lowered(kHead + "include \"a/../../x.grove\"").codes(), std::vector<int>{1231});
  EXPECT_EQ(Lowered(kHead + "include \"/etc/passwd\"").codes(), std::vector<int>{1231});
}

TEST(DslLower, Ratios) {
  auto codes = [](const std::string& a, const std::string& b, const std::string& ratio) {
    return Lowered(kHead + "set s { clique a " + a + "\n clique b " + b + "\n ratio " + ratio + " }").codes();
  };
  EXPECT_EQ(codes("x1", "x4", "a : b = 1 : 4"), std::vector<int>{});
  EXPECT_EQ(codes("x1", "x4", "a:b = 1:4"), std::vector<int>{});
  EXPECT_EQ(codes("x1", "x3", "a : b = 1 : 4"), std::vector<int>{1275});
  EXPECT_EQ(codes("x2 scale 2..4", "x4 scale 4..8", "a : b = 1 : 2"), std::vector<int>{});
  EXPECT_EQ(codes("x2 scale 2..5", "x4 scale 4..8", "a : b = 2 : 4"), std::vector<int>{});
  EXPECT_EQ(codes("x2 scale 2..6", "x4 scale 4..8", "a : b = 2 : 4"), std::vector<int>{1277});
  EXPECT_EQ(codes("x2 scale 1..4", "x4 scale 4..8", "a : b = 1 : 2"), std::vector<int>{1277});
  EXPECT_EQ(codes("x1", "x4", "a : c = 1 : 4"), std::vector<int>{1274});
  EXPECT_EQ(codes("x1", "x4", "a : b = 0 : 4"), std::vector<int>{1273});
}

TEST(DslLower, AssertionsShowTheirValues) {
  Lowered run(kHead +
              "set s x2 { group g x3 { clique a x4 { gpu=2 } } clique b { cpu=500m }\n"
              "assert gpus == 48 and pods == 26 and g.replicas == 3 and a.gpus == 8\nassert cpu > 1, \"too little\" }");
  EXPECT_EQ(run.codes(), std::vector<int>{1271});
  EXPECT_NE(run.findings.find("`cpu` is 1"), std::string::npos) << run.findings;
}

// What later stages miss there is no mistake of its own.
TEST(DslLower, MistakesTellWhatTheyLeaveOut) {
  using Places = std::vector<std::string>;
  auto places = [](const std::string& text) { return Lowered(kHead + text).documents.at(0).incomplete; };
  const std::string clique = "spec.template.cliques[0]";
  EXPECT_EQ(places("set s { clique a {} }"), Places{});
  EXPECT_EQ(places("set s { clique a scale 3 { image: x } }"), Places{clique + ".spec.autoScalingConfig"});
  EXPECT_EQ(places("set s { clique a replicas=$n { image: x } }"), Places{clique + ".spec.replicas"});
  EXPECT_EQ(places("set s { clique a { image: x; env A=$n } }"), Places{clique + ".spec.podSpec.containers[0].env[0]"});
  EXPECT_EQ(places("set s { clique a { image: x; args: [a, $n] } }"),
            Places{clique + ".spec.podSpec.containers[0].args[1]"});
  EXPECT_EQ(places("set s { clique a : m }"), Places{clique});
  EXPECT_EQ(places("set s { clique a { nothing: like } }"), Places{clique});
  EXPECT_EQ(places("set s { clique a { imge: x } }"), Places{}) << "taken for the field that was meant";
  EXPECT_EQ(places("set s { clique a {} clique a {} }"), Places{"spec.template.cliques[]"});
  EXPECT_EQ(places("set s : m { clique a {} }"), (Places{"", "spec.template.cliques[]"}));
  EXPECT_EQ(places("set s { assert 1 > 2; clique a {} }"), Places{});
}

// Headers end where a block begins, but not within the arguments of a mixin.
TEST(DslLower, ArgumentsMayBeBlocks) {
  Lowered run(kHead +
              "mixin m(b, c) { annotations: $b; env: $c }\n"
              "set s { clique a x2 : m({ x: y; clique: x3 }, [{ name: A; value: x3 }]), n { image: i } }\n"
              "mixin n { tolerate x1 }");
  EXPECT_EQ(run.findings, "");
  EXPECT_EQ(ir::to_text(clique(run)["annotations"], ir::Format::kJson), R"({"clique":"x3","x":"y"})");
}

TEST(DslLower, MistakesHaveTheirCodes) {
  auto codes = [](const std::string& text) { return Lowered(kHead + text).codes(); };
  EXPECT_EQ(codes("set s { clique a {} clique a {} }"), std::vector<int>{1226});
  EXPECT_EQ(codes("set s {}\nset s {}"), std::vector<int>{1226});
  EXPECT_EQ(codes("set s { clique a : m }"), std::vector<int>{1251});
  EXPECT_EQ(codes("mixin m : m {}\nset s { clique a : m }"), std::vector<int>{1252});
  EXPECT_EQ(codes("mixin m(a) {}\nset s { clique a : m }"), std::vector<int>{1255});
  EXPECT_EQ(codes("mixin m(a) {}\nset s { clique a : m(1, 2) }"), std::vector<int>{1254});
  EXPECT_EQ(codes("mixin m(a) {}\nset s { clique a : m(b=1) }"), std::vector<int>{1253});
  EXPECT_EQ(codes("set s { clique a { imge: x } }"), std::vector<int>{1260});
  EXPECT_EQ(codes("set s { clique a pack on x }"), std::vector<int>{1266});
  EXPECT_EQ(codes("set s { clique a pack on x { pack rack } }"), std::vector<int>{});
  EXPECT_EQ(codes("mixin m { scale 2.. }\nset s { clique a : m { scale max=3 } }"), std::vector<int>{});
  EXPECT_EQ(codes("set s { clique a scale cpu=70% }"), std::vector<int>{1268});
  EXPECT_EQ(codes("mixin m { nope: x }\nset s { clique a : m; clique b : m }"), std::vector<int>{1260});
  EXPECT_EQ(codes("set s { clique a { image: x\n image: y } }"), std::vector<int>{1261});
  EXPECT_EQ(codes("set s { clique a x2 { replicas: 3 } }"), std::vector<int>{1261});
  EXPECT_EQ(codes("set s { clique a { image: $x } }"), std::vector<int>{1221});
  EXPECT_EQ(codes("let a = 1\nlet a = 2"), std::vector<int>{1226});
  EXPECT_EQ(codes("param p\nset s {}"), std::vector<int>{1237});
  EXPECT_EQ(codes("clique a {}"), std::vector<int>{1215});
  EXPECT_EQ(codes("set s { container c {} }"), std::vector<int>{1215});
  EXPECT_EQ(codes("set s { clique a { replicas: (1 / 2) } }"), std::vector<int>{1263});
  EXPECT_EQ(codes("set s { startup later }"), std::vector<int>{1264});
  EXPECT_EQ(codes("set s { clique a { scale 3 } }"), std::vector<int>{1265});
  EXPECT_EQ(codes("set s { pack }"), std::vector<int>{1266});
  EXPECT_EQ(codes("set s { clique a { volumes { v: x } } }"), std::vector<int>{1262});
  EXPECT_EQ(codes("set s { clique a { replicas: (1 + x) } }"), std::vector<int>{1221});
  EXPECT_EQ(codes("set s { clique a { replicas: (1 / 0) } }"), std::vector<int>{1224});
  EXPECT_EQ(codes("set s { clique a { replicas: (1 + true) } }"), std::vector<int>{1220});
  EXPECT_EQ(Lowered(kHead + "set s {}", {.env = "prd", .set_values = {}, .values = {}, .root = "", .load = {}}).codes(),
            std::vector<int>{1235});
  EXPECT_EQ(codes("set s { clique a {} }\nenv e { set s { clique b {} } }"), std::vector<int>{});
  EXPECT_EQ(Lowered(kHead + "set s { clique a {} }\nenv e { set s { clique b {} } }",
                    {.env = "e", .set_values = {}, .values = {}, .root = "", .load = {}})
                .codes(),
            std::vector<int>{1250});
}

TEST(DslLower, SizeIsCheckedBeforeTheParser) {
  EXPECT_EQ(Lowered(kHead + "#" + std::string(1u << 20, 'x')).codes(), std::vector<int>{1200});
  EXPECT_EQ(Lowered(kHead + "#" + std::string((1u << 20) - 11, 'x')).codes(), std::vector<int>{});
  EXPECT_EQ(Lowered(kHead + "let a = \"" + std::string(1u << 19, 'x') + "\"").codes(), std::vector<int>{});
}

TEST(DslLower, WhatReferencesMultiplyIsBounded) {
  std::string lists = kHead + "let a0 = [x, x, x, x, x, x, x, x, x, x]\n";
  std::string texts = kHead + "let a0 = \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"\n";
  std::string mixins = kHead + "mixin m0 { image: x }\n";
  for (int i = 1; i < 40; ++i) {
    const std::string before = std::to_string(i - 1), now = std::to_string(i);
    lists += "let a" + now + " = [$a" + before + ", $a" + before + "]\n";
    texts += "let a" + now + " = \"\\(a" + before + ")\\(a" + before + ")\"\n";
    mixins += "mixin m" + now + " : m" + before + ", m" + before + " {}\n";
  }
  EXPECT_EQ(Lowered(lists + "set s { clique a { args: $a39 } }").codes(), std::vector<int>{1225});
  EXPECT_EQ(Lowered(texts + "set s { clique a { image: \"\\(a39)\" } }").codes(), std::vector<int>{1225});
  EXPECT_EQ(Lowered(mixins + "set s { clique a : m39 }").codes(), std::vector<int>{1225});
  // A long chain of names is no recursion to the end of the stack.
  std::string chain = kHead + "let a0 = 1\n";
  for (int i = 1; i < 20000; ++i) chain += "let a" + std::to_string(i) + " = (a" + std::to_string(i - 1) + " + 1)\n";
  EXPECT_EQ(Lowered(chain + "set s { replicas=$a19999; clique a }").codes(), std::vector<int>{1225});
}

}  // namespace
}  // namespace grovec::frontend

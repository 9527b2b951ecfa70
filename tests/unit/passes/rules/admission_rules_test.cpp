// One row of the reference, one test: a set that breaks exactly this rule, and the codes that must come out.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "frontend/reader.h"
#include "passes/admission/admit.h"
#include "passes/admission/build_spec.h"
#include "passes/rules/set/verify_spec.h"
#include "passes/surroundings/read_environment.h"

namespace grovec::passes {
namespace {

using Codes = std::vector<int>;

struct Row {
  const char* id;                  ///< row of the reference, or area and case of its section 6
  const char* spec;                ///< below `spec:`; `P` stands for a pod spec, `R(n)` for a clique spec of n replicas
  Codes codes;                     ///< errors and upstream's warnings, each once
  const char* old_spec = nullptr;  ///< UPDATE
  const char* metadata = "{name: s}";  ///< of the (new) object
  const char* surroundings = "";       ///< configuration and objects of the cluster
};

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

// "<P>" and "<R n role>" keep the rows on one line.
std::string expanded(std::string text) {
  for (std::size_t at; (at = text.find("<R ")) != std::string::npos;) {
    std::size_t end = text.find('>', at), blank = text.find(' ', at + 3);
    std::string n = text.substr(at + 3, std::min(blank, end) - at - 3);
    std::string role = blank < end ? ", roleName: " + text.substr(blank + 1, end - blank - 1) : "";
    text.replace(at, end - at + 1, "{replicas: " + n + role + ", podSpec: <P>}");
  }
  return replaced(text, "<P>", "{containers: [{name: c, image: i}]}");
}

std::string manifest(std::string_view spec, std::string_view metadata) {
  return "apiVersion: grove.io/v1alpha1\nkind: PodCliqueSet\nmetadata: " + std::string(metadata) +
         "\nspec: " + expanded(std::string(spec)) + "\n";
}

ir::Value read(Context& context, const std::string& text) {
  SourceId source = context.sources.add("test.yaml", text);
  std::vector<frontend::Document> documents = frontend::read_documents(context, source);
  EXPECT_EQ(documents.size(), 1u) << text;
  return documents.empty() ? ir::Value() : documents[0].root;
}

void surround(Context& context, std::string_view text, ir::ClusterFacts& facts) {
  if (text.empty()) return;
  SourceId source = context.sources.add("with.yaml", std::string(text));
  bool configured = false;
  for (const frontend::Document& d : frontend::read_documents(context, source)) {
    if (d.root["kind"].as_string() == "OperatorConfiguration") {
      facts.config = read_operator_config(context, d.root);
      configured = true;
    } else {
      read_environment_object(context, d.root, "default", facts);
    }
  }
  if (!configured && !facts.bindings.empty()) facts.config.topology_aware_scheduling = true;
}

Codes codes_of(const Context& context) {
  Codes out;
  for (const Diagnostic& d : context.diags.all())
    if (d.info->stage != Stage::kCompile && d.info->stage != Stage::kLint) {
      out.push_back(d.info->code);
      for (const Note& n : d.notes)  // V114 is a note on what it makes an error
        if (find_diagnostic(n.code)->severity == Severity::kError) out.push_back(n.code);
    }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

constexpr const char* kTopology = R"(
{apiVersion: grove.io/v1alpha1, kind: ClusterTopologyBinding, metadata: {name: t}, spec: {levels: [{domain: zone, key: z}, {domain: rack, key: r}, {domain: host, key: h}]}}
)";
constexpr const char* kKai = R"(
{apiVersion: operator.config.grove.io/v1alpha1, kind: OperatorConfiguration, scheduler: {defaultProfileName: kai-scheduler, profiles: [{name: kai-scheduler}]}}
)";
constexpr const char* kVolcano = R"(
{apiVersion: operator.config.grove.io/v1alpha1, kind: OperatorConfiguration, scheduler: {defaultProfileName: volcano, profiles: [{name: volcano}]}}
)";
constexpr const char* kLpx = R"(
{apiVersion: operator.config.grove.io/v1alpha1, kind: OperatorConfiguration, topologyAwareScheduling: {enabled: true}, scheduler: {defaultProfileName: lpx-scheduler, profiles: [{name: lpx-scheduler}]}}
---
{apiVersion: grove.io/v1alpha1, kind: ClusterTopologyBinding, metadata: {name: t}, spec: {levels: [{domain: zone, key: z}]}}
)";
constexpr const char* kVolcanoTopology = R"(
{apiVersion: operator.config.grove.io/v1alpha1, kind: OperatorConfiguration, topologyAwareScheduling: {enabled: true}, scheduler: {defaultProfileName: volcano, profiles: [{name: volcano}]}}
---
{apiVersion: grove.io/v1alpha1, kind: ClusterTopologyBinding, metadata: {name: t}, spec: {levels: [{domain: zone, key: z}]}}
)";
constexpr const char* kClosedQueue = R"(
{apiVersion: operator.config.grove.io/v1alpha1, kind: OperatorConfiguration, scheduler: {defaultProfileName: volcano, profiles: [{name: volcano}]}}
---
{apiVersion: scheduling.volcano.sh/v1beta1, kind: Queue, metadata: {name: default}, status: {state: Closed}}
)";
constexpr const char* kMnnvl = R"(
{apiVersion: operator.config.grove.io/v1alpha1, kind: OperatorConfiguration, network: {autoMNNVLEnabled: true}}
)";

const Row kRows[] = {
    // 3.1
    {"V001", "{template: {cliques: [{name: a, spec: <R 1>}]}}", {2001}, nullptr, "{generateName: A_}"},
    {"V001 trailing dash is fine",
     "{template: {cliques: [{name: a, spec: <R 1>}]}}",
     {},
     nullptr,
     "{generateName: a-}"},
    {"V002 empty", "{template: {cliques: [{name: a, spec: <R 1>}]}}", {2002}, nullptr, "{}"},
    {"V002", "{template: {cliques: [{name: a, spec: <R 1>}]}}", {2002}, nullptr, "{name: a_b}"},
    {"V003", "{template: {cliques: [{name: a, spec: <R 1>}]}}", {2003}, nullptr, "{name: s, namespace: A}"},
    {"V005 key", "{template: {cliques: [{name: a, spec: <R 1>}]}}", {2005}, nullptr, "{name: s, labels: {a/b/c: v}}"},
    {"V005 value", "{template: {cliques: [{name: a, spec: <R 1>}]}}", {2005}, nullptr, "{name: s, labels: {a: -v}}"},
    {"V005 null value is empty",
     "{template: {cliques: [{name: a, spec: <R 1>}]}}",
     {},
     nullptr,
     "{name: s, labels: {a: null}}"},
    {"V006", "{template: {cliques: [{name: a, spec: <R 1>}]}}", {2006}, nullptr, "{name: s, annotations: {a b: v}}"},
    {"V006 upper case prefix is fine",
     "{template: {cliques: [{name: a, spec: <R 1>}]}}",
     {},
     nullptr,
     "{name: s, annotations: {EXAMPLE.com/a: v}}"},
    {"V007 fields",
     "{template: {cliques: [{name: a, spec: <R 1>}]}}",
     {2007},
     nullptr,
     "{name: s, ownerReferences: [{apiVersion: v1, kind: Pod, name: p}]}"},
    {"V007 two controllers",
     "{template: {cliques: [{name: a, spec: <R 1>}]}}",
     {2007},
     nullptr,
     "{name: s, ownerReferences: [{apiVersion: v1, kind: Pod, name: p, uid: u, controller: true}, {apiVersion: v1, "
     "kind: Pod, name: q, uid: w, controller: true}]}"},
    {"V008", "{template: {cliques: [{name: a, spec: <R 1>}]}}", {2008}, nullptr, "{name: s, finalizers: [a b]}"},
    {"V008 both",
     "{template: {cliques: [{name: a, spec: <R 1>}]}}",
     {2008},
     nullptr,
     "{name: s, finalizers: [orphan, foregroundDeletion]}"},
    {"V009",
     "{template: {cliques: [{name: a, spec: <R 1>}]}}",
     {2009},
     nullptr,
     "{name: s, managedFields: [{operation: Bad, fieldsType: FieldsV1}]}"},
    {"V010", "{replicas: -1, template: {cliques: [{name: a, spec: <R 1>}]}}", {2010}},
    {"V010 zero is fine", "{replicas: 0, template: {cliques: [{name: a, spec: <R 1>}]}}", {}},
    {"V012 by the CRD", "{template: {cliqueStartupType: Ordered, cliques: [{name: a, spec: <R 1>}]}}", {1603}},
    {"V063", "{template: {terminationDelay: 0s, cliques: [{name: a, spec: <R 1>}]}}", {2063}},
    {"V063 negative", "{template: {terminationDelay: -1h, cliques: [{name: a, spec: <R 1>}]}}", {2063}},
    // 3.2
    {"V013 V014",
     "{template: {resourceClaimTemplates: [{name: '', templateSpec: {spec: {devices: {requests: []}}}}], cliques: "
     "[{name: a, spec: <R 1>}]}}",
     {2013, 2014}},
    {"V014",
     "{template: {resourceClaimTemplates: [{name: t, templateSpec: {spec: {devices: {requests: []}}}}], cliques: "
     "[{name: a, spec: <R 1>}]}}",
     {2014}},
    {"V014 absent requests fail the schema",
     "{template: {resourceClaimTemplates: [{name: t, templateSpec: {spec: {}}}], cliques: [{name: a, spec: <R 1>}]}}",
     {1601}},
    {"V015",
     "{template: {resourceClaimTemplates: [{name: t, templateSpec: {spec: {devices: {requests: [{name: r}]}}}}, {name: "
     "t, templateSpec: {spec: {devices: {requests: [{name: r}]}}}}], cliques: [{name: a, spec: <R 1>}]}}",
     {2015}},
    {"V016",
     "{template: {resourceSharing: [{scope: AllReplicas}, {scope: PerReplica}], cliques: [{name: a, spec: <R 1>}]}}",
     {2016}},
    {"V017",
     "{template: {resourceSharing: [{name: x, scope: AllReplicas}, {name: x, scope: PerReplica}], cliques: [{name: a, "
     "spec: <R 1>}]}}",
     {2017}},
    {"V018",
     "{template: {resourceClaimTemplates: [{name: t, templateSpec: {spec: {devices: {requests: [{name: r}]}}}}], "
     "resourceSharing: [{name: t, namespace: nn, scope: AllReplicas}], cliques: [{name: a, spec: <R 1>}]}}",
     {2018}},
    {"V018 external with namespace is fine",
     "{template: {resourceSharing: [{name: t, namespace: nn, scope: AllReplicas}], cliques: [{name: a, spec: <R 1>}]}}",
     {}},
    {"V019 by the CRD",
     "{template: {resourceSharing: [{name: t, scope: BadScope}], cliques: [{name: a, spec: <R 1>}]}}",
     {1603}},
    {"scope absent", "{template: {resourceSharing: [{name: t}], cliques: [{name: a, spec: <R 1>}]}}", {1601}},
    {"V020",
     "{template: {resourceSharing: [{name: t, scope: AllReplicas, filter: {}}], cliques: [{name: a, spec: <R 1>}]}}",
     {2020}},
    {"filter null is absent",
     "{template: {resourceSharing: [{name: t, scope: AllReplicas, filter: null}], cliques: [{name: a, spec: <R 1>}]}}",
     {}},
    {"V021",
     "{template: {resourceSharing: [{name: t, scope: AllReplicas, filter: {childCliqueNames: [b]}}], cliques: [{name: "
     "a, spec: <R 1>}]}}",
     {2021}},
    {"V022",
     "{template: {resourceSharing: [{name: t, scope: AllReplicas, filter: {childScalingGroupNames: [g]}}], cliques: "
     "[{name: a, spec: <R 1>}]}}",
     {2022}},
    {"V023",
     "{template: {cliques: [{name: a, spec: <R 1>}], podCliqueScalingGroups: [{name: g, cliqueNames: [a], "
     "resourceSharing: [{name: t, scope: AllReplicas, filter: {}}]}]}}",
     {2023}},
    {"V024",
     "{template: {cliques: [{name: a, spec: <R 1 x>}, {name: b, spec: <R 1 yy>}], podCliqueScalingGroups: [{name: g, "
     "cliqueNames: [a], resourceSharing: [{name: t, scope: AllReplicas, filter: {childCliqueNames: [b]}}]}]}}",
     {2024}},
    {"sharing: a PCS filter may name a member",
     "{template: {resourceSharing: [{name: t, scope: AllReplicas, filter: {childCliqueNames: [a]}}], cliques: [{name: "
     "a, spec: <R 1>}], podCliqueScalingGroups: [{name: g, cliqueNames: [a]}]}}",
     {}},
    // 3.3
    {"V025 P1", "{template: {cliques: []}}", {2025}},
    {"V025 no template", "{}", {2025}},
    {"P5", "{template: {cliques: [null, {name: a, spec: <R 1 x>}]}}", {1613}},
    {"V026", "{template: {cliques: [{name: '', spec: <R 1>}]}}", {2026}},
    {"V026 blank", "{template: {cliques: [{name: '   ', spec: <R 1>}]}}", {2026}},
    {"V027", "{template: {cliques: [{name: prefill_worker, spec: <R 1>}]}}", {2027}},
    {"V027 dots are fine", "{template: {cliques: [{name: a.b, spec: <R 1>}]}}", {}},
    {"V028 45",
     "{template: {cliques: [{name: bbbbbbbbbbbbbbbbbbbbbbbbb, spec: <R 1>}]}}",
     {},
     nullptr,
     "{name: aaaaaaaaaaaaaaaaaaaa}"},
    {"V028 46",
     "{template: {cliques: [{name: bbbbbbbbbbbbbbbbbbbbbbbbbb, spec: <R 1>}]}}",
     {2028},
     nullptr,
     "{name: aaaaaaaaaaaaaaaaaaaa}"},
    {"V028 generated names have five characters more",
     "{template: {cliques: [{name: bbbbbbbbbbbbbbbbbbbbbb, spec: <R 1>}]}}",
     {2028},
     nullptr,
     "{generateName: aaaaaaaaaaaaaaaaaaa}"},
    {"V029", "{template: {cliques: [{name: a, labels: {a/: c}, spec: <R 1>}]}}", {2029}},
    {"V030", "{template: {cliques: [{name: a, annotations: {a b: c}, spec: <R 1>}]}}", {2030}},
    {"V031", "{template: {cliques: [{name: a, spec: {replicas: -1, minAvailable: 1, podSpec: <P>}}]}}", {2031}},
    {"V031 alone, minAvailable copies it", "{template: {cliques: [{name: a, spec: <R -1>}]}}", {2031}},
    {"V033", "{template: {cliques: [{name: a, spec: {replicas: 2, minAvailable: 0, podSpec: <P>}}]}}", {2033}},
    {"V033 default: replicas 0, minAvailable absent", "{template: {cliques: [{name: a, spec: <R 0>}]}}", {2033}},
    {"V033 default: nothing given", "{template: {cliques: [{name: a, spec: {podSpec: <P>}}]}}", {2033}},
    {"default: replicas 0, minAvailable 1",
     "{template: {cliques: [{name: a, spec: {replicas: 0, minAvailable: 1, podSpec: <P>}}]}}",
     {}},
    {"V034", "{template: {cliques: [{name: a, spec: {replicas: 2, minAvailable: 3, podSpec: <P>}}]}}", {2034}},
    {"V035",
     "{template: {cliqueStartupType: CliqueStartupTypeExplicit, cliques: [{name: a, spec: {replicas: 1, startsAfter: "
     "[' '], podSpec: <P>}}]}}",
     {2035}},
    {"V036",
     "{template: {cliqueStartupType: CliqueStartupTypeExplicit, cliques: [{name: a, spec: {replicas: 1, startsAfter: "
     "[a], podSpec: <P>}}]}}",
     {2036}},
    {"V037",
     "{template: {cliqueStartupType: CliqueStartupTypeExplicit, cliques: [{name: a, spec: <R 1 x>}, {name: b, spec: "
     "{roleName: yy, replicas: 1, startsAfter: [a, a], podSpec: <P>}}]}}",
     {2037}},
    {"V039",
     "{template: {cliques: [{name: a, spec: {replicas: 2, minAvailable: 2, autoScalingConfig: {minReplicas: 1, "
     "maxReplicas: 3}, podSpec: <P>}}]}}",
     {2039}},
    {"V039 default: replicas 0",
     "{template: {cliques: [{name: a, spec: {replicas: 0, minAvailable: 1, autoScalingConfig: {maxReplicas: 3}, "
     "podSpec: <P>}}]}}",
     {2039}},
    {"V040",
     "{template: {cliques: [{name: a, spec: {replicas: 2, autoScalingConfig: {minReplicas: 5, maxReplicas: 3}, "
     "podSpec: <P>}}]}}",
     {2040}},
    {"V041",
     "{template: {cliques: [{name: a, spec: {replicas: 4, minAvailable: 1, autoScalingConfig: {minReplicas: 1, "
     "maxReplicas: 3}, podSpec: <P>}}]}}",
     {2041}},
    {"V041 scale: min = max is fine",
     "{template: {cliques: [{name: a, spec: {replicas: 2, autoScalingConfig: {minReplicas: 2, maxReplicas: 2}, "
     "podSpec: <P>}}]}}",
     {}},
    {"V041 minReplicas above replicas is fine",
     "{template: {cliques: [{name: a, spec: {replicas: 2, autoScalingConfig: {minReplicas: 5, maxReplicas: 10}, "
     "podSpec: <P>}}]}}",
     {}},
    {"W1",
     "{template: {cliques: [{name: a, spec: {replicas: 1, podSpec: {restartPolicy: Never, containers: [{name: "
     "c}]}}}]}}",
     {2301}},
    {"V042 even empty",
     "{template: {cliques: [{name: a, spec: {replicas: 1, podSpec: {topologySpreadConstraints: [], containers: [{name: "
     "c}]}}}]}}",
     {2042}},
    {"V043",
     "{template: {cliques: [{name: a, spec: {replicas: 1, podSpec: {nodeName: nn, containers: [{name: c}]}}}]}}",
     {2043}},
    {"V043 blank is fine",
     "{template: {cliques: [{name: a, spec: {replicas: 1, podSpec: {nodeName: ' ', containers: [{name: c}]}}}]}}",
     {}},
    {"V044",
     "{template: {cliques: [{name: a, spec: {replicas: 1, podSpec: {initContainers: [{name: i, env: [{name: 1VAR}]}], "
     "containers: [{name: c}]}}}]}}",
     {2044}},
    {"V044 two dots",
     "{template: {cliques: [{name: a, spec: {replicas: 1, podSpec: {containers: [{name: c, env: [{name: ..x}]}]}}}]}}",
     {2044}},
    {"V044 good names",
     "{template: {cliques: [{name: a, spec: {replicas: 1, podSpec: {containers: [{name: c, env: [{name: MY_VAR}, "
     "{name: _P}, {name: Var1}, {name: MY-VAR}, {name: my.var}]}]}}}]}}",
     {}},
    {"V045 by the CRD",
     "{template: {cliques: [{name: a, spec: {replicas: 1, podSpec: {containers: [{name: c, env: [{name: A}, {name: "
     "A}]}]}}}]}}",
     {1610}},
    {"env: one name in two containers",
     "{template: {cliques: [{name: a, spec: {replicas: 1, podSpec: {containers: [{name: c, env: [{name: A}]}, {name: "
     "d, env: [{name: A}]}]}}}]}}",
     {}},
    {"V046 by the CRD", "{template: {cliques: [{name: a, spec: <R 1 x>}, {name: a, spec: <R 1 yy>}]}}", {1610}},
    {"V047", "{template: {cliques: [{name: a, spec: <R 1 x>}, {name: b, spec: <R 1 x>}]}}", {2047}},
    {"V047 names: two without roleName",
     "{template: {cliques: [{name: a, spec: <R 1>}, {name: b, spec: <R 1>}]}}",
     {2047}},
    {"names: one without roleName", "{template: {cliques: [{name: a, spec: <R 1>}, {name: b, spec: <R 1 yy>}]}}", {}},
    {"V048",
     "{template: {cliques: [{name: a, spec: <R 1 x>}, {name: b, spec: {roleName: yy, replicas: 1, podSpec: "
     "{schedulerName: unknown, containers: [{name: c}]}}}]}}",
     {2048}},
    {"V049 V079",
     "{template: {cliques: [{name: a, spec: {replicas: 1, podSpec: {schedulerName: volcano, containers: [{name: "
     "c}]}}}]}}",
     {2049}},
    {"V049 sched: name of spaces",
     "{template: {cliques: [{name: a, spec: {replicas: 1, podSpec: {schedulerName: ' ', containers: [{name: c}]}}}]}}",
     {2049}},
    {"sched: empty and default are one",
     "{template: {cliques: [{name: a, spec: <R 1 x>}, {name: b, spec: {roleName: yy, replicas: 1, podSpec: "
     "{schedulerName: default-scheduler, containers: [{name: c}]}}}]}}",
     {}},
    {"V050",
     "{template: {cliqueStartupType: CliqueStartupTypeExplicit, cliques: [{name: a, spec: {replicas: 1, startsAfter: "
     "[ghost], podSpec: <P>}}]}}",
     {2050}},
    {"V051",
     "{template: {cliqueStartupType: CliqueStartupTypeExplicit, cliques: [{name: a, spec: {roleName: a, replicas: 1, "
     "startsAfter: [c], podSpec: <P>}}, {name: b, spec: {roleName: b, replicas: 1, startsAfter: [a], podSpec: <P>}}, "
     "{name: c, spec: {roleName: c, replicas: 1, startsAfter: [b], podSpec: <P>}}, {name: d, spec: {roleName: d, "
     "replicas: 1, startsAfter: [a], podSpec: <P>}}]}}",
     {2051}},
    {"startsAfter: anything goes under AnyOrder",
     "{template: {cliques: [{name: a, spec: {replicas: 1, startsAfter: [a, a, ghost, ''], podSpec: <P>}}]}}",
     {}},
    // 3.4
    {"V052",
     "{template: {cliques: [{name: a, spec: <R 1>}], podCliqueScalingGroups: [{name: '', cliqueNames: [a]}]}}",
     {2052}},
    {"V053",
     "{template: {cliques: [{name: a, spec: <R 1>}], podCliqueScalingGroups: [{name: g, cliqueNames: [ghost]}]}}",
     {2053}},
    {"V054",
     "{template: {cliques: [{name: ccccccccccccccccccccc, spec: <R 1>}], podCliqueScalingGroups: [{name: "
     "gggggggggggggggggggg, cliqueNames: [ccccccccccccccccccccc]}]}}",
     {2054},
     nullptr,
     "{name: ssssssssssssssssssssssss}"},
    {"V054 short names",
     "{template: {cliques: [{name: cccccccccccccccccccc, spec: <R 1>}], podCliqueScalingGroups: [{name: sg, "
     "cliqueNames: [cccccccccccccccccccc]}]}}",
     {},
     nullptr,
     "{name: pcs}"},
    {"V055",
     "{template: {cliques: [{name: a, spec: <R 1>}], podCliqueScalingGroups: [{name: g, cliqueNames: [a], replicas: "
     "-1}]}}",
     {2055}},
    {"V056",
     "{template: {cliques: [{name: a, spec: <R 1>}], podCliqueScalingGroups: [{name: g, cliqueNames: [a], "
     "minAvailable: 0}]}}",
     {2056}},
    {"V057",
     "{template: {cliques: [{name: a, spec: <R 1>}], podCliqueScalingGroups: [{name: g, cliqueNames: [a], replicas: 2, "
     "minAvailable: 4}]}}",
     {2057}},
    {"V058",
     "{template: {cliques: [{name: a, spec: <R 1>}], podCliqueScalingGroups: [{name: g, cliqueNames: [a], replicas: 4, "
     "minAvailable: 3, scaleConfig: {minReplicas: 2, maxReplicas: 5}}]}}",
     {2058}},
    {"V059",
     "{template: {cliques: [{name: a, spec: <R 1 x>}, {name: b, spec: <R 1 yy>}], podCliqueScalingGroups: [{name: g, "
     "cliqueNames: [a]}, {name: g, cliqueNames: [b]}]}}",
     {2059}},
    {"V060",
     "{template: {cliques: [{name: a, spec: <R 1>}], podCliqueScalingGroups: [{name: g, cliqueNames: [a]}, {name: h, "
     "cliqueNames: [a]}]}}",
     {2060}},
    {"V060 names: twice in one",
     "{template: {cliques: [{name: a, spec: <R 1>}], podCliqueScalingGroups: [{name: g, cliqueNames: [a, a]}]}}",
     {2060}},
    {"V061",
     "{template: {cliques: [{name: a, spec: {replicas: 1, autoScalingConfig: {maxReplicas: 2}, podSpec: <P>}}], "
     "podCliqueScalingGroups: [{name: g, cliqueNames: [a]}]}}",
     {2061}},
    {"names: clique and group of one name",
     "{template: {cliques: [{name: a, spec: <R 1 x>}, {name: b, spec: <R 1 yy>}], podCliqueScalingGroups: [{name: b, "
     "cliqueNames: [a]}]}}",
     {}},
    {"scale: scaleConfig min above max is accepted",
     "{template: {cliques: [{name: a, spec: <R 1>}], podCliqueScalingGroups: [{name: g, cliqueNames: [a], scaleConfig: "
     "{minReplicas: 5, maxReplicas: 3}}]}}",
     {}},
    {"group without members is accepted",
     "{template: {cliques: [{name: a, spec: <R 1>}], podCliqueScalingGroups: [{name: g, cliqueNames: []}]}}",
     {}},
    {"group without cliqueNames",
     "{template: {cliques: [{name: a, spec: <R 1>}], podCliqueScalingGroups: [{name: g}]}}",
     {1601}},
    // 3.6
    {"V064",
     "{template: {topologyConstraint: {topologyName: t, pack: {required: rack}}, cliques: [{name: a, spec: <R 1>}]}}",
     {2064}},
    {"V065",
     "{template: {topologyConstraint: {pack: {required: rack}}, cliques: [{name: a, spec: <R 1>}]}}",
     {2065},
     nullptr,
     "{name: s}",
     kTopology},
    {"V065 standalone clique, unrelated group has a name",
     "{template: {cliques: [{name: a, topologyConstraint: {pack: {required: rack}}, spec: <R 1 x>}, {name: b, spec: <R "
     "1 yy>}], podCliqueScalingGroups: [{name: g, cliqueNames: [b], topologyConstraint: {topologyName: t, pack: "
     "{required: rack}}}]}}",
     {2065},
     nullptr,
     "{name: s}",
     kTopology},
    {"V066",
     "{template: {topologyConstraint: {topologyName: t, pack: {required: rack}}, cliques: [{name: a, "
     "topologyConstraint: {topologyName: u, pack: {required: rack}}, spec: <R 1>}]}}",
     {2066},
     nullptr,
     "{name: s}",
     kTopology},
    {"V067",
     "{template: {cliques: [{name: a, spec: <R 1 x>}, {name: b, spec: <R 1 yy>}], podCliqueScalingGroups: [{name: g, "
     "cliqueNames: [a], topologyConstraint: {topologyName: t, pack: {required: rack}}}, {name: h, cliqueNames: [b], "
     "topologyConstraint: {topologyName: u, pack: {required: rack}}}]}}",
     {2067},
     nullptr,
     "{name: s}",
     kTopology},
    {"V068",
     "{template: {topologyConstraint: {topologyName: u, pack: {required: rack}}, cliques: [{name: a, spec: <R 1>}]}}",
     {2068},
     nullptr,
     "{name: s}",
     kTopology},
    {"V070",
     "{template: {topologyConstraint: {topologyName: t, pack: {required: numa}}, cliques: [{name: a, spec: <R 1>}]}}",
     {2070},
     nullptr,
     "{name: s}",
     kTopology},
    {"V070 alone, hierarchy is not looked at",
     "{template: {topologyConstraint: {topologyName: t, pack: {required: host, preferred: nope}}, cliques: [{name: a, "
     "topologyConstraint: {pack: {required: zone}}, spec: <R 1>}]}}",
     {2070},
     nullptr,
     "{name: s}",
     kTopology},
    {"V071",
     "{template: {topologyConstraint: {topologyName: t, pack: {required: host}}, cliques: [{name: a, "
     "topologyConstraint: {pack: {required: zone}}, spec: <R 1>}]}}",
     {2071},
     nullptr,
     "{name: s}",
     kTopology},
    {"V071 equal is fine",
     "{template: {topologyConstraint: {topologyName: t, pack: {required: host}}, cliques: [{name: a, "
     "topologyConstraint: {pack: {required: host}}, spec: <R 1>}]}}",
     {},
     nullptr,
     "{name: s}",
     kTopology},
    {"V072",
     "{template: {topologyConstraint: {topologyName: t, pack: {preferred: host}}, cliques: [{name: a, "
     "topologyConstraint: {pack: {preferred: zone}}, spec: <R 1>}]}}",
     {2072},
     nullptr,
     "{name: s}",
     kTopology},
    {"V073",
     "{template: {topologyConstraint: {topologyName: t, pack: {required: host}}, cliques: [{name: a, spec: <R 1>}], "
     "podCliqueScalingGroups: [{name: g, cliqueNames: [a], topologyConstraint: {pack: {required: zone}}}]}}",
     {2073},
     nullptr,
     "{name: s}",
     kTopology},
    {"V074",
     "{template: {topologyConstraint: {topologyName: t, pack: {preferred: host}}, cliques: [{name: a, spec: <R 1>}], "
     "podCliqueScalingGroups: [{name: g, cliqueNames: [a], topologyConstraint: {pack: {preferred: zone}}}]}}",
     {2074},
     nullptr,
     "{name: s}",
     kTopology},
    {"V075",
     "{template: {cliques: [{name: a, topologyConstraint: {pack: {required: zone}}, spec: <R 1>}], "
     "podCliqueScalingGroups: [{name: g, cliqueNames: [a], topologyConstraint: {topologyName: t, pack: {required: "
     "host}}}]}}",
     {2075},
     nullptr,
     "{name: s}",
     kTopology},
    {"V076",
     "{template: {cliques: [{name: a, topologyConstraint: {pack: {preferred: zone}}, spec: <R 1>}], "
     "podCliqueScalingGroups: [{name: g, cliqueNames: [a], topologyConstraint: {topologyName: t, pack: {preferred: "
     "host}}}]}}",
     {2076},
     nullptr,
     "{name: s}",
     kTopology},
    {"parent required, child preferred are not compared",
     "{template: {topologyConstraint: {topologyName: t, pack: {required: host}}, cliques: [{name: a, "
     "topologyConstraint: {pack: {preferred: zone}}, spec: <R 1>}]}}",
     {},
     nullptr,
     "{name: s}",
     kTopology},
    {"W2",
     "{template: {topologyConstraint: {topologyName: t, pack: {required: host, preferred: zone}}, cliques: [{name: a, "
     "spec: <R 1>}]}}",
     {2302},
     nullptr,
     "{name: s}",
     kTopology},
    // 1.10
    {"C1",
     "{template: {topologyConstraint: {topologyName: t, packDomain: rack}, cliques: [{name: a, spec: <R 1>}]}}",
     {2201},
     nullptr,
     "{name: s}",
     kTopology},
    {"C2",
     "{template: {cliques: [{name: a, topologyConstraint: {topologyName: t, packDomain: rack}, spec: <R 1>}]}}",
     {2202},
     nullptr,
     "{name: s}",
     kTopology},
    {"C3",
     "{template: {cliques: [{name: a, spec: <R 1>}], podCliqueScalingGroups: [{name: g, cliqueNames: [a], "
     "topologyConstraint: {topologyName: t, packDomain: rack}}]}}",
     {2203},
     nullptr,
     "{name: s}",
     kTopology},
    {"C4",
     "{template: {topologyConstraint: {topologyName: t}, cliques: [{name: a, spec: <R 1>}]}}",
     {2204},
     nullptr,
     "{name: s}",
     kTopology},
    {"C5",
     "{template: {topologyConstraint: {topologyName: t, packDomain: rack, pack: {required: rack}}, cliques: [{name: a, "
     "spec: <R 1>}]}}",
     {2201, 2205},
     nullptr,
     "{name: s}",
     kTopology},
    {"C6",
     "{template: {topologyConstraint: {topologyName: t, pack: {}}, cliques: [{name: a, spec: <R 1>}]}}",
     {2206},
     nullptr,
     "{name: s}",
     kTopology},
    {"1.3 pattern",
     "{template: {topologyConstraint: {topologyName: t, pack: {required: 1rack}}, cliques: [{name: a, spec: <R 1>}]}}",
     {1604, 2070},
     nullptr,
     "{name: s}",
     kTopology},
    // 3.7
    {"V077",
     "{template: {cliques: [{name: a, annotations: {grove.io/mnnvl-group: my_group}, spec: <R 1>}]}}",
     {2077},
     nullptr,
     "{name: s}",
     kMnnvl},
    {"V077 mnnvl: digits first are fine",
     "{template: {cliques: [{name: a, annotations: {grove.io/mnnvl-group: 1group}, spec: <R 1>}]}}",
     {},
     nullptr,
     "{name: s}",
     kMnnvl},
    {"V078", "{template: {cliques: [{name: a, annotations: {grove.io/mnnvl-group: workers}, spec: <R 1>}]}}", {2078}},
    {"mnnvl: none is always fine",
     "{template: {cliques: [{name: a, annotations: {grove.io/mnnvl-group: none}, spec: <R 1>}]}}",
     {}},
    // 3.8
    {"V080", "{template: {cliques: [{name: a, spec: <R 1>}]}}", {2080}, nullptr, "{name: s}", kKai},
    {"V081",
     "{template: {cliques: [{name: a, labels: {kai.scheduler/queue: yy}, spec: <R 1>}]}}",
     {2081},
     nullptr,
     "{name: s, labels: {kai.scheduler/queue: x}}",
     kKai},
    {"V082",
     "{template: {cliques: [{name: a, labels: {kai.scheduler/queue: x}, spec: <R 1 x>}, {name: b, labels: "
     "{kai.scheduler/queue: yy}, spec: <R 1 yy>}]}}",
     {2082},
     nullptr,
     "{name: s}",
     kKai},
    {"sched: KAI takes a queue of one clique for all",
     "{template: {cliques: [{name: a, annotations: {kai.scheduler/queue: x}, spec: <R 1 x>}, {name: b, spec: <R 1 "
     "yy>}]}}",
     {},
     nullptr,
     "{name: s}",
     kKai},
    {"V083",
     "{template: {topologyConstraint: {topologyName: t, pack: {required: zone}}, cliques: [{name: a, spec: <R 1>}]}}",
     {2083},
     nullptr,
     "{name: s}",
     kVolcanoTopology},
    {"V084",
     "{template: {cliques: [{name: a, spec: <R 1>}]}}",
     {2084},
     nullptr,
     "{name: s, annotations: {scheduling.grove.io/volcano-queue: Bad_Queue}}",
     kVolcano},
    {"V085",
     "{template: {cliques: [{name: a, annotations: {scheduling.grove.io/volcano-queue: Bad_Queue}, spec: <R 1>}]}}",
     {2085},
     nullptr,
     "{name: s}",
     kVolcano},
    {"V086",
     "{template: {cliques: [{name: a, annotations: {scheduling.grove.io/volcano-queue: yy}, spec: <R 1>}]}}",
     {2086},
     nullptr,
     "{name: s, annotations: {scheduling.grove.io/volcano-queue: x}}",
     kVolcano},
    {"V087",
     "{template: {cliques: [{name: a, annotations: {scheduling.grove.io/volcano-queue: x}, spec: <R 1 x>}, {name: b, "
     "spec: <R 1 yy>}]}}",
     {2087},
     nullptr,
     "{name: s}",
     kVolcano},
    {"V088",
     "{template: {cliques: [{name: a, spec: <R 1>}]}}",
     {2088},
     nullptr,
     "{name: s, annotations: {scheduling.grove.io/volcano-queue: x}}",
     kClosedQueue},
    {"V090", "{template: {cliques: [{name: a, spec: <R 1>}]}}", {2090}, nullptr, "{name: s}", kClosedQueue},
    {"V091",
     "{template: {topologyConstraint: {topologyName: t, pack: {required: zone}}, cliques: [{name: a, spec: <R 1>}]}}",
     {2091},
     nullptr,
     "{name: s}",
     kLpx},
    // updates
    {"V092",
     "{template: {cliques: [{name: a, annotations: {grove.io/mnnvl-group: x}, spec: <R 1>}]}}",
     {2092},
     "{template: {cliques: [{name: a, spec: <R 1>}]}}"},
    {"V093",
     "{template: {cliques: [{name: a, spec: <R 1>}]}}",
     {2093},
     "{template: {cliques: [{name: a, annotations: {grove.io/mnnvl-group: x}, spec: <R 1>}]}}"},
    {"V094",
     "{template: {cliques: [{name: a, annotations: {grove.io/mnnvl-group: yy}, spec: <R 1>}]}}",
     {2094},
     "{template: {cliques: [{name: a, annotations: {grove.io/mnnvl-group: x}, spec: <R 1>}]}}"},
    {"V095",
     "{template: {cliques: [{name: a, spec: <R 1 x>}]}}",
     {2095},
     "{template: {cliques: [{name: a, spec: <R 1 x>}, {name: b, spec: <R 1 yy>}]}}"},
    {"V096",
     "{template: {cliques: [{name: a, spec: <R 1 x>}, {name: b, spec: <R 1 yy>}]}}",
     {2096},
     "{template: {cliques: [{name: a, spec: <R 1 x>}]}}"},
    {"V096 rename",
     "{template: {cliques: [{name: b, spec: <R 1>}]}}",
     {2096},
     "{template: {cliques: [{name: a, spec: <R 1>}]}}"},
    {"V097",
     "{template: {cliqueStartupType: CliqueStartupTypeInOrder, cliques: [{name: b, spec: <R 1 yy>}, {name: a, spec: <R "
     "1 x>}]}}",
     {2097},
     "{template: {cliqueStartupType: CliqueStartupTypeInOrder, cliques: [{name: a, spec: <R 1 x>}, {name: b, spec: <R "
     "1 yy>}]}}"},
    {"update: reorder under AnyOrder",
     "{template: {cliques: [{name: b, spec: <R 1 yy>}, {name: a, spec: <R 1 x>}]}}",
     {},
     "{template: {cliques: [{name: a, spec: <R 1 x>}, {name: b, spec: <R 1 yy>}]}}"},
    {"V098",
     "{template: {cliques: [{name: a, spec: <R 1 yy>}]}}",
     {2098},
     "{template: {cliques: [{name: a, spec: <R 1 x>}]}}"},
    {"V099",
     "{template: {cliques: [{name: a, spec: <R 3>}]}}",
     {2099},
     "{template: {cliques: [{name: a, spec: <R 2>}]}}"},
    {"V100",
     "{template: {cliques: [{name: a, spec: {replicas: 1, startsAfter: [b], podSpec: <P>}}]}}",
     {2100},
     "{template: {cliques: [{name: a, spec: <R 1>}]}}"},
    {"V101",
     "{template: {cliques: [{name: a, spec: {replicas: 1, podSpec: {schedulerName: default-scheduler, containers: "
     "[{name: c}]}}}]}}",
     {2101},
     "{template: {cliques: [{name: a, spec: <R 1>}]}}"},
    {"V102",
     "{template: {cliques: [{name: a, resourceSharing: [{name: t, scope: AllReplicas}], spec: <R 1>}]}}",
     {2102},
     "{template: {cliques: [{name: a, spec: <R 1>}]}}"},
    {"V103",
     "{template: {cliqueStartupType: CliqueStartupTypeInOrder, cliques: [{name: a, spec: <R 1>}]}}",
     {2103},
     "{template: {cliques: [{name: a, spec: <R 1>}]}}"},
    {"V104",
     "{template: {cliques: [{name: a, spec: <R 1>}], podCliqueScalingGroups: [{name: g, cliqueNames: [a]}]}}",
     {2104},
     "{template: {cliques: [{name: a, spec: <R 1>}]}}"},
    {"V105",
     "{template: {cliques: [{name: a, spec: <R 1>}], podCliqueScalingGroups: [{name: h, cliqueNames: [a]}]}}",
     {2105},
     "{template: {cliques: [{name: a, spec: <R 1>}], podCliqueScalingGroups: [{name: g, cliqueNames: [a]}]}}"},
    {"V106",
     "{template: {cliques: [{name: a, spec: <R 1 x>}, {name: b, spec: <R 1 yy>}], podCliqueScalingGroups: [{name: g, "
     "cliqueNames: [b, a]}]}}",
     {2106},
     "{template: {cliques: [{name: a, spec: <R 1 x>}, {name: b, spec: <R 1 yy>}], podCliqueScalingGroups: [{name: g, "
     "cliqueNames: [a, b]}]}}"},
    {"V107",
     "{template: {cliques: [{name: a, spec: <R 1>}], podCliqueScalingGroups: [{name: g, cliqueNames: [a], replicas: 2, "
     "minAvailable: 2}]}}",
     {2107},
     "{template: {cliques: [{name: a, spec: <R 1>}], podCliqueScalingGroups: [{name: g, cliqueNames: [a], replicas: "
     "2}]}}"},
    {"V108",
     "{template: {cliques: [{name: a, spec: <R 1>}], podCliqueScalingGroups: [{name: g, cliqueNames: [a], "
     "resourceSharing: [{name: t, scope: AllReplicas}]}]}}",
     {2108},
     "{template: {cliques: [{name: a, spec: <R 1>}], podCliqueScalingGroups: [{name: g, cliqueNames: [a]}]}}"},
    {"V115",
     "{template: {resourceClaimTemplates: [{name: t, templateSpec: {spec: {devices: {requests: [{name: r}]}}}}], "
     "cliques: [{name: a, spec: <R 1>}]}}",
     {2115},
     "{template: {cliques: [{name: a, spec: <R 1>}]}}"},
    {"V116",
     "{template: {resourceSharing: [{name: t, scope: AllReplicas}], cliques: [{name: a, spec: <R 1>}]}}",
     {2116},
     "{template: {cliques: [{name: a, spec: <R 1>}]}}"},
    {"update: nil and empty groups are equal",
     "{template: {podCliqueScalingGroups: [], cliques: [{name: a, spec: <R 1>}]}}",
     {},
     "{template: {cliques: [{name: a, spec: <R 1>}]}}"},
    {"update: priorityClassName may change",
     "{template: {priorityClassName: p, cliques: [{name: a, spec: <R 1>}]}}",
     {},
     "{template: {cliques: [{name: a, spec: <R 1>}]}}"},
    {"update: only the static error",
     "{template: {cliques: [{name: a, spec: {roleName: yy, replicas: 1, minAvailable: 2, podSpec: <P>}}]}}",
     {2034},
     "{template: {cliques: [{name: a, spec: <R 1 x>}]}}"},
    {"update: three at once",
     "{template: {cliques: [{name: a, spec: {roleName: yy, replicas: 3, minAvailable: 3, startsAfter: [b], podSpec: "
     "<P>}}]}}",
     {2098, 2099, 2100},
     "{template: {cliques: [{name: a, spec: {roleName: x, replicas: 3, minAvailable: 1, podSpec: <P>}}]}}"},
    {"update: nodeName and spread constraints may be added",
     "{template: {cliques: [{name: a, spec: {replicas: 1, podSpec: {nodeName: nn, topologySpreadConstraints: [], "
     "containers: [{name: c}]}}}]}}",
     {},
     "{template: {cliques: [{name: a, spec: <R 1>}]}}"},
    // 3.10
    {"V109",
     "{template: {topologyConstraint: {topologyName: t, pack: {required: rack}}, cliques: [{name: a, spec: <R 1>}]}}",
     {2109},
     "{template: {cliques: [{name: a, spec: <R 1>}]}}"},
    {"V110",
     "{template: {topologyConstraint: {topologyName: t, pack: {required: host}}, cliques: [{name: a, spec: <R 1>}]}}",
     {2110},
     "{template: {topologyConstraint: {topologyName: t, pack: {required: rack}}, cliques: [{name: a, spec: <R 1>}]}}"},
    {"V111",
     "{template: {cliques: [{name: a, topologyConstraint: {topologyName: t, pack: {required: host}}, spec: <R 1>}]}}",
     {2111},
     "{template: {cliques: [{name: a, spec: <R 1>}]}}"},
    {"V112",
     "{template: {cliques: [{name: a, spec: <R 1>}], podCliqueScalingGroups: [{name: g, cliqueNames: [a], "
     "topologyConstraint: {topologyName: t, pack: {required: host}}}]}}",
     {2112},
     "{template: {cliques: [{name: a, spec: <R 1>}], podCliqueScalingGroups: [{name: g, cliqueNames: [a]}]}}"},
    {"V113",
     "{template: {cliques: [{name: a, topologyConstraint: {packDomain: rack}, spec: <R 1 x>}, {name: b, spec: <R 1 "
     "yy>}], podCliqueScalingGroups: [{name: g, cliqueNames: [a], topologyConstraint: {topologyName: t, pack: "
     "{required: rack}}}, {name: h, cliqueNames: [b], topologyConstraint: {topologyName: u, pack: {required: "
     "rack}}}]}}",
     {2113, 2303},
     "{template: {cliques: [{name: a, topologyConstraint: {packDomain: rack}, spec: <R 1 x>}, {name: b, spec: <R 1 "
     "yy>}], podCliqueScalingGroups: [{name: g, cliqueNames: [a], topologyConstraint: {topologyName: t, pack: "
     "{required: rack}}}, {name: h, cliqueNames: [b], topologyConstraint: {topologyName: u, pack: {required: "
     "rack}}}]}}"},
    {"V114: legacy, TAS off",
     "{template: {topologyConstraint: {packDomain: rack}, cliques: [{name: a, spec: <R 1>}]}}",
     {2064, 2114, 2303},
     "{template: {topologyConstraint: {packDomain: rack}, cliques: [{name: a, spec: <R 1>}]}}"},
    {"V114: unrelated update of a legacy object",
     "{replicas: 2, template: {topologyConstraint: {packDomain: rack}, cliques: [{name: a, spec: <R 1>}]}}",
     {2065, 2114, 2303},
     "{replicas: 1, template: {topologyConstraint: {packDomain: rack}, cliques: [{name: a, spec: <R 1>}]}}",
     "{name: s}",
     kTopology},
    {"topology: migration",
     "{template: {topologyConstraint: {topologyName: t, pack: {required: host}}, cliques: [{name: a, spec: <R 1>}]}}",
     {},
     "{template: {topologyConstraint: {topologyName: t, packDomain: host}, cliques: [{name: a, spec: <R 1>}]}}"},
    {"topology: migration to another domain",
     "{template: {topologyConstraint: {topologyName: t, pack: {required: rack}}, cliques: [{name: a, spec: <R 1>}]}}",
     {2110},
     "{template: {topologyConstraint: {topologyName: t, packDomain: host}, cliques: [{name: a, spec: <R 1>}]}}"},
    {"topology: legacy clique gains a name",
     "{template: {cliques: [{name: a, topologyConstraint: {topologyName: t, packDomain: rack}, spec: <R 1>}]}}",
     {2303},
     "{template: {cliques: [{name: a, topologyConstraint: {packDomain: rack}, spec: <R 1>}]}}",
     "{name: s}",
     kTopology},
    {"topology: legacy PCS gains a name, child inherits",
     "{template: {topologyConstraint: {topologyName: t, packDomain: rack}, cliques: [{name: a, topologyConstraint: "
     "{packDomain: host}, spec: <R 1>}]}}",
     {2303},
     "{template: {topologyConstraint: {packDomain: rack}, cliques: [{name: a, topologyConstraint: {packDomain: host}, "
     "spec: <R 1>}]}}",
     "{name: s}",
     kTopology},
    {"topology: legacy clique gains a name and moves",
     "{template: {cliques: [{name: a, topologyConstraint: {topologyName: t, packDomain: host}, spec: <R 1>}]}}",
     {2111, 2303},
     "{template: {cliques: [{name: a, topologyConstraint: {packDomain: rack}, spec: <R 1>}]}}",
     "{name: s}",
     kTopology},
    {"topology: legacy PCS gains name and pack.required",
     "{template: {topologyConstraint: {topologyName: t, pack: {required: rack}}, cliques: [{name: a, spec: <R 1>}]}}",
     {2109},
     "{template: {topologyConstraint: {packDomain: rack}, cliques: [{name: a, spec: <R 1>}]}}",
     "{name: s}",
     kTopology},
    {"topology: only a name, then packDomain",
     "{template: {topologyConstraint: {topologyName: t, packDomain: rack}, cliques: [{name: a, spec: <R 1>}]}}",
     {2110, 2303},
     "{template: {topologyConstraint: {topologyName: t}, cliques: [{name: a, spec: <R 1>}]}}"},
    // 0.2, 2.4: what Go adds
    {"podSpec without containers", "{template: {cliques: [{name: a, spec: {replicas: 1, podSpec: {}}}]}}", {1601}},
    {"clique without spec", "{template: {cliques: [{name: a}]}}", {1601}},
    {"container null", "{template: {cliques: [{name: a, spec: {replicas: 1, podSpec: {containers: [null]}}}]}}", {}},
    {"metrics without content",
     "{template: {cliques: [{name: a, spec: {replicas: 1, autoScalingConfig: {maxReplicas: 2, metrics: [{}]}, podSpec: "
     "<P>}}]}}",
     {}},
    {"nodeSelectorTerms absent",
     "{template: {cliques: [{name: a, spec: {replicas: 1, podSpec: {affinity: {nodeAffinity: "
     "{requiredDuringSchedulingIgnoredDuringExecution: {}}}, containers: [{name: c}]}}}]}}",
     {1601}},
    {"probe port absent",
     "{template: {cliques: [{name: a, spec: {replicas: 1, podSpec: {containers: [{name: c, livenessProbe: {httpGet: "
     "{path: /}}}]}}}]}}",
     {}},
    {"two volumes without a name",
     "{template: {cliques: [{name: a, spec: {replicas: 1, podSpec: {volumes: [{emptyDir: {}}, {emptyDir: {}}], "
     "containers: [{name: c}]}}}]}}",
     {1610}},
    {"two ports of one number, protocol by default",
     "{template: {cliques: [{name: a, spec: {replicas: 1, podSpec: {containers: [{name: c, ports: [{containerPort: "
     "80}, {containerPort: 80, protocol: TCP}]}]}}}]}}",
     {1610}},
    // decoding
    {"unknown field", "{template: {cliques: [{name: a, spec: <R 1>, foo: 1}]}}", {1501}},
    {"unknown field that was meant counts as given",
     "{template: {cliques: [{name: a, spec: {replica: 3, podSpec: <P>}}]}}",
     {1501}},
    {"wrong type hides what follows from it",
     "{template: {cliques: [{name: a, spec: {replicas: two, podSpec: <P>}}]}}",
     {1502}},
    {"1.5 replicas", "{replicas: 1.5, template: {cliques: [{name: a, spec: <R 1>}]}}", {1503}},
    {"1.0 replicas", "{replicas: 1.0, template: {cliques: [{name: a, spec: <R 1>}]}}", {}},
    {"2^31 replicas", "{replicas: 2147483648, template: {cliques: [{name: a, spec: <R 1>}]}}", {1504}},
    {"quantity",
     "{template: {cliques: [{name: a, spec: {replicas: 1, podSpec: {containers: [{name: c, resources: {requests: {cpu: "
     "1 core}}}]}}}]}}",
     {1505}},
    {"duration", "{template: {terminationDelay: 1d, cliques: [{name: a, spec: <R 1>}]}}", {1506}},
    {"duration empty", "{template: {terminationDelay: '', cliques: [{name: a, spec: <R 1>}]}}", {1506}},
    {"time",
     "{template: {cliques: [{name: a, spec: <R 1>}]}}",
     {1507},
     nullptr,
     "{name: s, creationTimestamp: yesterday}"},
    {"metadata unknown field", "{template: {cliques: [{name: a, spec: <R 1>}]}}", {1501}, nullptr, "{name: s, foo: x}"},
    {"filter on a clique",
     "{template: {cliques: [{name: a, resourceSharing: [{name: t, scope: AllReplicas, filter: null}], spec: <R 1>}]}}",
     {1501}},
};

class AdmissionRules : public testing::TestWithParam<Row> {};

TEST_P(AdmissionRules, GivesItsCodes) {
  const Row& row = GetParam();
  Context around, context;
  ir::ClusterFacts facts;
  ir::Environment environment{facts};
  surround(around, row.surroundings, facts);
  EXPECT_EQ(codes_of(around), Codes{});
  ir::Value now = read(context, manifest(row.spec, row.metadata));
  ir::Value old;
  AdmitOptions options;
  if (row.old_spec) {
    old = read(context, manifest(row.old_spec, "{name: s}"));
    options.old = &old;
  }
  Admitted admitted = admit(context, now, environment, options);
  EXPECT_EQ(codes_of(context), row.codes) << row.id;
  bool has_error = std::any_of(row.codes.begin(), row.codes.end(), [](int c) { return c < 2300; });
  EXPECT_EQ(admitted.accepted, !has_error);
  for (const Diagnostic& d : context.diags.all()) EXPECT_NE(d.at, kNowhere) << row.id << ": " << d.message;
}

INSTANTIATE_TEST_SUITE_P(Reference, AdmissionRules, testing::ValuesIn(kRows), [](const auto& info) {
  std::string name;
  for (const char* c = info.param.id; *c; ++c)
    if (std::isalnum(static_cast<unsigned char>(*c))) name += *c;
  return name + "_" + std::to_string(info.index);
});

// Rows that the defaulting webhook or the CRD make unreachable; the rules exist all the same.
TEST(UnreachableRules, AnswerWithoutDefaults) {
  Context context;
  ir::Value root =
      read(context, manifest("{template: {cliques: [{name: a, spec: {roleName: x, replicas: 1, podSpec: <P>, "
                             "autoScalingConfig: {maxReplicas: 2}}}, {name: a, spec: {roleName: yy, replicas: 1, "
                             "minAvailable: 1, podSpec: {containers: [{name: c, env: [{name: A}, {name: A}]}]}, "
                             "autoScalingConfig: {maxReplicas: 2}}}], resourceSharing: [{name: t, scope: Bad}]}}",
                             "{name: s, namespace: nn}"));
  ir::PodCliqueSet set = build_spec(root);
  ir::ClusterFacts facts;
  ir::Environment environment{facts};
  verify_spec(context, set, root["metadata"], environment, Operation::kCreate);
  EXPECT_EQ(codes_of(context), (Codes{2011, 2019, 2032, 2038, 2045, 2046, 2062}));  // P2 and P3 without a crash
}

TEST(UnreachableRules, StartupTypeOutsideTheEnum) {
  Context context;
  ir::Value root =
      read(context, manifest("{template: {cliqueStartupType: Bad, terminationDelay: 1h, cliques: [{name: a, "
                             "spec: {replicas: 1, minAvailable: 1, podSpec: <P>}}]}}",
                             "{name: s, namespace: nn}"));
  ir::PodCliqueSet set = build_spec(root);
  ir::ClusterFacts facts;
  ir::Environment environment{facts};
  verify_spec(context, set, root["metadata"], environment, Operation::kCreate);
  EXPECT_EQ(codes_of(context), (Codes{2012}));
}

struct BindingRow {
  const char* id;
  const char* spec;
  Codes codes;
  const char* config = "";
};
const BindingRow kBindings[] = {
    {"V117 V118 V120",
     "{levels: [{domain: zone, key: a/b}, {domain: zone, key: a/b}], schedulerTopologyBindings: [{schedulerName: "
     "volcano, topologyReference: x}]}",
     {2117, 2118, 2120}},
    {"V119",
     "{levels: [{domain: zone, key: a}], schedulerTopologyBindings: [{schedulerName: kai-scheduler, topologyReference: "
     "x}, {schedulerName: kai-scheduler, topologyReference: yy}]}",
     {2119},
     kKai},
    {"V121",
     "{levels: [{domain: zone, key: a}], schedulerTopologyBindings: [{schedulerName: default-scheduler, "
     "topologyReference: x}]}",
     {2121}},
    {"minItems", "{levels: []}", {1607}},
    {"levels absent", "{}", {1601}},
    {"domain pattern", "{levels: [{domain: 1zone, key: a}]}", {1604}},
    {"domain too long",
     "{levels: [{domain: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, key: a}]}",
     {1606}},
    {"domain empty", "{levels: [{domain: '', key: a}]}", {1605}},
    {"key pattern", "{levels: [{domain: zone, key: a/b/c}]}", {1604}},
};
class BindingRules : public testing::TestWithParam<BindingRow> {};
TEST_P(BindingRules, GivesItsCodes) {
  Context around, context;
  ir::ClusterFacts facts;
  ir::Environment environment{facts};
  surround(around, GetParam().config, facts);
  ir::Value root =
      read(context, "apiVersion: grove.io/v1alpha1\nkind: ClusterTopologyBinding\nmetadata: {name: t}\nspec: " +
                        std::string(GetParam().spec) + "\n");
  check_binding(context, root, facts.config);
  EXPECT_EQ(codes_of(context), GetParam().codes) << GetParam().id;
}
INSTANTIATE_TEST_SUITE_P(Reference, BindingRules, testing::ValuesIn(kBindings));

}  // namespace
}  // namespace grovec::passes

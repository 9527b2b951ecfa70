// Cliques, scaling groups, budgets of names, and cycles.
#include "tests/unit/passes/rules/admission_rows.h"

namespace grovec::passes {
namespace {

const AdmissionRow kRows[] = {
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
};

INSTANTIATE_TEST_SUITE_P(Cliques, AdmissionRules, testing::ValuesIn(kRows), name_of_row);

}  // namespace
}  // namespace grovec::passes

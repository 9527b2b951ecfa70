// Decoding, and what Go adds when it writes the object again.
#include "tests/unit/passes/rules/admission_rows.h"

namespace grovec::passes {
namespace {

const AdmissionRow kRows[] = {
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

INSTANTIATE_TEST_SUITE_P(Decoding, AdmissionRules, testing::ValuesIn(kRows), name_of_row);

}  // namespace
}  // namespace grovec::passes

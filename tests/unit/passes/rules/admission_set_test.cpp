// Metadata, the top of the spec, and claim templates with who shares them.
#include "tests/unit/passes/rules/admission_rows.h"

namespace grovec::passes {
namespace {

const AdmissionRow kRows[] = {
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
};

INSTANTIATE_TEST_SUITE_P(Set, AdmissionRules, testing::ValuesIn(kRows), name_of_row);

}  // namespace
}  // namespace grovec::passes

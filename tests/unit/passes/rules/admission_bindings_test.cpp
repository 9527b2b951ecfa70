// Rules that no set can reach behind the defaults, and rules on ClusterTopologyBindings.
#include "passes/admission/build_spec.h"
#include "passes/rules/set/verify_spec.h"
#include "passes/surroundings/read_environment.h"
#include "tests/unit/passes/rules/admission_rows.h"

namespace grovec::passes {
namespace {

// Rows that the defaulting webhook or the CRD make unreachable; the rules exist all the same.
TEST(UnreachableRules, AnswerWithoutDefaults) {
  Context context;
  ir::Value root =
      read_one(context, manifest("{template: {cliques: [{name: a, spec: {roleName: x, replicas: 1, podSpec: <P>, "
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
      read_one(context, manifest("{template: {cliqueStartupType: Bad, terminationDelay: 1h, cliques: [{name: a, "
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
      read_one(context, "apiVersion: grove.io/v1alpha1\nkind: ClusterTopologyBinding\nmetadata: {name: t}\nspec: " +
                            std::string(GetParam().spec) + "\n");
  check_binding(context, root, facts.config);
  EXPECT_EQ(codes_of(context), GetParam().codes) << GetParam().id;
}
INSTANTIATE_TEST_SUITE_P(Reference, BindingRules, testing::ValuesIn(kBindings));

}  // namespace
}  // namespace grovec::passes

#include "schemas/schema.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace grovec::schemas {
namespace {

/// The field at a path of JSON names below a root; lists and maps are stepped into without being named.
const Field* at(Root r, std::initializer_list<std::string_view> path) {
  TypeId where = root(r);
  const Field* found = nullptr;
  for (const std::string_view name : path) {
    while (type(where).element != TypeId{0}) where = type(where).element;
    found = find_field(type(where), name);
    if (found == nullptr) return nullptr;
    where = found->type;
  }
  return found;
}

const Constraint& constraint_at(Root r, std::initializer_list<std::string_view> path) {
  const Field* const found = at(r, path);
  return constraints()[found == nullptr ? 0 : found->constraint];
}

bool always_written(Root r, std::initializer_list<std::string_view> path) {
  const Field* const found = at(r, path);
  return found != nullptr && is_always_written(*found, type(found->type));
}

std::vector<std::string> texts(std::span<const std::string_view> views) { return {views.begin(), views.end()}; }

using Texts = std::vector<std::string>;

// What the hash prints ----------------------------------------------------------------------------------------------

struct DumpField {
  std::string go_name, go_type, json_name;
  bool operator==(const DumpField&) const = default;
};

std::ostream& operator<<(std::ostream& out, const DumpField& f) {
  return out << f.go_name << ' ' << f.go_type << " {" << f.json_name << '}';
}

struct DumpStruct {
  std::string go_name;
  std::vector<DumpField> fields;
};

std::vector<DumpStruct> expected_structs() {
  std::vector<DumpStruct> all;
#define STRUCT(go_name) all.push_back({go_name, {}});
#define FIELD(go_name, go_type, json_name) all.back().fields.push_back({go_name, go_type, json_name});
#include "tests/unit/schemas/dump_types.inc"
#undef STRUCT
#undef FIELD
  return all;
}

void collect_structs(TypeId id, std::set<std::string>& names) {
  const Type& t = type(id);
  if (t.element != TypeId{0}) return collect_structs(t.element, names);
  if (t.kind != TypeKind::kStruct || !names.emplace(t.go_name).second) return;
  for (const Field& f : fields_of(t)) collect_structs(f.type, names);
}

TEST(Schema, StructsHaveTheFieldsThatTheHashPrintsInItsOrder) {
  for (const DumpStruct& expected : expected_structs()) {
    const TypeId id = type_named(expected.go_name);
    ASSERT_NE(id, TypeId{0}) << expected.go_name;
    ASSERT_EQ(type(id).kind, TypeKind::kStruct) << expected.go_name;
    std::vector<DumpField> actual;
    for (const Field& f : fields_of(type(id))) {
      EXPECT_EQ(f.is_inlined, f.json_name.empty()) << expected.go_name << '.' << f.go_name;
      actual.push_back({std::string(f.go_name), (f.is_pointer ? "*" : "") + std::string(type(f.type).go_name),
                        std::string(f.json_name)});
    }
    EXPECT_EQ(actual, expected.fields) << expected.go_name;
  }
}

TEST(Schema, ThePodTemplateReachesNoOtherStructs) {
  std::set<std::string> expected, actual;
  for (const DumpStruct& s : expected_structs()) expected.insert(s.go_name);
  collect_structs(root(Root::kPodTemplateSpec), actual);
  EXPECT_EQ(actual, expected);
}

TEST(Schema, NamedScalarsKeepTheirGoNames) {
  const Type& container = type(type_named("v1.Container"));
  EXPECT_EQ(type(find_field(container, "imagePullPolicy")->type).go_name, "v1.PullPolicy");
  EXPECT_EQ(type(find_field(container, "imagePullPolicy")->type).kind, TypeKind::kString);
  const Type& limits = type(at(Root::kPodTemplateSpec, {"spec", "containers", "resources", "limits"})->type);
  EXPECT_EQ(limits.go_name, "v1.ResourceList");
  EXPECT_EQ(limits.kind, TypeKind::kMap);
  EXPECT_EQ(type(limits.element).kind, TypeKind::kQuantity);
  EXPECT_EQ(type(limits.element).go_name, "resource.Quantity");
  EXPECT_EQ(type(at(Root::kPodTemplateSpec, {"metadata", "managedFields", "fieldsV1"})->type).kind, TypeKind::kRaw);
  EXPECT_EQ(type(at(Root::kPodTemplateSpec, {"metadata", "creationTimestamp"})->type).kind, TypeKind::kTime);
}

// Looking up ---------------------------------------------------------------------------------------------------------

TEST(FindField, FindsEveryKeyOfEveryStructAndNothingElse) {
  for (const Type& t : types()) {
    for (const Key& key : keys_of(t))
      EXPECT_EQ(find_field(t, key.json_name), &field(key.field)) << t.go_name << '.' << key.json_name;
    EXPECT_EQ(find_field(t, ""), nullptr) << t.go_name;
    EXPECT_EQ(find_field(t, "zzz"), nullptr) << t.go_name;
  }
}

TEST(FindField, SeesThroughInlinedStructs) {
  EXPECT_EQ(find_field(type(type_named("v1.Volume")), "emptyDir")->go_name, "EmptyDir");
  EXPECT_EQ(find_field(type(type_named("v1.Probe")), "httpGet")->go_name, "HTTPGet");
  EXPECT_EQ(find_field(type(type_named("v1.EphemeralContainer")), "name")->go_name, "Name");
  EXPECT_EQ(at(Root::kPodCliqueSet, {"apiVersion"})->go_name, "APIVersion");
}

TEST(FindField, MindsTheCase) { EXPECT_EQ(at(Root::kPodCliqueSet, {"spec", "Replicas"}), nullptr); }

TEST(TypeNamed, PrefersThePodTemplate) {
  EXPECT_EQ(type_named("v1.PodTemplateSpec"), root(Root::kPodTemplateSpec));
  EXPECT_FALSE(find_field(type(type_named("v1.ObjectMeta")), "labels")->is_pruned);
  EXPECT_NE(find_field(type(type_named("v1alpha1.TopologyConstraint")), "packDomain"), nullptr);
  EXPECT_EQ(type_named("v1.NoSuchThing"), TypeId{0});
  EXPECT_EQ(type_named(""), TypeId{0});
}

TEST(Root, IsTheKindItSays) {
  EXPECT_EQ(type(root(Root::kPodCliqueSet)).go_name, "v1alpha1.PodCliqueSet");
  EXPECT_EQ(type(root(Root::kPodClique)).go_name, "v1alpha1.PodClique");
  EXPECT_EQ(type(root(Root::kPodCliqueScalingGroup)).go_name, "v1alpha1.PodCliqueScalingGroup");
  EXPECT_EQ(type(root(Root::kClusterTopologyBinding)).go_name, "v1alpha1.ClusterTopologyBinding");
  EXPECT_EQ(type(root(Root::kPodGang)).go_name, "v1alpha1.PodGang");
  EXPECT_EQ(type(root(Root::kPod)).go_name, "v1.Pod");
  EXPECT_EQ(type(root(Root::kPodTemplateSpec)).go_name, "v1.PodTemplateSpec");
  EXPECT_EQ(type(root(Root::kResourceClaimTemplate)).go_name, "v1.ResourceClaimTemplate");
}

// What the CRDs say (admission 1) ------------------------------------------------------------------------------------

TEST(Schema, RequiredFieldsAreTheCrds) {
  EXPECT_TRUE(at(Root::kPodCliqueSet, {"spec"})->is_required);
  EXPECT_TRUE(at(Root::kPodCliqueSet, {"spec", "template", "cliques"})->is_required);
  EXPECT_FALSE(at(Root::kPodCliqueSet, {"spec", "replicas"})->is_required);
  EXPECT_TRUE(at(Root::kPodCliqueSet, {"spec", "template", "cliques", "spec", "roleName"})->is_required);
  EXPECT_TRUE(at(Root::kPodCliqueSet, {"spec", "template", "podCliqueScalingGroups", "scaleConfig", "maxReplicas"})
                  ->is_required);
  EXPECT_FALSE(at(Root::kPodClique, {"spec", "podSpec", "containers", "image"})->is_required);
  EXPECT_TRUE(at(Root::kPodClique, {"spec", "podSpec", "containers", "name"})->is_required);
  EXPECT_TRUE(at(Root::kPodClique, {"spec", "podSpec", "containers", "livenessProbe", "grpc", "port"})->is_required);
}

TEST(Schema, DefaultsAreJsonTexts) {
  EXPECT_EQ(at(Root::kPodCliqueSet, {"spec", "replicas"})->crd_default, "0");
  EXPECT_EQ(at(Root::kPodCliqueSet, {"spec", "updateStrategy", "type"})->crd_default, "\"RollingRecreate\"");
  EXPECT_EQ(
      at(Root::kPodCliqueSet, {"spec", "template", "headlessServiceConfig", "publishNotReadyAddresses"})->crd_default,
      "true");
  EXPECT_EQ(at(Root::kPodCliqueSet, {"spec", "template", "podCliqueScalingGroups", "minAvailable"})->crd_default, "1");
  EXPECT_EQ(at(Root::kPodCliqueSet, {"spec", "template", "cliques", "spec", "replicas"})->crd_default, "");
  EXPECT_EQ(at(Root::kPodClique, {"spec", "podSpec", "containers", "ports", "protocol"})->crd_default, "\"TCP\"");
  EXPECT_EQ(at(Root::kPodClique, {"spec", "podSpec", "volumes", "rbd", "keyring"})->crd_default,
            "\"/etc/ceph/keyring\"");
  EXPECT_EQ(at(Root::kPodClique, {"spec", "podSpec", "volumes", "configMap", "name"})->crd_default, "\"\"");
  EXPECT_EQ(at(Root::kPodClique, {"spec", "podSpec", "containers", "env", "valueFrom", "fileKeyRef", "optional"})
                ->crd_default,
            "false");
  EXPECT_EQ(at(Root::kPodCliqueSet, {"spec", "template", "resourceClaimTemplates", "templateSpec", "spec", "devices",
                                     "requests", "exactly", "tolerations", "operator"})
                ->crd_default,
            "\"Equal\"");
}

TEST(Schema, ConstraintsAreTheCrds) {
  EXPECT_EQ(texts(constraint_at(Root::kPodCliqueSet, {"spec", "template", "cliqueStartupType"}).allowed),
            (Texts{"CliqueStartupTypeAnyOrder", "CliqueStartupTypeInOrder", "CliqueStartupTypeExplicit"}));
  const Constraint& domain =
      constraint_at(Root::kPodCliqueSet, {"spec", "template", "topologyConstraint", "pack", "required"});
  EXPECT_EQ(domain.pattern, "^[a-z][a-z0-9-]*$");
  EXPECT_EQ(domain.min_length, 1);
  EXPECT_EQ(domain.max_length, 63);
  EXPECT_EQ(constraint_at(Root::kClusterTopologyBinding, {"spec", "levels"}).min_items, 1);
  const Constraint& generation = constraint_at(Root::kPodGang, {"status", "conditions", "observedGeneration"});
  EXPECT_TRUE(generation.has_minimum);
  EXPECT_EQ(generation.minimum, 0);
  EXPECT_FALSE(generation.has_maximum);
  EXPECT_TRUE(
      constraint_at(Root::kPodClique, {"spec", "podSpec", "containers", "restartPolicyRules", "exitCodes", "values"})
          .is_set);
}

TEST(Schema, ConstraintZeroDemandsNothing) {
  const Constraint& none = constraints()[0];
  EXPECT_TRUE(none.allowed.empty() && none.pattern.empty() && none.map_keys.empty());
  EXPECT_TRUE(none.min_length == -1 && none.max_length == -1 && none.min_items == -1);
  EXPECT_FALSE(none.has_minimum || none.has_maximum || none.is_set);
}

TEST(Schema, ListMapKeysAreTheCrds) {
  EXPECT_EQ(texts(constraint_at(Root::kPodCliqueSet, {"spec", "template", "cliques"}).map_keys), Texts{"name"});
  EXPECT_TRUE(constraint_at(Root::kPodCliqueSet, {"spec", "template", "podCliqueScalingGroups"}).map_keys.empty());
  EXPECT_EQ(texts(constraint_at(Root::kPodClique, {"spec", "podSpec", "containers", "ports"}).map_keys),
            (Texts{"containerPort", "protocol"}));
  EXPECT_EQ(texts(constraint_at(Root::kPodClique, {"spec", "podSpec", "ephemeralContainers", "volumeMounts"}).map_keys),
            Texts{"mountPath"});
  EXPECT_EQ(texts(constraint_at(Root::kPodClique, {"spec", "podSpec", "hostAliases"}).map_keys), Texts{"ip"});
  EXPECT_EQ(texts(constraint_at(Root::kPodClique, {"spec", "podSpec", "topologySpreadConstraints"}).map_keys),
            (Texts{"topologyKey", "whenUnsatisfiable"}));
  EXPECT_TRUE(constraint_at(Root::kPodClique, {"spec", "podSpec", "tolerations"}).map_keys.empty());
}

TEST(Schema, EmbeddedMetadataIsPrunedAndThatOfObjectsIsNot) {
  EXPECT_TRUE(
      at(Root::kPodCliqueSet, {"spec", "template", "resourceClaimTemplates", "templateSpec", "metadata", "labels"})
          ->is_pruned);
  EXPECT_FALSE(
      at(Root::kPodCliqueSet, {"spec", "template", "resourceClaimTemplates", "templateSpec", "metadata"})->is_pruned);
  EXPECT_TRUE(
      at(Root::kPodClique, {"spec", "podSpec", "volumes", "ephemeral", "volumeClaimTemplate", "metadata", "labels"})
          ->is_pruned);
  for (const Root r :
       {Root::kPodCliqueSet, Root::kPodClique, Root::kPodCliqueScalingGroup, Root::kClusterTopologyBinding,
        Root::kPodGang, Root::kPod, Root::kPodTemplateSpec, Root::kResourceClaimTemplate})
    EXPECT_FALSE(at(r, {"metadata", "labels"})->is_pruned) << type(root(r)).go_name;
  EXPECT_FALSE(at(Root::kResourceClaimTemplate, {"spec", "metadata", "labels"})->is_pruned);
}

TEST(Schema, OnlyMetadataIsPruned) {
  for (const Type& t : types())
    for (const Field& f : fields_of(t))
      EXPECT_TRUE(!f.is_pruned || t.go_name == "v1.ObjectMeta") << t.go_name << '.' << f.go_name;
}

TEST(Schema, BehaviorIsTheOnlyExtension) {
  std::vector<std::string> extended;
  for (const Type& t : types())
    for (const Field& f : fields_of(t))
      if (f.is_extended) extended.push_back(std::string(t.go_name) + '.' + std::string(f.json_name));
  EXPECT_EQ(extended, Texts{"v1alpha1.AutoScalingConfig.behavior"});
  const Constraint& window = constraint_at(
      Root::kPodClique, {"spec", "autoScalingConfig", "behavior", "scaleUp", "stabilizationWindowSeconds"});
  EXPECT_TRUE(window.has_maximum);
  EXPECT_EQ(window.maximum, 3600);
}

TEST(Schema, IntOrStringIsWhatTheCrdsSayOfQuantitiesAndPorts) {
  EXPECT_TRUE(
      at(Root::kPodClique, {"spec", "podSpec", "containers", "livenessProbe", "httpGet", "port"})->is_int_or_string);
  EXPECT_TRUE(at(Root::kPodClique, {"spec", "podSpec", "volumes", "emptyDir", "sizeLimit"})->is_int_or_string);
  EXPECT_FALSE(
      at(Root::kPodClique, {"spec", "podSpec", "containers", "livenessProbe", "grpc", "port"})->is_int_or_string);
}

TEST(Schema, ExplainsFields) {
  EXPECT_NE(docs()[at(Root::kPodCliqueSet, {"spec", "template", "cliques", "spec", "minAvailable"})->doc].find(
                "MinAvailable"),
            std::string_view::npos);
  EXPECT_EQ(docs()[0], "");
}

// What the webhook's encoder adds (admission 2.4) --------------------------------------------------------------------

TEST(IsAlwaysWritten, HoldsForFieldsWithoutOmitempty) {
  const std::initializer_list<std::initializer_list<std::string_view>> written = {
      {"spec", "template"},
      {"spec", "template", "cliques"},
      {"spec", "template", "cliques", "name"},
      {"spec", "template", "cliques", "spec"},
      {"spec", "template", "cliques", "spec", "roleName"},
      {"spec", "template", "cliques", "spec", "replicas"},
      {"spec", "template", "cliques", "spec", "podSpec"},
      {"spec", "template", "cliques", "spec", "podSpec", "containers"},
      {"spec", "template", "cliques", "spec", "podSpec", "containers", "resources"},
      {"spec", "template", "cliques", "spec", "podSpec", "containers", "ports", "containerPort"},
      {"spec", "template", "cliques", "spec", "autoScalingConfig", "maxReplicas"},
      {"spec", "template", "cliques", "spec", "autoScalingConfig", "metrics", "resource", "target"},
      {"spec", "template", "podCliqueScalingGroups", "name"},
      {"spec", "template", "podCliqueScalingGroups", "cliqueNames"},
      {"spec", "template", "podCliqueScalingGroups", "scaleConfig", "maxReplicas"},
      {"spec", "template", "resourceSharing", "scope"},
      {"spec", "template", "resourceClaimTemplates", "templateSpec"},
      {"spec", "template", "resourceClaimTemplates", "templateSpec", "spec", "devices", "requests"},
  };
  for (const auto& path : written) EXPECT_TRUE(always_written(Root::kPodCliqueSet, path)) << *(path.end() - 1);
}

TEST(IsAlwaysWritten, FailsForOptionalFields) {
  const std::initializer_list<std::initializer_list<std::string_view>> omitted = {
      {"spec", "replicas"},
      {"spec", "updateStrategy"},
      {"metadata", "creationTimestamp"},
      {"spec", "template", "terminationDelay"},
      {"spec", "template", "topologyConstraint"},
      {"spec", "template", "cliques", "labels"},
      {"spec", "template", "cliques", "spec", "minAvailable"},
      {"spec", "template", "cliques", "spec", "autoScalingConfig"},
      {"spec", "template", "cliques", "spec", "podSpec", "schedulerName"},
      {"spec", "template", "cliques", "spec", "podSpec", "containers", "image"},
      {"spec", "template", "podCliqueScalingGroups", "replicas"},
      {"spec", "template", "resourceSharing", "namespace"},
  };
  for (const auto& path : omitted) EXPECT_FALSE(always_written(Root::kPodCliqueSet, path)) << *(path.end() - 1);
}

TEST(Schema, OnlyCliquesAreAListOfPointers) {
  Texts lists;
  for (const Type& t : types())
    if (t.element_is_pointer) lists.emplace_back(t.go_name);
  EXPECT_EQ(lists, Texts{"[]*v1alpha1.PodCliqueTemplateSpec"});
}

}  // namespace
}  // namespace grovec::schemas

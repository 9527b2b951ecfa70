// What the eyes make of bytes is what decide's readers make of the same object as a tree.
#include "runtime/live/eyes/eyes.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "frontend/reader.h"
#include "ir/labels.h"
#include "ir/value/writer.h"

namespace grovec::live {
namespace {

namespace fs = std::filesystem;
using decide::LivePod;
using ir::Value;

std::string text_of(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

// Every object of a text that has a kind of ours: what lists hold, and what those hold.
void collect(const Value& v, std::vector<Value>& out) {
  if (v["kind"].is_string() && v["metadata"].is_mapping()) return out.push_back(v);
  for (const Value& item : v.items()) collect(item, out);
  for (const ir::Member& m : v.members()) collect(m.value, out);
}

template <class A, class B>
void same_text(const A& a, const B& b, const char* field) {
  EXPECT_EQ(a ? *a : "", b ? *b : "") << field;
}

void same_pod(const LivePod& a, const LivePod& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.uid, b.uid);
  EXPECT_EQ(a.resource_version, b.resource_version);
  EXPECT_EQ(a.created, b.created);
  EXPECT_EQ(a.deleted, b.deleted);
  same_text(a.owner_uid, b.owner_uid, "owner_uid");
  same_text(a.owner_name, b.owner_name, "owner_name");
  EXPECT_EQ(*a.labels, *b.labels);
  same_text(a.template_hash, b.template_hash, "template_hash");
  same_text(a.hostname_clique, b.hostname_clique, "hostname_clique");
  EXPECT_EQ(a.index, b.index);
  EXPECT_EQ(a.index_label, b.index_label);
  same_text(a.other_gates, b.other_gates, "other_gates");
  EXPECT_EQ(a.ready_since, b.ready_since);
  EXPECT_EQ(a.phase, b.phase);
  EXPECT_EQ(a.owner_is_complete, b.owner_is_complete);
  EXPECT_EQ(a.gated, b.gated);
  EXPECT_EQ(a.has_node, b.has_node);
  EXPECT_EQ(a.scheduled, b.scheduled);
  EXPECT_EQ(a.waits_at_gate, b.waits_at_gate);
  EXPECT_EQ(a.no_room, b.no_room);
  EXPECT_EQ(a.ready, b.ready);
  EXPECT_EQ(a.has_failed_once, b.has_failed_once);
  EXPECT_EQ(a.started_not_ready, b.started_not_ready);
  EXPECT_EQ(a.has_unstarted, b.has_unstarted);
}

void same_meta(const decide::LiveMeta& a, const decide::LiveMeta& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.uid, b.uid);
  EXPECT_EQ(a.resource_version, b.resource_version);
  EXPECT_EQ(a.generation, b.generation);
  EXPECT_EQ(a.created, b.created);
  EXPECT_EQ(a.deleted, b.deleted);
  EXPECT_TRUE(equal(a.labels, b.labels));
  EXPECT_TRUE(equal(a.annotations, b.annotations));
  EXPECT_EQ(a.finalizers, b.finalizers);
  EXPECT_EQ(a.owners, b.owners);
}

void same_object(Kind kind, const Value& tree, const Seen& seen) {
  decide::Interner interner;
  if (const auto* pod = seen.as<LivePod>()) return same_pod(*pod, *decide::read_pod(tree, interner));
  if (const auto* c = seen.as<decide::LiveClique>()) {
    const auto want = decide::read_clique(tree, nullptr);
    same_meta(c->meta, want->meta);
    EXPECT_EQ(c->replicas, want->replicas);
    EXPECT_EQ(c->min_available, want->min_available);
    EXPECT_EQ(c->starts_after, want->starts_after);
    EXPECT_EQ(c->role_name, want->role_name);
    EXPECT_TRUE(equal(c->spec, want->spec));
    EXPECT_EQ(c->status, want->status);
    EXPECT_EQ(c->status_written, want->status_written);
  } else if (const auto* g = seen.as<decide::LiveGroup>()) {
    const auto want = decide::read_group(tree, nullptr);
    same_meta(g->meta, want->meta);
    EXPECT_EQ(g->replicas, want->replicas);
    EXPECT_EQ(g->clique_names, want->clique_names);
    EXPECT_TRUE(equal(g->spec, want->spec));
    EXPECT_EQ(g->status, want->status);
  } else if (const auto* s = seen.as<LiveManifest>()) {
    const auto want = decide::read_set(tree, nullptr);
    same_meta(s->live.meta, want->meta);
    EXPECT_EQ(s->live.replicas, want->replicas);
    EXPECT_EQ(s->live.status, want->status);
    EXPECT_EQ(s->live.status_written, want->status_written);
    EXPECT_TRUE(equal(s->tree["spec"], tree["spec"]));
  } else if (const auto* n = seen.as<decide::LiveGang>()) {
    const auto want = decide::read_gang(tree, nullptr);
    same_meta(n->meta, want->meta);
    EXPECT_TRUE(equal(n->spec, want->spec));
    ASSERT_EQ(n->members.size(), want->members.size());
    for (std::size_t i = 0; i < n->members.size(); ++i) EXPECT_EQ(n->members[i].pods, want->members[i].pods);
    EXPECT_EQ(n->status, want->status);
  } else if (const auto* o = seen.as<decide::LiveObject>()) {
    EXPECT_EQ(o->kind, kind);
    same_meta(o->meta, decide::read_object(kind, tree, nullptr)->meta);
    EXPECT_TRUE(equal(o->tree["spec"], tree["spec"]));
  } else {
    EXPECT_EQ(kind, Kind::kClusterTopologyBinding);
  }
}

TEST(EyesTest, SeeEveryRecordedObjectAsDecideReadsIt) {
  Eyes eyes;
  std::map<Kind, int> count;
  for (const char* folder : {"tests/fixtures/oracle", "tests/fixtures/traces"})
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      const std::string name = entry.path().filename();
      if (name != "objects.json" && name != "sent.json" && name != "final.json" && name != "input.yaml") continue;
      Context context;
      const SourceId source = context.sources.add(entry.path().string(), text_of(entry.path()));
      std::vector<Value> objects;
      for (const frontend::Document& d : frontend::read_documents(context, source)) collect(d.root, objects);
      for (const Value& tree : objects) {
        const auto kind = ir::kind_of(tree["apiVersion"].as_string(), tree["kind"].as_string());
        if (!kind || tree["metadata"]["name"].as_string().empty()) continue;
        SCOPED_TRACE(entry.path().string() + " " + std::string(tree["metadata"]["name"].as_string()));
        const Result<Seen> seen = eyes.read(*kind, ir::to_text(tree, ir::Format::kJson));
        ASSERT_TRUE(seen) << seen.error().message;
        EXPECT_EQ(seen->name, tree["metadata"]["name"].as_string());
        same_object(*kind, tree, *seen);
        ++count[*kind];
      }
    }
  for (const Kind k : {Kind::kPodCliqueSet, Kind::kPodClique, Kind::kPodCliqueScalingGroup, Kind::kPodGang, Kind::kPod,
                       Kind::kService, Kind::kSecret, Kind::kHorizontalPodAutoscaler, Kind::kRole})
    EXPECT_GT(count[k], 10) << ir::info_of(k).kind;
}

// Texts by hand: everything a pod can say that recordings at rest do not.
std::string pod_text(std::string_view spec, std::string_view status, std::string_view meta = "") {
  return R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"wl-0-a-abcde","namespace":"ns","uid":"u-1",)"
         R"("resourceVersion":"77","creationTimestamp":"2026-07-01T12:00:00Z")" +
         std::string(meta) + R"(},"spec":{)" + std::string(spec) + R"(},"status":{)" + std::string(status) + "}}";
}

const char* const kSpecs[] = {
    "", R"("hostname":"wl-0-a-12","containers":[{"name":"m"},{"name":"n"}])",
    R"("hostname":"wl-0-a-012","nodeName":"n-1","containers":[{"name":"m"}])",
    R"("schedulingGates":[{"name":"other.io/x"},{"name":"grove.io/podgang-pending-creation"},{"name":"b.io/y"}])",
    R"("hostname":7,"nodeName":null,"containers":{},"schedulingGates":"none")"};

const char* const kStatuses[] = {
    "", R"("phase":"Running","conditions":[{"type":"Ready","status":"True","lastTransitionTime":"2026-07-01T12:00:05Z"}])",
    R"("phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"SchedulingGated"}])",
    R"("phase":"Pending","conditions":[{"reason":"Unschedulable","status":"False","type":"PodScheduled"}])",
    R"("phase":"Failed","conditions":[{"type":"PodScheduled","status":"True"},{"type":"Ready","status":"False"}])",
    R"("phase":"Odd","containerStatuses":[{"started":true,"ready":false},{"started":false,"ready":false}])",
    R"("containerStatuses":[{"ready":true,"started":true,"lastState":{"terminated":{"exitCode":1}}}])",
    R"("initContainerStatuses":[{"lastState":{"terminated":{"exitCode":2}}}],"containerStatuses":[{"started":true}])",
    R"("containerStatuses":[{"lastState":{"terminated":{"exitCode":0}}},{"lastState":{"waiting":{}}}],"phase":null)"};

const char* const kMetas[] = {
    "", R"(,"labels":{"grove.io/podclique-pod-index":"4","app.kubernetes.io/part-of":"wl","b":"c",)"
        R"("app.kubernetes.io/managed-by":"grove-operator","grove.io/pod-template-hash":"h1"})",
    R"(,"deletionTimestamp":"2026-07-01T12:30:00+02:00","labels":{"grove.io/podclique-pod-index":"x"})",
    R"(,"ownerReferences":[{"apiVersion":"v1","kind":"Node","name":"n","uid":"u"},{"apiVersion":"grove.io/v1alpha1",)"
    R"("kind":"PodClique","name":"wl-0-a","uid":"u-9","controller":true,"blockOwnerDeletion":true}])",
    R"(,"ownerReferences":[{"apiVersion":"grove.io/v1alpha1","kind":"PodClique","name":"\u0077l","uid":"u-9",)"
    R"("controller":true},{"controller":true,"uid":"u-10"}])"};

TEST(EyesTest, SeeWhatAPodCanSay) {
  Eyes eyes;
  decide::Interner interner;
  for (const char* spec : kSpecs)
    for (const char* status : kStatuses)
      for (const char* meta : kMetas) {
        const std::string text = pod_text(spec, status, meta);
        SCOPED_TRACE(text);
        Context context;
        const auto documents = frontend::read_documents(context, context.sources.add("pod", text));
        ASSERT_EQ(documents.size(), 1u);
        const Result<Seen> seen = eyes.read(Kind::kPod, text);
        ASSERT_TRUE(seen);
        same_pod(*seen->as<LivePod>(), *decide::read_pod(documents[0].root, interner));
      }
}

TEST(EyesTest, SayWhereAnObjectBelongs) {
  Eyes eyes;
  const Result<Seen> pod = eyes.read(Kind::kPod, pod_text("", "", kMetas[1]));
  ASSERT_TRUE(pod);
  EXPECT_EQ(pod->set, "wl");
  EXPECT_EQ(pod->namespace_, "ns");
  EXPECT_EQ(pod->resource_version, 77u);
  const Result<Seen> owned = eyes.read(Kind::kPod, pod_text("", "", kMetas[3]));
  EXPECT_EQ(owned->owner_uid, "u-9");
  EXPECT_EQ(owned->set, "");
}

TEST(EyesTest, RefuseWhatIsNoObject) {
  Eyes eyes;
  for (const char* text : {"", "[]", "7", "{", R"({"metadata":{"name":"a")", R"({"metadata":{}})",
                           R"({"metadata":{"name":"a"}} {})", "{\"metadata\":{\"name\":\"\xff\"}}"})
    for (const Kind kind : {Kind::kPod, Kind::kService}) EXPECT_FALSE(eyes.read(kind, text)) << text;
  std::string deep = R"({"metadata":{"name":"a"},"spec":)";
  for (int i = 0; i < 600; ++i) deep += R"({"a":)";
  deep += "1" + std::string(601, '}');
  EXPECT_FALSE(eyes.read(Kind::kService, deep));
  EXPECT_FALSE(eyes.read(Kind::kPod, std::string((16u << 20) + 1, ' ')));
}

TEST(EyesTest, KeepNoSecrets) {
  Eyes eyes;
  const Result<Seen> seen = eyes.read(
      Kind::kSecret, R"({"data":{"token":"cGxhbnRlZA=="},"metadata":{"name":"s"},"stringData":{"a":"planted"},"type":"t"})");
  ASSERT_TRUE(seen);
  const std::string text = ir::to_text(seen->as<decide::LiveObject>()->tree, ir::Format::kJson);
  EXPECT_EQ(text, R"({"metadata":{"name":"s"},"type":"t"})");
}

TEST(EyesTest, EqualPodSpecsAreOneBlock) {
  Eyes eyes;
  const auto clique = [&](std::string_view name, std::string_view image) {
    return eyes.read(Kind::kPodClique, R"({"metadata":{"name":")" + std::string(name) +
                                           R"("},"spec":{"podSpec":{"containers":[{"image":")" + std::string(image) +
                                           R"("}]},"replicas":2,"roleName":"r"}})");
  };
  const Result<Seen> a = clique("a", "x:1"), b = clique("b", "x:1"), c = clique("c", "x:2");
  const auto members = [](const Result<Seen>& s) { return s->as<decide::LiveClique>()->pod_spec().members().data(); };
  EXPECT_EQ(members(a), members(b));
  EXPECT_NE(members(a), members(c));
  EXPECT_EQ(b->as<decide::LiveClique>()->replicas, 2);
}

}  // namespace
}  // namespace grovec::live

// Actions of a decision as requests.
#include "runtime/apply/requests.h"

#include <gtest/gtest.h>

namespace grovec::apply {
namespace {

using decide::Action;
using decide::Kind;
using decide::Verb;
using ir::Value;

Action action(Verb verb, Kind kind, const std::string& name) {
  Action out;
  out.verb = verb;
  out.key = {kind, name};
  return out;
}

Value labels(Arena& arena) {
  ir::MappingBuilder one(arena), metadata(arena), out(arena);
  one.set("a", Value::string("b"));
  metadata.set("labels", one.build());
  return out.set("metadata", metadata.build()).build();
}

TEST(Requests, AMergePatchOnlyOfTheObjectThatIsMeant) {
  Arena arena;
  Action a = action(Verb::kPatch, Kind::kPodClique, "x");
  a.change = labels(arena);
  a.uid = "u1";
  const kube::Request r = change_request(a, "ns");
  EXPECT_EQ(r.method, kube::Method::kPatch);
  EXPECT_EQ(r.path, "/apis/grove.io/v1alpha1/namespaces/ns/podcliques/x");
  EXPECT_EQ(r.content_type, "application/merge-patch+json");
  EXPECT_EQ(r.body, R"({"metadata":{"labels":{"a":"b"},"uid":"u1"}})");
  EXPECT_EQ(r.query, (kube::Query{{"fieldManager", "grovec"}, {"fieldValidation", "Warn"}}));
  EXPECT_TRUE(r.idempotent) << "sent twice it does the same";
}

TEST(Requests, APatchOfAVersionIsNotSentTwice) {
  Arena arena;
  Action a = action(Verb::kPatch, Kind::kPodClique, "x");
  a.change = labels(arena);
  a.resource_version = 12;
  const kube::Request r = change_request(a, "ns");
  EXPECT_EQ(r.body, R"({"metadata":{"labels":{"a":"b"},"resourceVersion":"12"}})");
  EXPECT_FALSE(r.idempotent) << "the second try would meet a conflict with the first";
}

TEST(Requests, AStatusIsASubresource) {
  Arena arena;
  Action a = action(Verb::kPatchStatus, Kind::kPodCliqueSet, "a");
  ir::MappingBuilder status(arena), change(arena);
  status.set("replicas", Value::integer(2));
  a.change = change.set("status", status.build()).build();
  const kube::Request r = change_request(a, "ns");
  EXPECT_EQ(r.path, "/apis/grove.io/v1alpha1/namespaces/ns/podcliquesets/a/status");
  EXPECT_EQ(r.body, R"({"status":{"replicas":2}})");
}

TEST(Requests, ADeletionNamesTheUid) {
  Action a = action(Verb::kDelete, Kind::kPod, "p");
  a.uid = "u2";
  const kube::Request r = change_request(a, "ns");
  EXPECT_EQ(r.method, kube::Method::kDelete);
  EXPECT_EQ(r.path, "/api/v1/namespaces/ns/pods/p");
  EXPECT_EQ(
      r.body,
      R"({"apiVersion":"v1","kind":"DeleteOptions","preconditions":{"uid":"u2"},"propagationPolicy":"Background"})");
  EXPECT_TRUE(r.idempotent);
}

TEST(Requests, ACreateGoesToTheCollection) {
  Arena arena;
  const kube::Request r = create_request(Kind::kPodGang, "ns", labels(arena));
  EXPECT_EQ(r.method, kube::Method::kPost);
  EXPECT_EQ(r.path, "/apis/scheduler.grove.io/v1alpha1/namespaces/ns/podgangs");
  EXPECT_EQ(r.body, R"({"metadata":{"labels":{"a":"b"}}})");
}

}  // namespace
}  // namespace grovec::apply

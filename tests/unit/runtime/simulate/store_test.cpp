// The rules of the API server that the runtime relies on: what a write answers, and what it leaves behind.
#include "runtime/simulate/store.h"

#include <gtest/gtest.h>

#include "ir/base/context.h"
#include "ir/value/json.h"
#include "ir/value/writer.h"
#include "runtime/simulate/patch.h"

namespace grovec::simulate {
namespace {

using namespace ir;

Instant ms(std::int64_t n) { return Instant::from_millis(n); }

class StoreTest : public ::testing::Test {
 protected:
  Value json(std::string text) {
    const SourceId source = context_.sources.add("test.json", std::move(text));
    const auto size = static_cast<std::uint32_t>(context_.sources.text(source).size());
    const std::optional<Value> v = read_json(context_, source, 0, size);
    EXPECT_TRUE(v.has_value());
    return v.value_or(Value());
  }
  Value clique(const std::string& name, const std::string& metadata = "") {
    return json(R"({"apiVersion":"grove.io/v1alpha1","kind":"PodClique","metadata":{"name":")" + name +
                R"(","namespace":"default")" + metadata + R"(},"spec":{"replicas":2,"minAvailable":1}})");
  }
  Value pod(const std::string& name, const std::string& spec = R"({"containers":[{"name":"main","image":"a:1"}]})") {
    return json(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")" + name +
                R"(","namespace":"default"},"spec":)" + spec + "}");
  }
  static Key key(Kind kind, std::string name) { return {kind, "default", std::move(name)}; }

  Context context_;
  Store store_;
};

TEST_F(StoreTest, CreateGivesUidVersionGenerationAndTime) {
  const Answer a = store_.create(clique("c"), ms(5000));
  EXPECT_EQ(a.code, 201);
  ASSERT_TRUE(a.object);
  EXPECT_NE(a.object->uid, Uid());
  EXPECT_EQ(a.object->generation, 1);
  EXPECT_EQ(a.object->created, ms(5000));
  EXPECT_EQ(a.object->resource_version, store_.resource_version());
}

TEST_F(StoreTest, CreateOfATakenNameIsAConflictAndChangesNothing) {
  const Answer first = store_.create(clique("c"), ms(0));
  const Answer second = store_.create(clique("c"), ms(1));
  EXPECT_EQ(second.code, 409);
  EXPECT_EQ(second.reason, "AlreadyExists");
  EXPECT_EQ(second.message, "podcliques.grove.io \"c\" already exists");
  EXPECT_EQ(store_.find(key(Kind::kPodClique, "c")), first.object);
}

TEST_F(StoreTest, ANameIsTakenUntilATerminatingObjectIsGone) {
  store_.create(pod("p"), ms(0));
  store_.remove(key(Kind::kPod, "p"), {}, ms(1));
  EXPECT_EQ(store_.create(pod("p"), ms(2)).code, 409);
  store_.remove_now(key(Kind::kPod, "p"), {}, ms(3));
  EXPECT_EQ(store_.create(pod("p"), ms(4)).code, 201);
}

TEST_F(StoreTest, ANewObjectOfTheSameNameHasAnotherUid) {
  const Uid first = store_.create(clique("c"), ms(0)).object->uid;
  store_.remove(key(Kind::kPodClique, "c"), {}, ms(1));
  EXPECT_NE(store_.create(clique("c"), ms(2)).object->uid, first);
}

TEST_F(StoreTest, StalePreconditionsAreConflicts) {
  const ObjectPtr c = store_.create(clique("c"), ms(0)).object;
  const Value patch = json(R"({"spec":{"replicas":3}})");
  EXPECT_EQ(store_.merge_patch(c->key, patch, {.uid = "u999", .resource_version = {}}, ms(1)).code, 409);
  EXPECT_EQ(store_.merge_patch(c->key, patch, {.uid = c->uid, .resource_version = c->resource_version}, ms(1)).code,
            200);
  EXPECT_EQ(store_.merge_patch(c->key, patch, {.uid = {}, .resource_version = c->resource_version}, ms(2)).code, 409);
  EXPECT_EQ(store_.remove(c->key, {.uid = {}, .resource_version = c->resource_version}, ms(2)).code, 409);
  EXPECT_EQ(store_.remove(c->key, {.uid = "u999", .resource_version = {}}, ms(2)).code, 409);
  EXPECT_TRUE(store_.find(c->key));
}

TEST_F(StoreTest, PreconditionsInTheBodyOfAPatchCount) {
  const ObjectPtr c = store_.create(clique("c"), ms(0)).object;
  const std::string old = std::to_string(c->resource_version);
  store_.scale(c->key, 5, ms(1));
  EXPECT_EQ(store_.merge_patch(c->key, json(R"({"metadata":{"resourceVersion":")" + old + R"("}})"), {}, ms(2)).code,
            409);
  EXPECT_EQ(store_.merge_patch(c->key, json(R"({"metadata":{"uid":"u999"}})"), {}, ms(2)).code, 409);
}

TEST_F(StoreTest, AbsentObjectsAreNotFound) {
  const Key k = key(Kind::kPodClique, "none");
  EXPECT_EQ(store_.merge_patch(k, json("{}"), {}, ms(0)).code, 404);
  EXPECT_EQ(store_.merge_patch_status(k, json("{}"), {}, ms(0)).code, 404);
  EXPECT_EQ(store_.remove(k, {}, ms(0)).code, 404);
  EXPECT_EQ(store_.scale(k, 1, ms(0)).code, 404);
}

TEST_F(StoreTest, GenerationCountsChangesOfTheSpecOnly) {
  const Key k = store_.create(clique("c"), ms(0)).object->key;
  EXPECT_EQ(store_.merge_patch(k, json(R"({"metadata":{"labels":{"a":"b"}}})"), {}, ms(1)).object->generation, 1);
  EXPECT_EQ(store_.merge_patch_status(k, json(R"({"status":{"replicas":2}})"), {}, ms(2)).object->generation, 1);
  EXPECT_EQ(store_.merge_patch(k, json(R"({"spec":{"replicas":3}})"), {}, ms(3)).object->generation, 2);
  EXPECT_EQ(store_.scale(k, 4, ms(4)).object->generation, 3);
}

TEST_F(StoreTest, WritesThatChangeNothingMakeNoVersionAndNoEvent) {
  const ObjectPtr c = store_.create(clique("c"), ms(0)).object;
  store_.take_changes();
  EXPECT_EQ(store_.scale(c->key, 2, ms(1)).object, c);
  EXPECT_EQ(store_.merge_patch(c->key, json(R"({"spec":{"replicas":2}})"), {}, ms(1)).object, c);
  EXPECT_EQ(store_.merge_patch_status(c->key, json(R"({"status":null})"), {}, ms(1)).object, c);
  EXPECT_FALSE(store_.has_changes());
}

TEST_F(StoreTest, MainResourceAndStatusDoNotTouchEachOther) {
  const Key k = store_.create(clique("c"), ms(0)).object->key;
  store_.merge_patch_status(k, json(R"({"spec":{"replicas":9},"status":{"replicas":2}})"), {}, ms(1));
  const ObjectPtr after =
      store_.merge_patch(k, json(R"({"status":{"replicas":7},"spec":{"replicas":3}})"), {}, ms(2)).object;
  EXPECT_EQ(after->status["replicas"].as_int(), 2);
  EXPECT_EQ(after->spec()["replicas"].as_int(), 3);
}

TEST_F(StoreTest, FinalizersHoldAnObjectUntilTheLastIsRemoved) {
  const Key k = store_.create(clique("c", R"(,"finalizers":["a/b","c/d"])"), ms(0)).object->key;
  const ObjectPtr marked = store_.remove(k, {}, ms(7000)).object;
  ASSERT_TRUE(marked);
  EXPECT_EQ(marked->deleted, std::optional<Instant>(ms(7000)));
  EXPECT_EQ(marked->generation, 2);
  EXPECT_EQ(store_.remove(k, {}, ms(9000)).object, marked);  // the first mark stays
  EXPECT_TRUE(store_.merge_patch(k, json(R"({"metadata":{"finalizers":["c/d"]}})"), {}, ms(8000)).object);
  EXPECT_EQ(store_.merge_patch(k, json(R"({"metadata":{"finalizers":["c/d","e/f"]}})"), {}, ms(8000)).code, 422);
  EXPECT_FALSE(store_.merge_patch(k, json(R"({"metadata":{"finalizers":null}})"), {}, ms(9000)).object);
  EXPECT_FALSE(store_.find(k));
}

TEST_F(StoreTest, ObjectsWithoutFinalizersGoAtOnceButPodsAreMarked) {
  store_.create(clique("c"), ms(0));
  store_.create(pod("p"), ms(0));
  store_.take_changes();
  store_.remove(key(Kind::kPodClique, "c"), {}, ms(1));
  store_.remove(key(Kind::kPod, "p"), {}, ms(1));
  const std::vector<Change> changes = store_.take_changes();
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_FALSE(changes[0].after);
  EXPECT_TRUE(changes[1].is_deletion_mark());
}

TEST_F(StoreTest, ServerFieldsCannotBeWritten) {
  const ObjectPtr c = store_.create(clique("c"), ms(1000)).object;
  const ObjectPtr after =
      store_
          .merge_patch(c->key,
                       json(R"({"metadata":{"generation":9,"creationTimestamp":null,"name":"x","labels":{"a":"b"}}})"),
                       {}, ms(2))
          .object;
  ASSERT_TRUE(after);
  EXPECT_EQ(after->key, c->key);
  EXPECT_EQ(after->generation, 1);
  EXPECT_EQ(after->created, ms(1000));
}

TEST_F(StoreTest, MergePatchRemovesWithNullAndReplacesLists) {
  Arena arena;
  const Value out = apply_merge_patch(arena, json(R"({"a":{"b":1,"c":2},"l":[1,2]})"),
                                      json(R"({"a":{"b":null,"d":{"e":null,"f":1}},"l":[3]})"));
  EXPECT_EQ(to_text(out, Format::kJson), R"({"a":{"c":2,"d":{"f":1}},"l":[3]})");
}

TEST_F(StoreTest, JsonPatchAddsReplacesAndRemoves) {
  Arena arena;
  std::string problem;
  const Value target = json(R"({"a":[{"x":1},{"x":2}],"m":{}})");
  const auto out = apply_json_patch(
      arena, target,
      json(
          R"([{"op":"replace","path":"/a/1/x","value":3},{"op":"remove","path":"/a/0"},{"op":"add","path":"/m/k~1~0","value":true},{"op":"add","path":"/a/-","value":0}])"),
      problem);
  ASSERT_TRUE(out) << problem;
  EXPECT_EQ(to_text(*out, Format::kJson), R"({"a":[{"x":3},0],"m":{"k/~":true}})");
  EXPECT_FALSE(apply_json_patch(arena, target, json(R"([{"op":"replace","path":"/n","value":1}])"), problem));
  EXPECT_FALSE(apply_json_patch(arena, target, json(R"([{"op":"remove","path":"/a/2"}])"), problem));
  EXPECT_FALSE(apply_json_patch(arena, target, json(R"([{"op":"test","path":"/a/0/x","value":2}])"), problem));
}

TEST_F(StoreTest, PodsAreBornPendingAndGatedOnesSaySo) {
  const ObjectPtr plain = store_.create(pod("p"), ms(0)).object;
  EXPECT_EQ(to_text(plain->status.root(), Format::kJson), R"({"phase":"Pending"})");
  const ObjectPtr gated = store_.create(pod("g", R"({"schedulingGates":[{"name":"a/b"}]})"), ms(0)).object;
  EXPECT_EQ(gated->status["conditions"].items()[0]["reason"].as_string(), "SchedulingGated");
}

TEST_F(StoreTest, OfAPodsSpecOnlyGatesImagesAndTolerationsMayChange) {
  const Key k =
      store_
          .create(
              pod("p",
                  R"({"containers":[{"name":"main","image":"a:1"}],"schedulingGates":[{"name":"a"},{"name":"b"}]})"),
              ms(0))
          .object->key;
  EXPECT_EQ(store_.merge_patch(k, json(R"({"spec":{"hostname":"x"}})"), {}, ms(1)).code, 422);
  EXPECT_EQ(store_.merge_patch(k, json(R"({"spec":{"schedulingGates":[{"name":"b"}]}})"), {}, ms(1)).code, 200);
  EXPECT_EQ(store_.merge_patch(k, json(R"({"spec":{"schedulingGates":[{"name":"a"},{"name":"b"}]}})"), {}, ms(1)).code,
            422);
  EXPECT_EQ(store_.merge_patch(k, json(R"({"spec":{"containers":[{"name":"main","image":"a:2"}]}})"), {}, ms(1)).code,
            200);
}

TEST_F(StoreTest, ScaleWritesReplicasAndRefusesNegativeOnes) {
  const Key k = store_.create(clique("c"), ms(0)).object->key;
  EXPECT_EQ(store_.scale(k, 0, ms(1)).object->spec()["replicas"].as_int(), 0);
  EXPECT_EQ(store_.scale(k, -1, ms(1)).code, 422);
  store_.create(pod("p"), ms(0));
  EXPECT_EQ(store_.scale(key(Kind::kPod, "p"), 1, ms(1)).code, 404);
}

TEST_F(StoreTest, ACopyIsAWorldOfItsOwn) {
  const Key k = store_.create(clique("c"), ms(0)).object->key;
  Store copy = store_;
  EXPECT_EQ(&copy.all(Kind::kPodClique), &store_.all(Kind::kPodClique));  // shared until one of them writes
  copy.scale(k, 9, ms(1));
  copy.create(clique("d"), ms(1));
  EXPECT_EQ(store_.find(k)->spec()["replicas"].as_int(), 2);
  EXPECT_EQ(store_.all(Kind::kPodClique).size(), 1u);
  EXPECT_EQ(copy.all(Kind::kPodClique).size(), 2u);
}

TEST_F(StoreTest, VersionsOfAnObjectShareThePartsThatDidNotChange) {
  const ObjectPtr before = store_.create(clique("c", R"(,"labels":{"a":"b"})"), ms(0)).object;
  const ObjectPtr after =
      store_.merge_patch_status(before->key, json(R"({"status":{"replicas":1}})"), {}, ms(1)).object;
  EXPECT_TRUE(before->body.is_same(after->body));
  EXPECT_TRUE(before->meta.is_same(after->meta));
}

TEST_F(StoreTest, TheTreeOfAnObjectShowsWhatTheServerKeeps) {
  store_.create(
      clique(
          "c",
          R"(,"finalizers":["a/b"],"ownerReferences":[{"apiVersion":"v1","kind":"X","name":"x","uid":"u7","controller":true}])"),
      ms(1767225605123));
  Arena arena;
  const Value tree = tree_of(*store_.find(key(Kind::kPodClique, "c")), arena);
  EXPECT_EQ(
      to_text(tree["metadata"], Format::kJson),
      R"({"creationTimestamp":"2026-01-01T00:00:05Z","finalizers":["a/b"],"generation":1,"name":"c","namespace":"default",)"
      R"("ownerReferences":[{"apiVersion":"v1","blockOwnerDeletion":false,"controller":true,"kind":"X","name":"x",)"
      R"("uid":"u7"}],"resourceVersion":"101",)"
      R"("uid":"u1"})");
}

TEST_F(StoreTest, PartsOfEqualContentAreEqualAndHashAlike) {
  const Part a(json(R"({"a":[1,"x",null,true],"b":{}})")), b(json(R"({"b":{},"a":[1,"x",null,true]})"));
  EXPECT_FALSE(a.is_same(b));
  EXPECT_TRUE(a.equals(b));
  EXPECT_EQ(a.hash(), b.hash());
  EXPECT_EQ(hash_of(Value::real(2)), hash_of(Value::integer(2)));
  EXPECT_FALSE(a.equals(Part(json(R"({"a":[1,"x",null,false],"b":{}})"))));
}

}  // namespace
}  // namespace grovec::simulate

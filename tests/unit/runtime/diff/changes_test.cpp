// Differences field by field, with paths that say which list item.
#include "runtime/diff/changes.h"

#include <gtest/gtest.h>

#include "frontend/reader.h"
#include "ir/base/context.h"
#include "ir/value/writer.h"
#include "tests/unit/support/random_tree.h"

namespace grovec::diff {
namespace {

using namespace ir;

struct FixedCounter final : Counter {
  std::uint32_t count(const CountHole& hole, const Instance&) const override { return hole.index; }
};
const FixedCounter kCounter;

std::string text_of_change(const FieldChange& c) {
  Arena arena;
  auto text = [&](const Side& s) { return to_text(instantiate(*s.value, s.instance, kCounter, arena), Format::kJson); };
  if (c.moved) return "moved " + c.path;
  if (!c.before.value) return "+ " + c.path + " " + text(c.after);
  if (!c.after.value) return "- " + c.path + " " + text(c.before);
  return "~ " + c.path + " " + text(c.before) + " -> " + text(c.after);
}

std::vector<std::string> changes(const std::string& a, const std::string& b, Scope scope = Scope::kWhole) {
  Context context;
  auto read = [&](const std::string& text) {
    return frontend::read_documents(context, context.sources.add("t.yaml", text), {}).at(0).root;
  };
  const Value x = read(a), y = read(b);
  std::vector<std::string> out;
  for (const FieldChange& c : field_changes(Side{&x}, Side{&y}, scope)) out.push_back(text_of_change(c));
  EXPECT_EQ(context.diags.errors(), 0u);
  return out;
}

using Lines = std::vector<std::string>;

TEST(FieldChanges, NameFieldsAndKeys) {
  EXPECT_EQ(
      changes("{a: 1, b: {c: x, d: q}, labels: {a.b/c: v}}", "{b: {c: z, e: {f: 1}}, labels: {a.b/c: w}}"),
      (Lines{"- a 1", R"(~ b.c "x" -> "z")", R"(- b.d "q")", R"(+ b.e {"f":1})", R"(~ labels["a.b/c"] "v" -> "w")"}));
}

TEST(FieldChanges, KnowListItemsByWhatTellsThemApart) {
  EXPECT_EQ(changes("{env: [{name: A, value: x}, {name: B, value: q}]}", "{env: [{name: B, value: z}, {name: C}]}"),
            (Lines{R"(- env[name=A] {"name":"A","value":"x"})", R"(~ env[name=B].value "q" -> "z")",
                   R"(+ env[name=C] {"name":"C"})"}));
  // One volume at two places: the place tells them apart.
  EXPECT_EQ(changes("{m: [{name: v, mountPath: /a}, {name: v, mountPath: /b}]}",
                    "{m: [{name: v, mountPath: /a, readOnly: true}, {name: v, mountPath: /b}]}"),
            (Lines{"+ m[mountPath=/a].readOnly true"}));
  EXPECT_EQ(changes("{m: [{type: Resource, w: 1}]}", "{m: [{type: Resource, w: 2}]}"),
            (Lines{"~ m[type=Resource].w 1 -> 2"}));
  EXPECT_EQ(changes("{p: [{port: 80, w: 1}]}", "{p: [{port: 80, w: 2}]}"), (Lines{"~ p[port=80].w 1 -> 2"}));
}

TEST(FieldChanges, TellOfAnotherOrder) {
  EXPECT_EQ(changes("{e: [{name: A}, {name: B}]}", "{e: [{name: B}, {name: A}]}"), (Lines{"moved e"}));
  EXPECT_EQ(changes("{e: [{name: A}, {name: B}]}", "{e: [{name: B}, {name: C}]}"),
            (Lines{R"(- e[name=A] {"name":"A"})", R"(+ e[name=C] {"name":"C"})"}));
}

TEST(FieldChanges, AlignListsWithoutNames) {
  EXPECT_EQ(changes("{args: [a, b, c]}", "{args: [a, x, c]}"), (Lines{R"(~ args[1] "b" -> "x")"}));
  EXPECT_EQ(changes("{args: [a, b, c]}", "{args: [new, a, b, c]}"), (Lines{R"(+ args[0] "new")"}));
  EXPECT_EQ(changes("{args: [a, b, c, d]}", "{args: [a, d]}"), (Lines{R"(- args[1] "b")", R"(- args[2] "c")"}));
  EXPECT_EQ(changes("{args: [a, b]}", "{args: [x, q, b]}"), (Lines{R"(~ args[0] "a" -> "x")", R"(+ args[1] "q")"}));
  // A name given twice tells nothing apart.
  EXPECT_EQ(changes("{e: [{name: A, v: 1}, {name: A, v: 2}]}", "{e: [{name: A, v: 1}, {name: A, v: 3}]}"),
            (Lines{"~ e[1].v 2 -> 3"}));
}

TEST(FieldChanges, SeeNoDifferenceWhereTheApiServerSeesNone) {
  EXPECT_EQ(changes("{a: null, b: [], c: {}, limits: {cpu: 1000m}}", "{limits: {cpu: \"1\"}}"), Lines{});
  EXPECT_EQ(changes("{a: [1]}", "{a: []}"), (Lines{"- a[0] 1"}));
  EXPECT_EQ(changes("{a: {b: 1}}", "{}"), (Lines{R"(- a {"b":1})"}));
  EXPECT_EQ(changes("{a: 1}", "{a: []}"), (Lines{"- a 1"}));
}

TEST(FieldChanges, ListEachAnnotationAlsoTheFirstAndTheLastOne) {
  EXPECT_EQ(changes("{metadata: {annotations: {a: x, b: w}}}", "{metadata: {}}"),
            (Lines{R"(- metadata.annotations.a "x")", R"(- metadata.annotations.b "w")"}));
  EXPECT_EQ(changes("{metadata: {}}", "{metadata: {labels: {a: x}}}"), (Lines{R"(+ metadata.labels.a "x")"}));
}

TEST(FieldChanges, OfOurFieldsLeaveTheirsAlone) {
  EXPECT_EQ(changes("{a: 1, b: {c: 1}}", "{a: 2, b: {c: 1, d: 2}, e: 3}", Scope::kOurFields), (Lines{"~ a 1 -> 2"}));
}

TEST(FieldChanges, AreNoneIfAndOnlyIfTheTreesAreTheSame) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Arena arena;
    grovec::test::RandomTree random(arena, seed);
    const Value a = random.value(), b = random.value();
    EXPECT_TRUE(field_changes(Side{&a}, Side{&a}).empty());
    EXPECT_EQ(field_changes(Side{&a}, Side{&b}).empty(), same(Side{&a}, Side{&b}, Scope::kWhole)) << seed;
  }
}

TEST(FieldChanges, OfAGrownGangFoldIntoOneLine) {
  const Piece name[] = {{"p-", {}, false}, {{}, Hole::kPodIndex, true}};
  const Value pattern = Value::pattern(name);
  const Member member{"name", kNowhere, pattern};
  const Value body = Value::mapping(std::span(&member, 1));
  const Repeat three{{CountKind::kFixed, 3}, Hole::kPodIndex, std::span(&body, 1)};
  const Repeat nine{{CountKind::kFixed, 9}, Hole::kPodIndex, std::span(&body, 1)};
  const Value a = Value::repeat(three), b = Value::repeat(nine);
  const Value x = Value::sequence(std::span(&a, 1)), y = Value::sequence(std::span(&b, 1));
  const std::vector<FieldChange> all =
      field_changes(Side{&x, &kCounter, {}}, Side{&y, &kCounter, {}}, Scope::kWhole, "r");
  EXPECT_EQ(all.size(), 6u);
  const std::vector<FieldChange> folds = folded(all);
  ASSERT_EQ(folds.size(), 1u);
  EXPECT_EQ(folds[0].times, 6u);
  EXPECT_EQ(folds[0].path, "r[name=p-3]");
}

}  // namespace
}  // namespace grovec::diff

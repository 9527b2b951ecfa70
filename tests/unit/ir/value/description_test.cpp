// Descriptions of objects: patterns, counts and repeats.
#include <gtest/gtest.h>

#include "ir/names.h"
#include "ir/value/writer.h"

namespace grovec::ir {
namespace {

class Fixed final : public Counter {
 public:
  std::uint32_t count(const CountHole& hole, const Instance& instance) const override {
    return hole.kind == CountKind::kFixed ? hole.index : instance.set_replica;
  }
};

class Description : public testing::Test {
 protected:
  std::string text(const Value& v, Format format, const Instance& instance = {}) {
    std::string out;
    PlainSink sink(out, instance, &counter);
    write(v, format, sink);
    return out;
  }
  Value repeat(std::uint32_t n, Hole variable, std::initializer_list<Value> body) {
    Repeat* r = arena.array<Repeat>(1).data();
    r->count = {CountKind::kFixed, n};
    r->variable = variable;
    r->body = arena.copy(std::span<const Value>(body.begin(), body.size()));
    return Value::repeat(*r);
  }
  Value sequence(std::initializer_list<Value> items) { return make_sequence(arena, {items.begin(), items.size()}); }
  Value under(std::string_view key, Value v) { return make_mapping(arena, {{key, {}, v}}); }

  Arena arena;
  Fixed counter;
};

TEST_F(Description, FillsHolesInEveryFormat) {
  const Value name = pattern(arena, {"web-", Hole::kSetReplica, "-g-", Hole::kGroupReplica});
  const Instance at{.set_replica = 10, .group_replica = 3};
  EXPECT_EQ(text(name, Format::kYaml, at), "web-10-g-3\n");
  EXPECT_EQ(text(name, Format::kJson, at), "\"web-10-g-3\"");
  EXPECT_EQ(instantiate(name, at, counter, arena).as_string(), "web-10-g-3");
}

TEST_F(Description, QuotesEveryInstanceAlike) {
  EXPECT_EQ(text(pattern(arena, {Hole::kPodIndex}), Format::kYaml), "\"0\"\n");
  EXPECT_EQ(text(pattern(arena, {"a: ", Hole::kPodIndex}), Format::kYaml), "'a: 0'\n");
  // 2001-12-9 is a date, 2001-12-0 and 2001-12-99 are none.
  const Value date = pattern(arena, {"2001-12-", Hole::kPodIndex});
  EXPECT_EQ(text(date, Format::kYaml, {.pod_index = 9}), "\"2001-12-9\"\n");
  EXPECT_EQ(text(date, Format::kYaml, {.pod_index = 99}), "\"2001-12-99\"\n");
  EXPECT_EQ(text(under("k", pattern(arena, {"x\n", Hole::kPodIndex, "\ny\n"})), Format::kYaml),
            "k: |\n  x\n  0\n  y\n");
  EXPECT_EQ(text(pattern(arena, {"\"", Hole::kPodIndex, "\\"}), Format::kJson), "\"\\\"0\\\\\"");
}

TEST_F(Description, RepeatAloneMayBeEmpty) {
  const Value item = pattern(arena, {"p-", Hole::kPodIndex});
  const Value none = under("k", sequence({repeat(0, Hole::kPodIndex, {item})}));
  EXPECT_EQ(text(none, Format::kYaml), "k: []\n");
  EXPECT_EQ(text(none, Format::kJson), R"({"k":[]})");
  EXPECT_EQ(text(none, Format::kJsonPretty), "{\n    \"k\": []\n}");
  const Value two = under("k", sequence({repeat(2, Hole::kPodIndex, {item})}));
  EXPECT_EQ(text(two, Format::kYaml), "k:\n- p-0\n- p-1\n");
  EXPECT_EQ(text(two, Format::kJson), R"({"k":["p-0","p-1"]})");
  EXPECT_EQ(text(two, Format::kJsonPretty), "{\n    \"k\": [\n        \"p-0\",\n        \"p-1\"\n    ]\n}");
}

TEST_F(Description, WrittenTextEqualsTheInstanceWritten) {
  const Value pod = make_mapping(
      arena, {{"name", {}, pattern(arena, {"p-", Hole::kPodSuffix})}, {"namespace", {}, Value::string("default")}});
  const Value member = make_mapping(arena, {{"name", {}, pattern(arena, {"g-", Hole::kGroupReplica})},
                                            {"pods", {}, sequence({repeat(30, Hole::kPodIndex, {pod})})}});
  CountHole* live = arena.array<CountHole>(1).data();
  live->kind = CountKind::kCliqueReplicas;
  const Value all =
      make_mapping(arena, {{"count", {}, Value::count(*live)},
                           {"groups",
                            {},
                            sequence({Value::string("first"), repeat(3, Hole::kGroupReplica, {member, Value::null()}),
                                      Value::string("last")})},
                           {"nested",
                            {},
                            sequence({sequence({repeat(2, Hole::kPodIndex, {pod, member})}),
                                      sequence({repeat(0, Hole::kPodIndex, {pod})})})}});
  for (std::uint32_t i : {0u, 7u, 1234u}) {
    const Instance at{.set_replica = i};
    const Value instance = instantiate(all, at, counter, arena);
    for (Format f : {Format::kYaml, Format::kJson, Format::kJsonPretty})
      EXPECT_EQ(text(all, f, at), to_text(instance, f));
  }
}

TEST_F(Description, PodsComeInTheOrderOfTheirNames) {
  const Value pods = sequence({repeat(2000, Hole::kPodIndex, {pattern(arena, {"p-", Hole::kPodSuffix})})});
  const Value all = instantiate(pods, {}, counter, arena);
  ASSERT_EQ(all.size(), 2000u);
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_LT(all.items()[i - 1].as_string(), all.items()[i].as_string());
}

}  // namespace
}  // namespace grovec::ir

// What the writer prints, our own reader reads back, as YAML and as JSON.
#include <gtest/gtest.h>

#include "tests/unit/frontend/read.h"
#include "tests/unit/support/random_tree.h"
#include "tests/unit/support/same_tree.h"

namespace grovec::frontend {
namespace {

void expect_round_trip(const ir::Value& v, ir::Format format) {
  const Origins none;
  const std::string text = ir::to_text(v, format);
  const Read r(text);
  ASSERT_EQ(r.context.diags.errors(), 0u) << r.codes() << "\n" << text;
  ASSERT_EQ(r.documents.size(), 1u) << text;
  EXPECT_EQ(test::difference(none, v, r.context.origins, r.root(), false), "") << text;
}

TEST(RoundTrip, KeepsEveryHardString) {
  Arena arena;
  for (std::string_view s : test::kHardStrings) {
    const ir::Value v = ir::Value::string(s);
    for (ir::Format f : {ir::Format::kYaml, ir::Format::kJson, ir::Format::kJsonPretty}) {
      expect_round_trip(ir::make_mapping(arena, {{"k", {}, v}}), f);
      expect_round_trip(ir::make_mapping(arena, {{s, {}, v}}), f);
    }
  }
}

TEST(RoundTrip, KeepsGeneratedTrees) {
  for (unsigned seed = 0; seed < 3000 && !testing::Test::HasFailure(); ++seed) {
    Arena arena;
    const ir::Value v = ir::make_mapping(arena, {{"k", {}, test::RandomTree(arena, seed).value()}});
    for (ir::Format f : {ir::Format::kYaml, ir::Format::kJson, ir::Format::kJsonPretty}) expect_round_trip(v, f);
  }
}

}  // namespace
}  // namespace grovec::frontend

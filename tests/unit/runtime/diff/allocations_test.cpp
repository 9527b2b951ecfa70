// Comparing what is equal costs no memory: a quiet cluster is compared object by object, for ever.
#include <gtest/gtest.h>

#include "ir/value/writer.h"
#include "runtime/diff/live.h"
#include "runtime/driver/compile.h"
#include "tests/unit/runtime/diff/allocations.h"
#include "tests/unit/support/generate.h"

namespace grovec::diff {
namespace {

using namespace ir;

TEST(Matches, AllocatesNothingWhenEqual) {
  std::size_t compared = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    driver::Compilation c;
    const auto documents =
        driver::load_text(c.context, "set.yaml", grovec::testing::generate_set(seed, {.most_pods = 50}), {});
    ASSERT_TRUE(documents);
    ASSERT_TRUE(driver::compile_documents(c, {}, *documents));
    ASSERT_FALSE(c.failed());
    const driver::CompiledSet& set = *c.sets.at(0);
    enumerate(set.plan, set.world, [&](const Description& d, const Instance& n) {
      const Value live = instantiate(d.tree, n, set.world, c.context.arena);
      const Wanted wanted{d, n, set.world};
      const std::size_t bytes = c.context.arena.bytes(), before = allocations();
      EXPECT_TRUE(matches(wanted, live));
      EXPECT_TRUE(merge_patch(c.context.arena, wanted, live).is_null());
      EXPECT_EQ(allocations(), before) << info_of(d.kind).kind;
      EXPECT_EQ(c.context.arena.bytes(), bytes);
      ++compared;
      return true;
    });
  }
  EXPECT_GT(compared, 500u);
}

}  // namespace
}  // namespace grovec::diff

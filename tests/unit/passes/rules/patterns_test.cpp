// The patterns of the CRDs, and the matchers written for them.
#include <gtest/gtest.h>

#include "passes/rules/text_rules.h"
#include "schemas/schema.h"

namespace grovec::passes {
namespace {

TEST(MatchesPattern, EveryPatternOfTheTablesHasAMatcher) {
  int patterns = 0;
  for (const schemas::Constraint& c : schemas::constraints()) {
    if (c.pattern.empty()) continue;
    ++patterns;
    EXPECT_TRUE(is_known_pattern(c.pattern)) << c.pattern;
  }
  EXPECT_GT(patterns, 0);
}

}  // namespace
}  // namespace grovec::passes

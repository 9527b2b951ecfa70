// A plan as Markdown fits into the comment of a pull request, and says how much of it is missing.
#include <gtest/gtest.h>

#include "runtime/cli/plan/planning.h"
#include "runtime/output/markdown.h"

namespace grovec::cli {
namespace {

Planned plan_of_sets(std::size_t sets, std::size_t changes) {
  Planned out;
  for (std::size_t k = 0; k < sets; ++k) {
    plan::SetPlan s;
    s.namespace_ = "default";
    s.name = "set-" + std::to_string(k);
    s.action = plan::Action::kRoll;
    s.restarts = {2, 16};
    for (std::size_t i = 0; i < changes; ++i)
      s.changes.push_back({"spec.field" + std::to_string(i),
                           "\"|||||\"",
                           "\"@@@@@\"",
                           {"old.yaml", 1, 1},
                           {"new.yaml", 1, 1},
                           plan::Action::kRoll,
                           "<b>"});
    out.restarts.add(2, 8);
    out.sets.push_back(std::move(s));
  }
  return out;
}

std::size_t count_of(const std::string& text, const std::string& word) {
  std::size_t n = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++n;
  return n;
}

TEST(PlanMarkdown, FitsIntoAComment) {
  for (const auto& [sets, changes] : {std::pair<std::size_t, std::size_t>{1, 5'000}, {5'000, 1}, {300, 50}}) {
    const std::string text = plan_markdown(plan_of_sets(sets, changes));
    EXPECT_LE(text.size(), 60'000u) << sets;
    EXPECT_GT(text.size(), 50'000u) << sets;
    EXPECT_EQ(count_of(text, "<details>"), count_of(text, "</details>")) << sets;
    EXPECT_TRUE(text.ends_with(" more lines that did not fit.\n")) << sets;
  }
}

TEST(PlanMarkdown, CountsWhatIsMissing) {
  const std::string text = plan_markdown(plan_of_sets(1, 5'000));
  const std::size_t shown = count_of(text, "| ROLL | <code>spec.field");
  EXPECT_NE(text.find("and " + std::to_string(5'000 - shown) + " more lines that did not fit."), std::string::npos);
}

TEST(PlanMarkdown, OfFewSetsIsWhole) {
  const std::string text = plan_markdown(plan_of_sets(2, 3));
  EXPECT_EQ(count_of(text, "| ROLL | <code>spec.field"), 6u);
  EXPECT_EQ(text.find("did not fit"), std::string::npos);
}

}  // namespace
}  // namespace grovec::cli

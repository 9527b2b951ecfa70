// The table of facts is the same in code and documentation.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "runtime/decide/facts.h"

namespace grovec::decide {
namespace {

TEST(Facts, AreTheTableOfTheDocumentation) {
  std::ifstream in("docs/decide.md");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  for (const FactRow& row : fact_table()) {
    const std::string line = "| " + std::string(row.fact) + " | " + std::string(row.stored_in) + " | " +
                             std::string(row.set_when) + " | " + std::string(row.cleared_when) + " |\n";
    EXPECT_NE(text.find(line), text.npos) << line;
  }
}

TEST(Facts, OfAnnotationsEditedByHandAreNone) {
  Arena arena;
  ir::MappingBuilder b(arena);
  b.set(kSizesFact, ir::Value::string("s-0-g=4,=3,x,s-0-h=two,s-1-g=0"));
  b.set(kHashesFact, ir::Value::string("a=b,c=,=d"));
  const Facts facts = read_facts(b.build());
  EXPECT_EQ(sizes_text(facts), "s-0-g=4,s-1-g=0");
  EXPECT_EQ(hashes_text(facts), "a=b");
  EXPECT_EQ(facts.stored("a"), "b");
  EXPECT_EQ(facts.stored("z"), "z");
}

TEST(Instants, AreReadAndWrittenAsKubernetesDoes) {
  EXPECT_EQ(time_text(Instant::from_seconds(0)), "1970-01-01T00:00:00Z");
  for (const char* text : {"2026-07-01T12:00:00Z", "2024-02-29T23:59:59Z", "2000-12-31T00:00:01Z"}) {
    ASSERT_TRUE(parse_time(text)) << text;
    EXPECT_EQ(time_text(*parse_time(text)), text);
  }
  EXPECT_EQ(parse_time("2026-07-01T14:00:00+02:00"), parse_time("2026-07-01T12:00:00Z"));
  EXPECT_EQ(parse_time("2026-07-01T12:00:00.250Z")->ns - parse_time("2026-07-01T12:00:00Z")->ns, kSecond / 4);
  for (const char* text : {"", "2026", "2026-13-01T00:00:00Z", "2026-07-01T25:00:00Z", "2026-07-01T12:00:00", "now"})
    EXPECT_FALSE(parse_time(text)) << text;
}

}  // namespace
}  // namespace grovec::decide

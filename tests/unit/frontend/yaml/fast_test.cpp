// The fast reader against libyaml: same trees, same spans, over every manifest of the repository and generated texts.
#include "frontend/yaml/fast.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "frontend/characters.h"
#include "frontend/yaml/reader.h"
#include "ir/value/writer.h"
#include "tests/unit/support/same_tree.h"

namespace grovec::frontend {
namespace {

enum class Outcome { kFast, kSlow, kRefused };

/// Reads `text` as one document with both readers and compares.
Outcome compare(const std::string& text) {
  Context context;
  const ReadLimits limits;
  const SourceId source = context.sources.add("in.yaml", text);
  const DocumentText document{context, source, 0, static_cast<std::uint32_t>(text.size()), limits};
  bool only_lf = false;
  if (!check_encoding(context, source) || !check_characters(document, only_lf)) return Outcome::kRefused;
  ir::Value fast, slow;
  const std::size_t before = context.diags.all().size();
  const bool is_fast = only_lf && read_common_yaml(document, fast);
  EXPECT_EQ(context.diags.all().size(), before) << "the fast reader reports nothing";
  const bool is_good = read_yaml_document(document, slow);
  if (!is_fast) return is_good ? Outcome::kSlow : Outcome::kRefused;
  EXPECT_TRUE(is_good && context.diags.all().empty()) << "libyaml refuses:\n" << text;
  EXPECT_EQ(test::difference(context.origins, fast, context.origins, slow, true), "") << text;
  return Outcome::kFast;
}

std::vector<std::string> documents_of(const std::string& text) {
  std::vector<std::string> out;
  DocumentSplitter splitter(text);
  for (Chunk chunk; splitter.next(chunk);) {
    const std::string one = text.substr(chunk.begin, chunk.end - chunk.begin);
    if (chunk.kind == Chunk::Kind::kDocument && !is_blank_text(one)) out.push_back(one);
  }
  return out;
}

bool is_fast(const std::string& text) { return compare(text) == Outcome::kFast; }

TEST(FastYaml, ReadsWhatManifestsConsistOf) {
  EXPECT_TRUE(is_fast("# c\n\na: 1\nb: \"x\" # c\nc:\n- p\n- q: r\n  s:\n    t: u\n\nd: []\ne: {}\nf:\n"));
  EXPECT_TRUE(is_fast("  a: 1\n  b: 2\n"));
  EXPECT_TRUE(is_fast("a:\n  - - 1\n    - 2\n  -\n    b: c\n  -\n  - d\n"));
  EXPECT_TRUE(is_fast("a: [1, \"b\", [c, d], {e: f, \"g\":h}]\n"));
  EXPECT_TRUE(is_fast("a: [\n  1,\n  2,\n]\nb: {x: 1,\n  z: 2}\n"));
  EXPECT_TRUE(is_fast("a: |\n  one\n    two\n\n  three\n\n\nb: |-\n  x\nc: |+\n  y\n\n"));
  EXPECT_TRUE(is_fast("a: |\n\n  one"));
  EXPECT_TRUE(is_fast("- |\n x\n- y\n"));
  EXPECT_TRUE(is_fast("|\n x\n"));
  EXPECT_TRUE(is_fast("a: 'it''s' # c\n'b c': \"\\u00e9\\n\\\"\"\n"));
  EXPECT_TRUE(is_fast("a : b c  # d\nurl: http://x:80/#f\nm: -1\nf: --flag\nd: 2001-12-14\n"));
  EXPECT_TRUE(is_fast("a: \xC3\xA4 \xE2\x82\xAC\n"));
  EXPECT_TRUE(is_fast("just text"));
  EXPECT_TRUE(is_fast("a:\n\n  # c\n  b\n"));
}

TEST(FastYaml, LeavesTheRestToLibyaml) {
  for (const char* text : {"a: &x 1\nb: *x\n", "a: !!str 1\n",     "? a\n: b\n",
                           "a: b\n  c\n",      "a: >\n  b\n",      "a: \"b\n  c\"\n",
                           "a: |2\n   b\n",    "y: 1\n",           "1: a\n",
                           "<<: {a: b}\n",     "a: [b: c]\n",      "{a, b: c}\n",
                           "a: \"\\a\"\n",     "a: |\n   \n  b\n", "a: 'b\n  c'\n",
                           "a:\t1\n",          "{a: }\n",          "a: [b # c\n]\n",
                           "a: \"b\"#c\n",     "a: |\n\n\nb: 1\n", "a: {b: c\n  d, e: f}\n",
                           "a:\n- b\n  c\n",   "a: |\n  b\n     "})
    EXPECT_NE(compare(text), Outcome::kFast) << text;
}

TEST(FastYaml, NeverReadsWhatLibyamlRefuses) {
  for (const char* text : {"a: b: c\n",
                           "a:\n    b: 1\n  c: 2\n",
                           "a: 1\n b: 2\n",
                           "- a\nb: c\n",
                           "a: [1, 2\n",
                           "a: ]\n",
                           "a: 'b\n",
                           "[,]\n",
                           "a: @b\n",
                           "a: - b\n",
                           "a: 1\na: 2\n",
                           "a: .inf\n",
                           "a: |\n  b\n c: d\n",
                           "{a: b}: c\n",
                           "a: \"b\" c\n",
                           "a: [b] c\n",
                           "a: {\"b\": 1, b: 2}\n",
                           "\ta: 1\n",
                           "a: [b:]\n",
                           "- - a\n -b\n"})
    EXPECT_NE(compare(text), Outcome::kFast) << text;
}

TEST(FastYaml, HoldsTheDepthLimit) {
  EXPECT_TRUE(is_fast("a: " + std::string(511, '[') + std::string(511, ']')));
  EXPECT_EQ(compare("a: " + std::string(512, '[') + std::string(512, ']')), Outcome::kRefused);
  std::string dashes;
  for (int i = 0; i < 512; ++i) dashes += "- ";
  EXPECT_TRUE(is_fast(dashes + "x\n"));
  EXPECT_EQ(compare(dashes + "- x\n"), Outcome::kRefused);
}

TEST(FastYaml, AgreesOnEveryManifestOfTheRepository) {
  int fast = 0, other = 0;
  for (const char* folder : {"tests/fixtures", "examples", "schemas/crds"}) {
    if (!std::filesystem::exists(folder)) continue;
    for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
      if (!file.path().string().ends_with(".yaml")) continue;
      std::ostringstream text;
      text << std::ifstream(file.path()).rdbuf();
      const std::string all = text.str();
      for (const std::string& one : documents_of(all)) (compare(one) == Outcome::kFast ? fast : other)++;
      ASSERT_FALSE(testing::Test::HasFailure()) << file.path();
    }
  }
  EXPECT_GT(fast, 100);
  EXPECT_LT(other * 5, fast) << "the fast reader covers the common case";
}

/// Texts made of pieces that matter, most of them YAML by accident only.
TEST(FastYaml, AgreesOnGeneratedTexts) {
  constexpr const char* kPieces[] = {
      "a",  "b",    "c: ",   "d:",     "- ",    "-",    ": ",     "[",        "]",           "{",      "}",      ", ",
      "\n", "\n",   "\n  ",  "\n    ", "\n- ",  "'",    "\"",     "#",        " #",          "|\n",    "|-\n  ", "|+\n",
      "1",  "true", "no",    "~",      "\t",    "%",    "@",      "\xC3\xA9", "\"\\u0041\"", "\\",     "- - ",   " ",
      "  ", "'x'",  "\"y\"", "x: y\n", "- z\n", ":",    "?",      "? ",       "&a ",         "*a",     "!t ",    ">",
      "--", "0x1",  ".5",    "[]",     "{}",    "k:\n", "[a, b]", "{e: f}",   "\n\n",        "\n#c\n", "''",     "0o7"};
  std::mt19937 random(7);
  int fast = 0;
  for (int i = 0; i < 60'000; ++i) {
    std::string text;
    for (unsigned n = random() % 12 + 1; n > 0; --n) text += kPieces[random() % std::size(kPieces)];
    for (const std::string& one : documents_of(text)) fast += compare(one) == Outcome::kFast;
    ASSERT_FALSE(testing::Test::HasFailure()) << text;
  }
  EXPECT_GT(fast, 1000);
}

}  // namespace
}  // namespace grovec::frontend

#include "ir/value/writer.h"

#include <gtest/gtest.h>

namespace grovec::ir {
namespace {

std::string yaml_of(std::string_view text) {
  std::string out = to_text(Value::string(text), Format::kYaml);
  EXPECT_EQ(out.back(), '\n');
  out.pop_back();
  return out;
}

// Expectations were printed by sigs.k8s.io/yaml v1.6.0.
TEST(YamlWriter, QuotesWhatAReaderWouldTakeForAnotherType) {
  for (const char* s : {"",
                        "true",
                        "True",
                        "no",
                        "y",
                        "N",
                        "on",
                        "OFF",
                        "null",
                        "~",
                        "0",
                        "1",
                        "08",
                        "017",
                        "0o17",
                        "0x1F",
                        "-0x1F",
                        "+12",
                        "0b101",
                        "1_000",
                        "1_0.5",
                        "1e3",
                        "1E+3",
                        "5.",
                        ".5",
                        "1.0",
                        ".inf",
                        "-.Inf",
                        ".NaN",
                        "1:30",
                        "190:20:30",
                        "2001-12-14",
                        "2001-12-14T21:59:43Z",
                        "2001-1-1 1:1:1",
                        "9223372036854775808"})
    EXPECT_EQ(yaml_of(s), "\"" + std::string(s) + "\"") << s;
}

TEST(YamlWriter, LeavesOrdinaryTextPlain) {
  for (const char* s : {"a",
                        "nginx:1.27",
                        "tRue",
                        "nULL",
                        "1e400",
                        "12e45678",
                        "1:75",
                        "2001-13-01",
                        "10.0.0.1",
                        "-a",
                        "a#b",
                        "a:b",
                        "$(NAME)",
                        "--flag",
                        "a b",
                        "500m",
                        "1Gi",
                        "v1",
                        "0x",
                        "_1",
                        "grove.io/v1alpha1",
                        "nvidia.com/gpu",
                        "?x",
                        ":x",
                        "<a>",
                        "héllo",
                        "a,b[c]",
                        "0b",
                        "1__a"})
    EXPECT_EQ(yaml_of(s), s);
}

TEST(YamlWriter, QuotesSyntaxSingle) {
  EXPECT_EQ(yaml_of("*.log"), "'*.log'");
  EXPECT_EQ(yaml_of("a: b"), "'a: b'");
  EXPECT_EQ(yaml_of("a #b"), "'a #b'");
  EXPECT_EQ(yaml_of("it's: so"), "'it''s: so'");
  EXPECT_EQ(yaml_of("it's"), "it's");
  EXPECT_EQ(yaml_of(" a"), "' a'");
  EXPECT_EQ(yaml_of("a "), "'a '");
  EXPECT_EQ(yaml_of("-"), "'-'");
  EXPECT_EQ(yaml_of("- a"), "'- a'");
  EXPECT_EQ(yaml_of("a:"), "'a:'");
  EXPECT_EQ(yaml_of("---"), "'---'");
  EXPECT_EQ(yaml_of("---a"), "'---a'");
  EXPECT_EQ(yaml_of("{{ x }}"), "'{{ x }}'");
  EXPECT_EQ(yaml_of("\"q\""), "'\"q\"'");
  EXPECT_EQ(yaml_of("%d"), "'%d'");
  EXPECT_EQ(yaml_of("@a"), "'@a'");
  EXPECT_EQ(yaml_of("<<"), "'<<'") << "plain, it would be a merge key";
  EXPECT_EQ(yaml_of("="), "'='") << "plain, it is the default value of YAML 1.1 to some readers";
}

TEST(YamlWriter, EscapesWhatCannotBePrinted) {
  EXPECT_EQ(yaml_of("a\tb"), "\"a\\tb\"");
  EXPECT_EQ(yaml_of("a\r\nb"), "\"a\\r\\nb\"");
  EXPECT_EQ(yaml_of(std::string_view("a\0b", 3)), "\"a\\0b\"");
  EXPECT_EQ(yaml_of("\x01\x1b\x7f"), "\"\\x01\\e\\x7F\"");
  EXPECT_EQ(yaml_of("\xF0\x9F\x98\x80"), "\"\\U0001F600\"");
  EXPECT_EQ(yaml_of("\xEF\xBB\xBF"), "\"\\uFEFF\"");
  EXPECT_EQ(yaml_of("a\xE2\x80\xA8"
                    "b"),
            "\"a\\Lb\"");
  EXPECT_EQ(yaml_of("\xC2\x85\\\""), "\"\\N\\\\\\\"\"");
  EXPECT_EQ(yaml_of("a \nb"), "\"a \\nb\"") << "a blank before a line break would be lost in a block";
}

TEST(YamlWriter, WritesLinesAsABlock) {
  Arena arena;
  auto in_map = [&](std::string_view text) {
    return to_text(make_mapping(arena, {{"k", {}, Value::string(text)}}), Format::kYaml);
  };
  EXPECT_EQ(in_map("a\nb"), "k: |-\n  a\n  b\n");
  EXPECT_EQ(in_map("a\nb\n"), "k: |\n  a\n  b\n");
  EXPECT_EQ(in_map("a\n\n"), "k: |+\n  a\n\n");
  EXPECT_EQ(in_map("  a\nb"), "k: |2-\n    a\n  b\n");
  EXPECT_EQ(in_map("\na\n"), "k: |2\n\n  a\n");
  EXPECT_EQ(in_map("\n"), "k: |2+\n\n");
  EXPECT_EQ(in_map("a\n\nb"), "k: |-\n  a\n\n  b\n");
}

TEST(YamlWriter, IndentsAsKubectl) {
  Arena arena;
  const Value one = Value::integer(1);
  const Value text = Value::string("a\nb\n");
  const Value inner = make_mapping(arena, {{"x", {}, one}, {"y", {}, make_sequence(arena, {&one, 1})}});
  const Value items[] = {inner, text, make_sequence(arena, {&inner, 1}), Value::null(), make_sequence(arena, {})};
  const Value v = make_mapping(arena, {{"empty", {}, make_mapping(arena, {})},
                                       {"list", {}, make_sequence(arena, items)},
                                       {"map", {}, inner},
                                       {"true", {}, Value::boolean(false)}});
  EXPECT_EQ(to_text(v, Format::kYaml), R"(empty: {}
list:
- x: 1
  "y":
  - 1
- |
  a
  b
- - x: 1
    "y":
    - 1
- null
- []
map:
  x: 1
  "y":
  - 1
"true": false
)");
}

TEST(YamlWriter, PutsLongKeysBehindAQuestionMark) {
  Arena arena;
  const Value one = Value::integer(1);
  const std::string fits(128, 'k'), longer(129, 'k');
  EXPECT_EQ(to_text(make_mapping(arena, {{fits, {}, one}}), Format::kYaml), fits + ": 1\n");
  EXPECT_EQ(to_text(make_mapping(arena, {{longer, {}, one}}), Format::kYaml), "? " + longer + "\n: 1\n");
  EXPECT_EQ(to_text(make_mapping(arena, {{"a\nb", {}, make_sequence(arena, {&one, 1})}}), Format::kYaml),
            "? |-\n  a\n  b\n: - 1\n");
}

TEST(JsonWriter, PrintsAsGo) {
  Arena arena;
  const Value items[] = {Value::integer(-1), Value::null(), Value::boolean(true), make_mapping(arena, {})};
  const Value v = make_mapping(
      arena, {{"b", {}, Value::string("<\"\\\n\x01>\xE2\x80\xA8")}, {"a", {}, make_sequence(arena, items)}});
  EXPECT_EQ(to_text(v, Format::kJson), R"({"a":[-1,null,true,{}],"b":"<\"\\\n\u0001>\u2028"})");
  EXPECT_EQ(to_text(v, Format::kJsonPretty),
            "{\n    \"a\": [\n        -1,\n        null,\n        true,\n        {}\n    ],\n"
            "    \"b\": \"<\\\"\\\\\\n\\u0001>\\u2028\"\n}");
  std::string out;
  PlainSink sink(out);
  write(make_mapping(arena, {{"a", {}, items[0]}}), Format::kJsonPretty, sink, 2);
  EXPECT_EQ(out, "{\n            \"a\": -1\n        }");
}

TEST(Numbers, PrintAsGo) {
  EXPECT_EQ(number_text(0.5), "0.5");
  EXPECT_EQ(number_text(3), "3");
  EXPECT_EQ(number_text(-0.0), "-0");
  EXPECT_EQ(number_text(1e20), "100000000000000000000");
  EXPECT_EQ(number_text(1e21), "1e+21");
  EXPECT_EQ(number_text(12345678901234567890.0), "12345678901234567000");
  EXPECT_EQ(number_text(-9007199254740993e3), "-9007199254740993000");
  EXPECT_EQ(number_text(9007199254740992.0), "9007199254740992");
  EXPECT_EQ(number_text(0.000001), "0.000001");
  EXPECT_EQ(number_text(1.5e-7), "1.5e-7");
  EXPECT_EQ(number_text(1e-10), "1e-10");
  EXPECT_EQ(number_text(1e-300), "1e-300");
  EXPECT_EQ(number_text(0.1), "0.1");
  EXPECT_EQ(number_text(9223372036854775808.0), "9223372036854776000");
}

}  // namespace
}  // namespace grovec::ir

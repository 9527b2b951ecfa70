// Types of YAML scalars: the table of reference libraries 3.3.
#include <gtest/gtest.h>

#include "tests/unit/frontend/read.h"

namespace grovec::frontend {
namespace {

std::string value(const std::string& scalar) {
  const std::string text = read_json_text("k: " + scalar + "\n");
  return text.starts_with("{\"k\":") ? text.substr(5, text.size() - 6) : text;
}
std::string key(const std::string& scalar) {
  const std::string text = read_json_text(scalar + ": 2\n");
  return text.starts_with("{") ? text.substr(1, text.size() - 4) : text;
}

TEST(YamlTyping, ReadsEveryBooleanOfYaml11) {
  for (const char* s : {"on", "On", "ON", "yes", "Yes", "YES", "y", "Y", "true", "True", "TRUE"})
    EXPECT_EQ(value(s), "true") << s;
  for (const char* s : {"off", "Off", "OFF", "no", "No", "NO", "n", "N", "false", "False", "FALSE"})
    EXPECT_EQ(value(s), "false") << s;
  EXPECT_EQ(value("tRue"), "\"tRue\"");
  EXPECT_EQ(value("nULL"), "\"nULL\"");
}

TEST(YamlTyping, ReadsNulls) {
  for (const char* s : {"~", "null", "Null", "NULL", "", "# c"}) EXPECT_EQ(value(s), "null") << s;
}

TEST(YamlTyping, ReadsNumbersInEveryForm) {
  const std::pair<const char*, const char*> cases[] = {
      {"0o17", "15"},
      {"017", "15"},
      {"0777", "511"},
      {"08", "8"},
      {"0x1F", "31"},
      {"-0x1F", "-31"},
      {"+12", "12"},
      {"0b101", "5"},
      {"-0b101", "-5"},
      {"1_000", "1000"},
      {"1_0.5", "10.5"},
      {"1e3", "1000"},
      {"1E+3", "1000"},
      {"5.", "5"},
      {".5", "0.5"},
      {"1.0", "1"},
      {"1.10", "1.1"},
      {"010", "8"},
      {"0o2", "2"},
      {"0b10", "2"},
      {"1_0", "10"},
      {"2.0", "2"},
      {"-.5", "-0.5"},
      {"0", "0"},
      {"-0", "0"},
      {"1e-400", "0"},
      {".6_15", "0.615"},
      {"0b+11", "3"},
      {"0X1f", "31"},
      {"9223372036854775807", "9223372036854775807"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"9223372036854775808", "9223372036854776000"}};  // as Go prints a double
  for (const auto& [text, json] : cases) EXPECT_EQ(value(text), json) << text;
}

TEST(YamlTyping, LeavesTheRestStrings) {
  for (const char* s : {"1:30", "190:20:30", "10:30:45", "12e45678", "1e400", "2001-12-14", "2001-12-14T21:59:43Z",
                        "0x",   "0b2",       "0o8",      "1__a",     "_1",    "+",          ".",
                        "1e",   "1.2.3",     "e3",       "=",        "0xG",   "+-1",        "1,000",
                        "1-2",  "._5",       ".5_",      ".5__0"})
    EXPECT_EQ(value(s), "\"" + std::string(s) + "\"") << s;
}

TEST(YamlTyping, RefusesWhatJsonCannotSay) {
  for (const char* s : {".inf", "-.Inf", "+.INF", ".nan", ".NaN", "!!float .inf"}) EXPECT_EQ(value(s), "1016") << s;
}

TEST(YamlTyping, AppliesTags) {
  EXPECT_EQ(value("!!str 123"), "\"123\"");
  EXPECT_EQ(value("!!str"), "\"\"");
  EXPECT_EQ(value("!!int \"3\""), "3");
  EXPECT_EQ(value("!!float 3"), "3");
  EXPECT_EQ(value("!!bool 'yes'"), "true");
  EXPECT_EQ(value("!!null ''"), "null");
  EXPECT_EQ(value("!!binary aGVsbG8="), "\"hello\"");
  EXPECT_EQ(value("!!binary \"aGVs bG8=\""), "1020");
  EXPECT_EQ(value("!!binary /w=="), "\"\xEF\xBF\xBD\"");
  EXPECT_EQ(value("!foo bar"), "\"bar\"");
  EXPECT_EQ(value("!foo 1"), "\"1\"");
  EXPECT_EQ(value("! 1"), "\"1\"");
  EXPECT_EQ(value("!!foo 1"), "\"1\"");
  EXPECT_EQ(value("!!timestamp 2001-12-14"), "\"2001-12-14\"");
  EXPECT_EQ(value("!foo {a: 1}"), "{\"a\":1}");
  for (const char* s : {"!!int foo", "!!int 3.5", "!!float x", "!!bool 1", "!!null x", "!!timestamp x"})
    EXPECT_EQ(value(s), "1019") << s;
}

TEST(YamlTyping, TurnsKeysIntoText) {
  EXPECT_EQ(key("1"), "\"1\"");
  EXPECT_EQ(key("0x10"), "\"16\"");
  EXPECT_EQ(key("1.5"), "\"1.5\"");
  EXPECT_EQ(key("1.50"), "\"1.5\"");
  EXPECT_EQ(key("1000000.0"), "\"1e+06\"");
  EXPECT_EQ(key("0.00001"), "\"1e-05\"");
  EXPECT_EQ(key("123456789.0"), "\"1.2345679e+08\"");
  EXPECT_EQ(key(".inf"), "\".inf\"");
  EXPECT_EQ(key("-.INF"), "\"-.inf\"");
  EXPECT_EQ(key(".NaN"), "\".nan\"");
  EXPECT_EQ(key("true"), "\"true\"");
  EXPECT_EQ(key("'1'"), "\"1\"");
  EXPECT_EQ(key("2001-12-14"), "\"2001-12-14\"");
  EXPECT_EQ(key("~"), "1013");
  EXPECT_EQ(read_json_text("? \n: 2\n"), "1013");
  EXPECT_EQ(key("? [a]\n"), "1012");
  EXPECT_EQ(read_json_text("{{ .V }}: 1\n"), "1012");
}

TEST(YamlTyping, WarnsOfBooleansAsKeys) {
  const Read r("y: 2\n'n': 1\nno: a\nTrue2: b\n");
  EXPECT_EQ(r.json(), R"({"True2":"b","false":"a","n":1,"true":2})");
  EXPECT_EQ(r.codes(), "6001 6001");
  EXPECT_EQ(r.context.diags.all()[0].fixes.at(0).replacement, "\"y\"");
  EXPECT_EQ(Read("true: 1\nFalse: 2\n").codes(), "");
  EXPECT_EQ(Read("y: 2\n'true': 1\n").codes(), "6001 1010") << "both keys read \"true\"";
}

}  // namespace
}  // namespace grovec::frontend

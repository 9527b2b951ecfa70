#include <gtest/gtest.h>

#include "frontend/dsl/syntax/reader.h"
#include "frontend/dsl/syntax/text.h"

namespace grovec::frontend::dsl {
namespace {

TEST(DslText, BlocksLoseTheIndentationTheyShare) {
  EXPECT_EQ(decode_text_block("\"\"\"\n  a\n    b\n  \"\"\""), "a\n  b\n");
  EXPECT_EQ(decode_text_block("\"\"\"\n    a\n  \"\"\""), "  a\n");  // the closing quotes count
  EXPECT_EQ(decode_text_block("\"\"\"\n  a\n  b\"\"\""), "a\nb");
  EXPECT_EQ(decode_text_block("\"\"\"\n  a\n\n  b\n  \"\"\""), "a\n\nb\n");
  EXPECT_EQ(decode_text_block("\"\"\"one line\"\"\""), "one line");
  EXPECT_EQ(decode_text_block("\"\"\"\"\"\""), "");
}

TEST(DslText, WhatABlockCannotHoldIsNotWrittenAsOne) {
  for (const char* text : {"a\nb\n", "a\n  b", "#!/bin/sh\necho \"$HOME\" \\\n  more\n", "a\n\nb\n", "\ta\n\tb\n"}) {
    const std::string literal = encode_text_block(text, 4);
    ASSERT_NE(literal, "") << text;
    EXPECT_EQ(decode_text_block(literal), text);
  }
  for (const char* text : {"one line", "a \"\"\" b\n", "a\rb\n", ""}) EXPECT_EQ(encode_text_block(text, 2), "") << text;
  // Every line indented: the indentation would be taken for the block's own.
  EXPECT_EQ(encode_text_block("  a\n  b", 2), "");
}

TEST(DslText, StringsReadBack) {
  for (std::string text :
       {"", "a", "a\"b", "a\\b", "'", "it's \"x\"", "\t\n\r", "\x01", "é", "\xF0\x9F\x98\x80", "\\(a)", "\xC2\x85"}) {
    const std::string literal = encode_string(text);
    if (literal[0] == '\'') {
      EXPECT_EQ(literal.substr(1, literal.size() - 2), text);
      continue;
    }
    const StringParts parts = split_string(literal);
    ASSERT_EQ(parts.pieces.size(), 1u) << literal;
    EXPECT_TRUE(parts.bad.empty()) << literal;
    EXPECT_EQ(parts.pieces[0].text, text);
  }
  const StringParts parts = split_string("\"a\\(b)c\\u00e9\\ud83d\\ude00\"");
  ASSERT_EQ(parts.pieces.size(), 3u);
  EXPECT_TRUE(parts.pieces[1].is_name);
  EXPECT_EQ(parts.pieces[1].text, "b");
  EXPECT_EQ(parts.pieces[2].text, "cé\xF0\x9F\x98\x80");
  EXPECT_EQ(split_string("\"\\ud83d\"").bad.size(), 1u);
  EXPECT_EQ(split_string("\"\\(\"").bad.size(), 1u);
}

TEST(DslText, Utf8AndControlCharacters) {
  std::size_t count = 0;
  EXPECT_TRUE(check_utf8("a\té\r\n", count).ok);
  EXPECT_EQ(count, 5u);
  for (const char* bad : {"\xFF", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xC3"}) {
    const TextCheck check = check_utf8(bad, count);
    EXPECT_FALSE(check.ok || check.control) << bad;
  }
  for (const char* bad : {"\x01", "\x7F", "a\rb", "\xC2\x85", "\xEF\xBB\xBF", "\xEF\xBF\xBE", "\xEF\xBF\xBF"})
    EXPECT_TRUE(check_utf8(bad, count).control) << bad;
}

// As in YAML: at the start of a file, as an escape in text, nowhere else.
TEST(DslText, ByteOrderMarks) {
  EXPECT_EQ(encode_string("\xEF\xBB\xBF"
                          "a\\"),
            "\"\\ufeffa\\\\\"");
  EXPECT_EQ(split_string(encode_string("a\xEF\xBF\xBE")).pieces[0].text, "a\xEF\xBF\xBE");
  auto code = [](const std::string& text) {
    Context c;
    parse(c, c.sources.add("in.grove", text));
    return c.diags.all().empty() ? 0 : c.diags.all()[0].info->code;
  };
  const std::string mark = "\xEF\xBB\xBF";
  EXPECT_EQ(code(mark + "grovec 1\nset s {}\n"), 0);
  EXPECT_EQ(code("grovec 1 # " + mark + "\nset s {}\n"), 1202);
  EXPECT_EQ(code("grovec 1\nset s { labels { a: \"" + mark + "\" } }\n"), 1202);
}

TEST(DslText, BareWords) {
  for (const char* word : {"a", "nginx:latest", "http://x:80/y", "a#b", "-c", "70%", "2..8", "a.b/c", "x3"})
    EXPECT_TRUE(is_bare_word(word)) << word;
  for (const char* text : {"", "a b", "a:", ":a", "#a", "a::b", "/", "-", "+", "%", "a,b", "$x", "é", "\"", "a=b"})
    EXPECT_FALSE(is_bare_word(text)) << text;
}

}  // namespace
}  // namespace grovec::frontend::dsl

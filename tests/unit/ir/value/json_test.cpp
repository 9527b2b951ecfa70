#include "ir/value/json.h"

#include <gtest/gtest.h>

#include "ir/value/writer.h"

namespace grovec::ir {
namespace {

struct Read {
  Context context;
  std::optional<Value> value;
  explicit Read(std::string text) {
    const SourceId id = context.sources.add("in.json", std::move(text));
    value = read_json(context, id, 0, static_cast<std::uint32_t>(context.sources.text(id).size()));
  }
  std::string_view at(const Value& v) const {
    const Origin& o = context.origins[v.at()];
    return context.sources.text(o.source).substr(o.begin, o.end - o.begin);
  }
  std::string text() const { return value ? to_text(*value, Format::kJson) : "not JSON"; }
};

TEST(Json, ReadsEveryKindWithItsSpan) {
  const Read r(" {\"b\": [1, -2.5e1 , true,false, null], \"a\" : {\"x\":\"y\"}, \"c\":[]}\n");
  ASSERT_TRUE(r.value);
  EXPECT_EQ(r.text(), R"({"a":{"x":"y"},"b":[1,-25,true,false,null],"c":[]})");
  EXPECT_EQ(r.at(*r.value), R"({"b": [1, -2.5e1 , true,false, null], "a" : {"x":"y"}, "c":[]})");
  EXPECT_EQ(r.at((*r.value)["b"].items()[1]), "-2.5e1");
  EXPECT_EQ(r.at(*r.value->find("a", "x")), "\"y\"");
  EXPECT_EQ(r.at(Value::null(r.value->find_member("a")->key_at)), "\"a\"");
  EXPECT_EQ((*r.value)["b"].items()[0].kind(), ValueKind::kInt);
  EXPECT_EQ((*r.value)["b"].items()[1].kind(), ValueKind::kDouble);
  EXPECT_TRUE(r.context.diags.all().empty());
}

TEST(Json, ResolvesEscapesAndSurrogatePairs) {
  const Read r(R"({"a\n":"\"\\\/\b\f\n\r\t\u0041\u00e9\u20ac\ud83d\ude00","half":"\ud83dx\ude00\ud83d\u0041"})");
  ASSERT_TRUE(r.value);
  EXPECT_EQ((*r.value)["a\n"].as_string(), "\"\\/\b\f\n\r\tA\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
  EXPECT_EQ((*r.value)["half"].as_string(),
            "\xEF\xBF\xBDx\xEF\xBF\xBD\xEF\xBF\xBD"
            "A");
}

TEST(Json, ViewsTheSourceWhereNothingIsEscaped) {
  const Read r(R"({"key":"text"})");
  const std::string_view source = r.context.sources.text(SourceId{0});
  EXPECT_EQ((*r.value)["key"].as_string().data(), source.data() + 8);
}

TEST(Json, KeepsWholeNumbersExactAndMakesTheRestDoubles) {
  const Read r("[9223372036854775807,-9223372036854775808,9223372036854775808,2.0,0,-0,1e2,1e-400]");
  ASSERT_TRUE(r.value);
  const auto items = r.value->items();
  EXPECT_EQ(items[0].as_int(), 9223372036854775807);
  EXPECT_EQ(items[1].as_int(), -9223372036854775807 - 1);
  EXPECT_EQ(items[2].kind(), ValueKind::kDouble);
  EXPECT_EQ(items[3].kind(), ValueKind::kDouble);
  EXPECT_EQ(items[5].kind(), ValueKind::kInt);
  EXPECT_EQ(items[6].as_double(), 100);
  EXPECT_EQ(items[7].as_double(), 0);
}

TEST(Json, RefusesWhatIsNotJson) {
  for (const char* text : {"",
                           " ",
                           "{",
                           "[",
                           "[1,]",
                           "{\"a\":1,}",
                           "{a:1}",
                           "{'a':1}",
                           "01",
                           "+1",
                           "1.",
                           ".5",
                           "-",
                           "1e",
                           "nul",
                           "truex",
                           "\"a",
                           "\"\\x\"",
                           "\"\\u12g4\"",
                           "\"\t\"",
                           "{} x",
                           "// c\n{}",
                           "[1 2]",
                           "{\"a\" 1}",
                           "\"\xC0\x80\"",
                           "\"\xED\xA0\x80\"",
                           "\"\xFF\"",
                           ",",
                           "0x10",
                           "NaN",
                           "1{\"a\":1,\"a\":2}"}) {
    const Read r(text);
    EXPECT_FALSE(r.value) << text;
    EXPECT_TRUE(r.context.diags.all().empty()) << text;
  }
}

TEST(Json, StopsAtDepth512) {
  EXPECT_TRUE(Read(std::string(512, '[') + std::string(512, ']')).value);
  EXPECT_FALSE(Read(std::string(513, '[') + std::string(513, ']')).value);
  EXPECT_FALSE(Read(std::string(1'000'000, '[')).value);
}

TEST(Json, ReportsDuplicatesWithBothPlacesAndKeepsTheLast) {
  const Read r(R"({"a":1,"b":2,"\u0061":3})");
  EXPECT_EQ(r.text(), R"({"a":3,"b":2})");
  ASSERT_EQ(r.context.diags.all().size(), 1u);
  const Diagnostic& d = r.context.diags.all()[0];
  EXPECT_EQ(d.info->code, 1010);
  EXPECT_EQ(r.context.origins[d.at].begin, 13u);
  ASSERT_EQ(d.notes.size(), 1u);
  EXPECT_EQ(r.context.origins[d.notes[0].at].begin, 1u);
}

TEST(Json, ReportsANumberBeyondDouble) {
  const Read r("[1e400]");
  ASSERT_TRUE(r.value);
  ASSERT_EQ(r.context.diags.all().size(), 1u);
  EXPECT_EQ(r.context.diags.all()[0].info->code, 1028);
}

TEST(Json, ReadsValuesThatFollowEachOther) {
  Context context;
  const SourceId id = context.sources.add("in", "{\"a\":1}\n{\"b\":2}{}\n");
  const auto values = read_json_stream(context, id, 0, 18);
  ASSERT_TRUE(values);
  EXPECT_EQ(values->size(), 3u);
  EXPECT_FALSE(read_json(context, id, 0, 18));
}

TEST(Json, SortsManyKeys) {
  std::string text = "{";
  for (int i = 0; i < 1000; ++i)
    text += (i ? ",\"" : "\"") + std::to_string(i * 7919 % 1000) + "\":" + std::to_string(i);
  const Read r(text + ",\"5\":-1}");
  ASSERT_TRUE(r.value);
  EXPECT_EQ(r.value->size(), 1000u);
  EXPECT_EQ((*r.value)["5"].as_int(), -1);
  EXPECT_EQ((*r.value)["919"].as_int(), 1);
}

}  // namespace
}  // namespace grovec::ir

#include "ir/quantity.h"

#include <gtest/gtest.h>

#include <utility>

namespace grovec::ir {
namespace {

std::string dump(std::string_view text) {
  std::string out;
  append_dump(*parse_quantity(text), out);
  return out;
}

std::string small(const char* value, const char* scale, const char* cached, const char* format) {
  return std::string("{i:(resource.int64Amount){value:(int64)") + value + " scale:(resource.Scale)" + scale +
         "} d:(resource.infDecAmount){Dec:(*inf.Dec)<nil>} s:(string)" + cached + " Format:(resource.Format)" + format +
         "}";
}

std::string big(const char* words) {
  return std::string(
             "{i:(resource.int64Amount){value:(int64)0 scale:(resource.Scale)0} "
             "d:(resource.infDecAmount){Dec:(*inf.Dec)"
             "{unscaled:(big.Int){neg:(bool)false abs:(big.nat)[") +
         words + "]} scale:(inf.Scale)9}} s:(string) Format:(resource.Format)BinarySI}";
}

TEST(Quantity, DumpsAsTheTableOfTheReference) {  // expansion 13.4
  EXPECT_EQ(dump("0"), small("0", "0", "0", "DecimalSI"));
  EXPECT_EQ(dump("10m"), small("10", "-3", "10m", "DecimalSI"));
  EXPECT_EQ(dump("8"), small("8", "0", "8", "DecimalSI"));
  EXPECT_EQ(dump("2500"), small("2500", "0", "2500", "DecimalSI"));
  EXPECT_EQ(dump("1k"), small("1", "3", "1k", "DecimalSI"));
  EXPECT_EQ(dump("32Mi"), small("33554432", "0", "", "BinarySI"));
  EXPECT_EQ(dump("100Ki"), small("102400", "0", "100Ki", "BinarySI"));
  EXPECT_EQ(dump("1Gi"), small("1073741824", "0", "1Gi", "BinarySI"));
  EXPECT_EQ(dump("8Gi"), small("8589934592", "0", "", "BinarySI"));
  EXPECT_EQ(dump("9Gi"), small("9663676416", "0", "9Gi", "BinarySI"));
  EXPECT_EQ(dump("1536Mi"), small("1610612736", "0", "", "BinarySI"));
  EXPECT_EQ(dump("100Ti"), big("8568098291072368640 5960"));
  EXPECT_EQ(dump("1Pi"), big("2882303761517117440 61035"));
}

TEST(Quantity, HasTheTextOfAdmission) {  // expansion 1, admission 2.4
  const std::pair<const char*, const char*> kCases[] = {{"0.5", "500m"},
                                                        {"1000m", "1"},
                                                        {"1000", "1k"},
                                                        {"1.5Gi", "1536Mi"},
                                                        {"1024Mi", "1Gi"},
                                                        {"8", "8"},
                                                        {"2500", "2500"},
                                                        {"00", "0"},
                                                        {"0.0", "0"},
                                                        {"1000000000000000000000", "1"},
                                                        {"100Ti", "100Ti"},
                                                        {"1Pi", "1Pi"},
                                                        {"0.1n", "1n"},
                                                        {"1.5", "1500m"},
                                                        {"1e3", "1e3"},
                                                        {"-1000m", "-1"},
                                                        {"2048", "2048"},
                                                        {"1Ki", "1Ki"},
                                                        {"0.5Ki", "512"},
                                                        // These stay as they are written.
                                                        {"01", "01"},
                                                        {"001", "001"},
                                                        {"+5", "+5"},
                                                        {"5.", "5."},
                                                        {"0010m", "0010m"},
                                                        {"1e0", "1e0"},
                                                        {"1e-3", "1e-3"}};
  for (const auto& [text, expected] : kCases) EXPECT_EQ(canonical_text(std::string_view(text)), expected) << text;
}

TEST(Quantity, RefusesOtherTexts) {
  for (const char* text : {"", "x", "1x", "1 Gi", "1e", "1GiB", "0x10", "1_0", "--1", "1..2"})
    EXPECT_FALSE(parse_quantity(text)) << text;
}

TEST(Quantity, ComparesByValue) {
  EXPECT_EQ(compare(*parse_quantity("1000m"), *parse_quantity("1")), 0);
  EXPECT_LT(compare(*parse_quantity("1G"), *parse_quantity("1Gi")), 0);
  EXPECT_GT(compare(*parse_quantity("1Pi"), *parse_quantity("1023Ti")), 0);
  EXPECT_LT(compare(*parse_quantity("-1"), *parse_quantity("0")), 0);
  EXPECT_EQ(milli_value(*parse_quantity("1.5")), 1500);
  EXPECT_EQ(rounded_up(*parse_quantity("1.2")), 2);
  EXPECT_EQ(rounded_up(*parse_quantity("64Gi")), 68719476736);
}

TEST(Quantity, NeedsNoDigitsWhereTheGoLibraryReadsNone) {
  for (const char* zero : {"Gi", "Ti", ".", "+", "-", "m", "-m", "n", "E", "e3", ".e3", "E-2", " Gi ", "\xC2\xA0k"})
    EXPECT_EQ(canonical_text(zero), "0") << zero;
  for (const char* wrong : {"", " ", "--", "Pi", "Ei", "e-10", "i", "\t1", "1\n", "1 Gi"})
    EXPECT_FALSE(parse_quantity(wrong)) << wrong;
}

}  // namespace
}  // namespace grovec::ir

#include "ir/duration.h"

#include <gtest/gtest.h>

#include <utility>

namespace grovec::ir {
namespace {

TEST(Duration, PrintsAsGoDoes) {
  const std::pair<const char*, const char*> kCases[] = {{"4h", "4h0m0s"},
                                                        {"90s", "1m30s"},
                                                        {"1h30m", "1h30m0s"},
                                                        {"1.5h", "1h30m0s"},
                                                        {"0", "0s"},
                                                        {"250ms", "250ms"},
                                                        {"1500ms", "1.5s"},
                                                        {"-3m", "-3m0s"},
                                                        {"+2s", "2s"},
                                                        {"1us", "1\xC2\xB5s"},
                                                        {"1\xC2\xB5s", "1\xC2\xB5s"},
                                                        {"1.5us", "1.5\xC2\xB5s"},
                                                        {"7ns", "7ns"},
                                                        {".5s", "500ms"},
                                                        {"1.s", "1s"},
                                                        {"100h", "100h0m0s"},
                                                        {"9223372036854775807ns", "2562047h47m16.854775807s"},
                                                        {"-9223372036854775808ns", "-2562047h47m16.854775808s"}};
  for (const auto& [text, expected] : kCases) {
    ASSERT_TRUE(parse_duration(text)) << text;
    EXPECT_EQ(duration_text(*parse_duration(text)), expected) << text;
  }
}

TEST(Duration, RefusesOtherTexts) {
  for (const char* text : {"", "4", "1d", "h", "1h 2m", "3000000h", "9223372036854775808ns", ".s", "-", "1m2"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

}  // namespace
}  // namespace grovec::ir

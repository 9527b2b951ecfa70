// Counts that stop at the largest number.
#include "ir/base/saturating.h"

#include <gtest/gtest.h>

namespace grovec {
namespace {

TEST(Saturating, SumsAndProductsStopAtTheLargestNumber) {
  EXPECT_EQ(saturating_sum(2, 3), 5u);
  EXPECT_EQ(saturating_sum(UINT64_MAX - 1, 1), UINT64_MAX);
  EXPECT_EQ(saturating_sum(UINT64_MAX - 1, 2), UINT64_MAX);
  EXPECT_EQ(saturating_product(std::uint64_t{1} << 32, (std::uint64_t{1} << 32) - 1), UINT64_MAX - 0xFFFFFFFF);
  EXPECT_EQ(saturating_product(std::uint64_t{1} << 32, std::uint64_t{1} << 32), UINT64_MAX);
  EXPECT_EQ(saturating_product(0, UINT64_MAX), 0u);
}

TEST(Saturating, WhatIsAboveAllNumbersStaysThere) {
  EXPECT_EQ(saturating_difference(UINT64_MAX, 5), UINT64_MAX);
  EXPECT_EQ(saturating_difference(7, 5), 2u);
  EXPECT_EQ(saturating_difference(5, 7), 0u);
}

}  // namespace
}  // namespace grovec

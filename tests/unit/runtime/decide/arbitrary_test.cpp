// Worlds out of random bytes; the fuzz target `decide` takes more of them, and better ones.
#include <gtest/gtest.h>

#include <random>

#include "tests/decide_world/arbitrary.h"

namespace grovec::testing {
namespace {

TEST(ArbitraryWorldTest, EveryWriteHasTheUidOfWhatItWasDecidedOn) {
  std::mt19937 random(1);
  for (int n = 0; n < 2000; ++n) {
    std::vector<std::uint8_t> bytes(4 + random() % 60);
    for (std::uint8_t& b : bytes) b = static_cast<std::uint8_t>(random());
    EXPECT_EQ(decide_on_bytes(bytes), "") << "world " << n;
  }
}

}  // namespace
}  // namespace grovec::testing

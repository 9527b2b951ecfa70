// Schedulers by name, and the numbers that splices write.
#include "backends/schedulers/scheduler.h"

#include <gtest/gtest.h>

#include "backends/splice.h"

namespace grovec::backends {
namespace {

TEST(SchedulerNamed, KnowsUpstreamsFour) {
  for (const char* name : {"default-scheduler", "kai-scheduler", "volcano", "lpx-scheduler"})
    EXPECT_EQ(scheduler_named(name).name(), name);
}

TEST(WriteDecimal, WritesEveryLength) {
  for (const std::uint32_t n : {0u, 9u, 10u, 99u, 100u, 4294967295u}) {
    char digits[10];
    EXPECT_EQ(std::string(digits, write_decimal(digits, n)), std::to_string(n));
  }
}

}  // namespace
}  // namespace grovec::backends

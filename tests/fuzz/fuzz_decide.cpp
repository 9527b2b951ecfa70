// Bytes as a world: `decide` never aborts, and each write has the uid of what it was decided on.
#include <cstdio>
#include <cstdlib>

#include "tests/decide_world/arbitrary.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string problem = grovec::testing::decide_on_bytes({data, size});
  if (problem.empty()) return 0;
  std::fprintf(stderr, "%s\n", problem.c_str());
  std::abort();
}

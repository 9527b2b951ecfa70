#include "ir/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace grovec {

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "grovec: internal error: %s does not hold at %s:%d; this is a bug in grovec\n", condition, file,
               line);
  std::abort();
}

}  // namespace grovec

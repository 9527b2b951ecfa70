/// \file One test: compile its input or plan its edit, compare with what it expects.
#pragma once

#include <string>
#include <vector>

#include "runtime/cli/testing/test_file.h"

namespace grovec::cli {

struct CaseResult {
  std::vector<std::string> failures;  ///< each with its place; none: passed
  bool updated = false;               ///< the golden was written
  int exit_code = 0;                  ///< 3 if a file could not be read or written, else 0 or 1
};

/// With `update`, a golden that differs is written instead of being a failure.
CaseResult run_case(const TestFile& file, const TestCase& test, bool update);

/// The same for a test with a `plan`.
CaseResult run_plan_case(const TestFile& file, const TestCase& test);

}  // namespace grovec::cli

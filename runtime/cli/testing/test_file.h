/// \file `*.grovetest.yaml`: what users expect of their own workloads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ir/base/context.h"
#include "ir/base/result.h"
#include "ir/value/value.h"
#include "runtime/driver/compile.h"

namespace grovec::cli {

/// `4`, `"<= 320"`, `"> 2"`.
struct Bound {
  std::string what;  ///< `pods`, or an object's name
  std::string op = "==";
  std::int64_t number = 0;
  OriginId at = kNowhere;

  bool holds(std::int64_t value) const;
  std::string text() const { return (op == "==" ? "" : op + " ") + std::to_string(number); }
};

struct TestCase {
  std::string name;
  OriginId at = kNowhere;
  driver::CompileRequest request;  ///< paths are relative to the working folder
  std::string golden;              ///< path as in `request`, or empty
  OriginId golden_at = kNowhere;
  std::vector<Bound> counts, names;
  std::optional<driver::CompileRequest> plan_old;  ///< a plan is tested: from this to `request`
  std::optional<std::vector<Bound>> restarts;      ///< pods by PodClique; what it does not name does not restart
  OriginId restarts_at = kNowhere;
  std::optional<Bound> gpus_down;
  std::optional<std::vector<std::string>> diagnostics;  ///< codes; without, no error may be found
  OriginId diagnostics_at = kNowhere;
};

/// One file. Its context owns the origins of the cases.
struct TestFile {
  std::string path;
  Context context;
  std::vector<TestCase> cases;

  std::string place(OriginId at) const;
};

/// What `counts` may name.
std::span<const std::string_view> count_names();

/// Reads a file. Error: the file cannot be read (3); it has a field that is not known, or a value of another type (1).
Result<Done> read_test_file(TestFile& file);

}  // namespace grovec::cli

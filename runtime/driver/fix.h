/// \file `check --fix`: applies fix-its to the files they are about, byte for byte, and never makes anything worse.
#pragma once

#include <string>
#include <vector>

#include "runtime/driver/check.h"

namespace grovec::driver {

struct FixOptions {
  bool all = false;      ///< also fixes that may change what an accepted file means
  bool dry_run = false;  ///< write nothing
};

/// A file that fixes are for.
struct FixedFile {
  std::string path, before, after;
  std::size_t fixes = 0;  ///< that were applied
  std::string skipped;    ///< why the file is left as it is; empty: it is not
};

struct FixResult {
  CheckReport report;            ///< of the input as it is afterwards (with `dry_run`: as it would be)
  std::vector<FixedFile> files;  ///< in the order of their paths
  std::vector<Error> errors;     ///< of writing
  std::size_t fixes() const;
};

/// Checks, applies fixes until none is left that helps, and writes what changed. A fix that makes more errors, or
/// rejects what was accepted, is not applied; of fixes that overlap, one at a time. Only regular files of the input are
/// written, not through links, and each by a rename of a whole file of the same mode and owner; one that changed since
/// it was read stays. Errors: as for `check`.
Result<FixResult> check_and_fix(CheckRequest request, const FixOptions& options, const Progress& progress = {});

/// Whether the fix of this finding says what was surely meant: the file is refused as it is, and the fix only spells,
/// quotes or writes the same value in another form.
bool is_safe_fix(const DiagInfo& info);

}  // namespace grovec::driver

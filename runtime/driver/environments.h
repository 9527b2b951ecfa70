/// \file `check --env-all`: every environment of every .grove file, as if each were a file of its own.
#pragma once

#include <vector>

#include "runtime/driver/check.h"

namespace grovec::driver {

/// Each .grove input once for each environment it declares; others, and those without environments, as they are. What
/// cannot be read stays, so that its check says so.
std::vector<Input> with_environments(const std::vector<Input>& inputs, const LanguageOptions& language);

/// `files[i]` is the check of `inputs[i]`. What is found in all environments of a file is said once, without naming
/// one; other findings say where they occur.
void say_common_findings_once(const std::vector<Input>& inputs, std::vector<CheckedFile>& files);

}  // namespace grovec::driver

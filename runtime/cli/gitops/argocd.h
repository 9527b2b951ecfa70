/// \file A config management plugin of Argo CD: options from the environment, untrusted repositories, hard limits.
///
/// What the plugin reads stays below the repository, also behind links; nothing is written, no other program is run.
#pragma once

#include <string>
#include <vector>

#include "runtime/driver/compile.h"

namespace grovec::cli {

inline constexpr std::uint64_t kMostArgoObjects = 100'000;
inline constexpr std::size_t kLargestArgoBytes = 64u << 20;  ///< of all input together, and of the output

/// The request for the application in the working folder: `ARGOCD_APP_PARAMETERS` (a JSON list), and beneath it
/// `ARGOCD_ENV_GROVE_ENV`, `…_FILES` and `…_SET` (values separated by line breaks). Errors: a parameter that is not
/// known or of another type, a file outside of the repository, too much input (exit code 1); an unreadable folder (3).
Result<driver::CompileRequest> argocd_request();

/// What the application could set: environments and parameters of the .grove files in the working folder, as Argo CD's
/// parameter announcement (JSON).
Result<std::string> argocd_parameters();

}  // namespace grovec::cli

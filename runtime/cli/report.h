/// \file What `check` prints, in the formats of people, scripts, code scanners, test reports and GitHub.
#pragma once

#include <string>

#include "runtime/driver/check.h"

namespace grovec::cli {

/// Findings and a last line with counts, for stderr; quiet: errors only.
std::string report_text(const driver::CheckReport& report, bool quiet);
std::string report_json(const driver::CheckReport& report);    ///< schemas/output/check.schema.json
std::string report_sarif(const driver::CheckReport& report);   ///< SARIF 2.1.0
std::string report_junit(const driver::CheckReport& report);   ///< a test case for each document
std::string report_github(const driver::CheckReport& report);  ///< workflow commands
std::string report_gitlab(const driver::CheckReport& report);  ///< code quality report

/// The path as github, junit and sarif print it: without `./` in front, so that it is that of the repository.
std::string_view report_path(std::string_view path);

}  // namespace grovec::cli

/// \file What `check` prints, in the formats of people, scripts, code scanners, test reports and GitHub.
#pragma once

#include <string>

#include "runtime/driver/check.h"

namespace grovec::cli {

std::string report_text(const driver::CheckReport& report);    ///< findings and a last line with counts, for stderr
std::string report_json(const driver::CheckReport& report);    ///< schemas/output/check.schema.json
std::string report_sarif(const driver::CheckReport& report);   ///< SARIF 2.1.0
std::string report_junit(const driver::CheckReport& report);   ///< a test case for each document
std::string report_github(const driver::CheckReport& report);  ///< workflow commands
std::string report_gitlab(const driver::CheckReport& report);  ///< code quality report

}  // namespace grovec::cli

#include "runtime/cli/report.h"

namespace grovec::cli {

using namespace driver;

namespace {

std::string counted(std::uint64_t n, std::string_view noun) {
  return std::to_string(n) + " " + std::string(noun) + (n == 1 ? "" : "s");
}

}  // namespace

std::string report_text(const CheckReport& report) {
  std::string out;
  std::uint64_t files = 0;
  for (const CheckedFile& f : report.files) {
    if (f.unreadable) out += "grovec: " + f.unreadable->message + "\n";
    for (const Finding& x : f.findings) out += x.text;
    files += !f.documents.empty();
  }
  for (const Error& e : report.errors) out += "grovec: " + e.message + "\n";
  out += counted(files, "file") + ": " + std::to_string(report.count(Admission::kAccepted)) + " accepted, " +
         std::to_string(report.count(Admission::kRejected)) + " rejected";
  if (std::uint64_t n = report.count(Admission::kNotChecked)) out += ", " + std::to_string(n) + " not checked";
  std::uint64_t errors = report.count(Severity::kError), warnings = report.count(Severity::kWarning);
  if (errors + warnings > 0) out += "; " + counted(errors, "error") + ", " + counted(warnings, "warning");
  if (std::uint64_t n = report.suppressed()) out += ", " + std::to_string(n) + " suppressed";
  out += '\n';
  return out;
}

}  // namespace grovec::cli

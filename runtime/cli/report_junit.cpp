#include "ir/base/render.h"
#include "ir/base/utf8.h"
#include "runtime/cli/report.h"
#include "runtime/output/xml.h"

namespace grovec::cli {

using namespace driver;

namespace {

std::string where(const Location& p) {
  if (p.file.empty()) return {};
  return printable(report_path(p.file)) + ":" + std::to_string(p.begin.line) + ":" + std::to_string(p.begin.column) +
         ": ";
}

std::string failure(const Finding& f) {
  std::string line = where(f.place) + std::string(severity_name(f.severity)) + ": " + f.message;
  std::string tag = f.severity == Severity::kError ? "failure" : "system-out";
  if (tag == "system-out")
    return "      <system-out>" + xml_escaped(line + " [" + code_text(f.info->code) + "]") + "</system-out>\n";
  std::string body = line;
  for (const Finding::Note& n : f.notes) body += "\n" + where(n.place) + "note: " + n.message;
  return "      <failure type=\"" + code_text(f.info->code) + "\" message=\"" + xml_escaped(f.message) + "\">" +
         xml_escaped(body) + "</failure>\n";
}

}  // namespace

std::string report_junit(const CheckReport& report) {
  std::string cases;
  std::uint64_t tests = 0, failures = 0, errors = report.errors.size();
  for (const CheckedFile& f : report.files) {
    std::string findings;
    bool failed = false;
    for (const Finding& x : f.findings) {
      failed |= x.severity == Severity::kError;
      findings += failure(x);
    }
    if (f.documents.empty() && findings.empty() && !f.unreadable) continue;
    ++tests;
    failures += failed;
    std::string name = f.name.empty() ? "surroundings" : printable(report_path(f.name));
    cases += "    <testcase classname=\"grovec.check\" name=\"" + xml_escaped(name) + "\"";
    if (f.unreadable) {
      ++errors;
      findings += "      <error message=\"" + xml_escaped(f.unreadable->message) + "\"/>\n";
    }
    cases += findings.empty() ? "/>\n" : ">\n" + findings + "    </testcase>\n";
  }
  for (const Error& e : report.errors) {
    ++tests;
    cases += "    <testcase classname=\"grovec.check\" name=\"" + xml_escaped(e.message) +
             "\">\n      <error message=\"" + xml_escaped(e.message) + "\"/>\n    </testcase>\n";
  }
  std::string counts = " tests=\"" + std::to_string(tests) + "\" failures=\"" + std::to_string(failures) +
                       "\" errors=\"" + std::to_string(errors) + "\"";
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" + counts + ">\n  <testsuite name=\"grovec check\"" +
         counts + ">\n" + cases + "  </testsuite>\n</testsuites>\n";
}

}  // namespace grovec::cli

#include "ir/base/utf8.h"
#include "runtime/cli/compiling.h"
#include "runtime/cli/report.h"

namespace grovec::cli {

using namespace driver;

namespace {

std::string counted(std::uint64_t n, std::string_view noun) {
  return std::to_string(n) + " " + std::string(noun) + (n == 1 ? "" : "s");
}

}  // namespace

std::string report_text(const CheckReport& report, bool quiet) {
  std::string out;
  std::uint64_t documents = 0, templates = 0;
  std::uint16_t first = 0;
  for (const CheckedFile& f : report.files) {
    if (f.unreadable) out += "grovec: " + f.unreadable->message + "\n";
    for (const Finding& x : f.findings) {
      if (quiet && x.severity != Severity::kError) continue;
      out += x.text;
      if (first == 0) first = x.info->code;
    }
    documents += f.documents.size();
    templates += f.is_template;
  }
  for (const Error& e : report.errors) out += "grovec: " + e.message + "\n";
  if (!report.none_below.empty())
    out += "grovec: no PodCliqueSet below " + report.none_below + "; `--allow-none` if that is right\n";
  if (quiet) return out;
  for (const CheckedFile& f : report.files)
    for (const CheckedDocument& d : f.documents)
      if (d.is_new) out += "new: " + d.namespace_ + "/" + d.name + " (" + printable(f.name) + ")\n";
  for (const std::string& added : report.added_suppressions)
    out += "new suppression, which does not count here: " + printable(added) + "\n";
  for (const std::string& removed : report.removed) out += "removed: " + printable(removed) + "\n";
  if (templates > 0)
    out += counted(templates, "template") + " of Helm " + (templates == 1 ? "is" : "are") +
           " not checked; render first: `helm template CHART | grovec check -`\n";
  if (first != 0) out += explain_hint(first);
  out += counted(documents, "document") + ": " + std::to_string(report.count(Admission::kAccepted)) + " accepted, " +
         std::to_string(report.count(Admission::kRejected)) + " rejected";
  if (std::uint64_t n = report.count(Admission::kNotChecked)) out += ", " + std::to_string(n) + " not checked";
  std::uint64_t errors = report.count(Severity::kError), warnings = report.count(Severity::kWarning);
  if (errors + warnings > 0) out += "; " + counted(errors, "error") + ", " + counted(warnings, "warning");
  if (std::uint64_t n = report.suppressed()) out += ", " + std::to_string(n) + " suppressed";
  out += '\n';
  return out;
}

}  // namespace grovec::cli

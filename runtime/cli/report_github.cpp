#include "ir/base/render.h"
#include "ir/base/utf8.h"
#include "runtime/cli/report.h"

namespace grovec::cli {

using namespace driver;

namespace {

/// Workflow commands end at a line break; properties also at a comma or colon.
std::string escaped(std::string_view text, bool is_property) {
  std::string out;
  for (char c : text) {
    if (c == '%')
      out += "%25";
    else if (c == '\r')
      out += "%0D";
    else if (c == '\n')
      out += "%0A";
    else if (is_property && c == ':')
      out += "%3A";
    else if (is_property && c == ',')
      out += "%2C";
    else
      out += c;
  }
  return out;
}

}  // namespace

std::string_view report_path(std::string_view path) {
  while (path.size() > 2 && path.starts_with("./")) path.remove_prefix(2);
  return path;
}

std::string report_github(const CheckReport& report) {
  std::string out;
  auto error = [&](const Error& e) { out += "::error::" + escaped(e.message, false) + "\n"; };
  for (const CheckedFile& f : report.files) {
    if (f.unreadable) error(*f.unreadable);
    for (const Finding& x : f.findings) {
      out += x.severity == Severity::kError     ? "::error "
             : x.severity == Severity::kWarning ? "::warning "
                                                : "::notice ";
      if (!x.place.file.empty()) {
        out += "file=" + escaped(printable(report_path(x.place.file)), true) +
               ",line=" + std::to_string(x.place.begin.line) + ",endLine=" + std::to_string(x.place.end.line);
        // Columns are shown only where the span is on one line.
        if (x.place.begin.line == x.place.end.line)
          out += ",col=" + std::to_string(x.place.begin.column) + ",endColumn=" + std::to_string(x.place.end.column);
        out += ",";
      }
      out += "title=" + code_text(x.info->code) + "::" + escaped(x.message, false) + "\n";
    }
  }
  for (const Error& e : report.errors) error(e);
  return out;
}

}  // namespace grovec::cli

#include "ir/base/render.h"
#include "runtime/cli/report.h"
#include "runtime/output/json_stream.h"

namespace grovec::cli {

using namespace driver;

namespace {

void place(JsonStream& json, const Location& p) {
  json.member("file", p.file).member("line", p.begin.line).member("column", p.begin.column);
  json.member("end_line", p.end.line).member("end_column", p.end.column);
}

void finding(JsonStream& json, const Finding& f) {
  json.begin_object();
  json.member("code", code_text(f.info->code)).member("severity", severity_name(f.severity));
  json.member("stage", stage_name(f.info->stage)).member("message", f.message);
  place(json, f.place);
  json.member("path", f.path);
  json.key("notes").begin_list();
  for (const Finding::Note& n : f.notes) {
    json.begin_object().member("message", n.message);
    place(json, n.place);
    json.end_object();
  }
  json.end_list().key("fixes").begin_list();
  for (const Finding::Fix& x : f.fixes) {
    json.begin_object().member("replacement", x.replacement);
    place(json, x.place);
    json.end_object();
  }
  json.end_list().end_object();
}

}  // namespace

std::string report_json(const CheckReport& report) {
  std::string out;
  JsonStream json(out);
  json.begin_object().member("format_version", 1).key("documents").begin_list();
  std::uint64_t files = 0, documents = 0, unreadable = report.errors.size();
  for (const CheckedFile& f : report.files) {
    files += !f.documents.empty() || f.unreadable;
    unreadable += f.unreadable.has_value();
    for (const CheckedDocument& d : f.documents) {
      ++documents;
      json.begin_object().member("file", f.name).member("index", d.index).member("kind", d.kind);
      json.member("namespace", d.namespace_).member("name", d.name).member("admission", admission_name(d.admission));
      if (!d.env.empty()) json.member("env", d.env);
      if (d.is_new) json.member("is_new", true);
      if (!d.reason.empty()) json.member("reason", d.reason);
      json.end_object();
    }
  }
  json.end_list().key("findings").begin_list();
  for (const CheckedFile& f : report.files)
    for (const Finding& x : f.findings) finding(json, x);
  json.end_list();
  if (!report.removed.empty()) {
    json.key("removed").begin_list();
    for (const std::string& removed : report.removed) json.value(removed);
    json.end_list();
  }
  json.key("summary").begin_object();
  json.member("files", files).member("documents", documents);
  json.member("accepted", report.count(Admission::kAccepted)).member("rejected", report.count(Admission::kRejected));
  json.member("not_checked", report.count(Admission::kNotChecked));
  json.member("errors", report.count(Severity::kError)).member("warnings", report.count(Severity::kWarning));
  json.member("suppressed", report.suppressed()).member("unreadable", unreadable);
  json.end_object().end_object();
  out += '\n';
  return out;
}

}  // namespace grovec::cli

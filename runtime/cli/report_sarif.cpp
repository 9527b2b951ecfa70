#include <set>

#include "ir/base/explanations.h"
#include "ir/base/render.h"
#include "runtime/cli/report.h"
#include "runtime/driver/json_stream.h"
#include "runtime/driver/version.h"

namespace grovec::cli {

using namespace driver;

namespace {

/// A path as a relative URI reference: percent-encoded where RFC 3986 asks for it.
std::string uri(std::string_view path) {
  constexpr std::string_view kPlain = "-._~/!$&'()*+,;=@";
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (char c : path) {
    auto byte = static_cast<unsigned char>(c);
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 kPlain.find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return path.starts_with('/') ? "file://" + out : out;
}

std::string_view level(Severity severity) {
  return severity == Severity::kError ? "error" : severity == Severity::kWarning ? "warning" : "note";
}

void region(JsonStream& json, std::string_view name, const Place& p) {
  json.key(name).begin_object();
  json.member("startLine", p.begin.line).member("startColumn", p.begin.column);
  json.member("endLine", p.end.line).member("endColumn", p.end.column).end_object();
}

void location(JsonStream& json, const Place& p) {
  json.key("physicalLocation").begin_object().key("artifactLocation").begin_object();
  json.member("uri", uri(p.file)).end_object();
  region(json, "region", p);
  json.end_object();
}

void fixes(JsonStream& json, const Finding& f) {
  if (f.fixes.empty()) return;
  json.key("fixes").begin_list();
  for (const Finding::Fix& x : f.fixes) {
    json.begin_object().key("artifactChanges").begin_list().begin_object();
    json.key("artifactLocation").begin_object().member("uri", uri(x.place.file)).end_object();
    json.key("replacements").begin_list().begin_object();
    region(json, "deletedRegion", x.place);
    json.key("insertedContent").begin_object().member("text", x.replacement).end_object();
    json.end_object().end_list().end_object().end_list().end_object();
  }
  json.end_list();
}

void result(JsonStream& json, const Finding& f) {
  json.begin_object().member("ruleId", code_text(f.info->code)).member("level", level(f.severity));
  json.key("message").begin_object().member("text", f.message).end_object();
  if (!f.place.file.empty()) {
    json.key("locations").begin_list().begin_object();
    location(json, f.place);
    if (!f.path.empty())
      json.key("logicalLocations")
          .begin_list()
          .begin_object()
          .member("fullyQualifiedName", f.path)
          .end_object()
          .end_list();
    json.end_object().end_list();
  }
  if (!f.notes.empty()) {
    json.key("relatedLocations").begin_list();
    for (const Finding::Note& n : f.notes) {
      json.begin_object();
      if (!n.place.file.empty()) location(json, n.place);
      json.key("message").begin_object().member("text", n.message).end_object().end_object();
    }
    json.end_list();
  }
  fixes(json, f);
  json.key("properties").begin_object().member("stage", stage_name(f.info->stage)).end_object();
  json.end_object();
}

void rule(JsonStream& json, const DiagInfo& info) {
  json.begin_object().member("id", code_text(info.code)).member("name", info.name);
  const Explanation* about = find_explanation(info.code);
  std::string_view text = about ? about->rule : std::string_view();
  json.key("shortDescription")
      .begin_object()
      .member("text", text.empty() ? std::string_view(info.text) : text)
      .end_object();
  json.key("defaultConfiguration").begin_object().member("level", level(info.severity)).end_object().end_object();
}

}  // namespace

std::string report_sarif(const CheckReport& report) {
  std::string out;
  JsonStream json(out);
  json.begin_object().member("$schema", "https://json.schemastore.org/sarif-2.1.0.json").member("version", "2.1.0");
  json.key("runs").begin_list().begin_object().key("tool").begin_object().key("driver").begin_object();
  json.member("name", "grovec").member("version", kVersion).key("rules").begin_list();
  std::set<std::uint16_t> used;
  for (const CheckedFile& f : report.files)
    for (const Finding& x : f.findings) used.insert(x.info->code);
  for (std::uint16_t code : used) rule(json, *find_diagnostic(code));
  json.end_list().end_object().end_object().member("columnKind", "unicodeCodePoints").key("results").begin_list();
  for (const CheckedFile& f : report.files)
    for (const Finding& x : f.findings) result(json, x);
  json.end_list().key("invocations").begin_list().begin_object();
  json.member("executionSuccessful", report.exit_code(false) != 3);
  json.key("toolExecutionNotifications").begin_list();
  auto notification = [&](const Error& e) {
    json.begin_object().member("level", "error").key("message").begin_object().member("text", e.message);
    json.end_object().end_object();
  };
  for (const Error& e : report.errors) notification(e);
  for (const CheckedFile& f : report.files)
    if (f.unreadable) notification(*f.unreadable);
  json.end_list().end_object().end_list().end_object().end_list().end_object();
  out += '\n';
  return out;
}

}  // namespace grovec::cli

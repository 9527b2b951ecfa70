#include <algorithm>
#include <map>

#include "ir/base/explanations.h"
#include "ir/base/render.h"
#include "runtime/cli/report.h"
#include "runtime/driver/version.h"
#include "runtime/output/json_stream.h"

namespace grovec::cli {

using namespace driver;

namespace {

/// A path as a URI reference, relative if the path is: percent-encoded where RFC 3986 asks for it. `./` goes, since
/// GitHub compares with the paths of the repository.
std::string uri(std::string_view path) {
  path = report_path(path);
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

void text(JsonStream& json, std::string_view name, std::string_view content) {
  json.key(name).begin_object().member("text", content).end_object();
}

void artifact(JsonStream& json, std::string_view file) {
  json.key("artifactLocation").begin_object().member("uri", uri(file)).end_object();
}

void region(JsonStream& json, std::string_view name, const Location& p) {
  json.key(name).begin_object();
  json.member("startLine", p.begin.line).member("startColumn", p.begin.column);
  json.member("endLine", p.end.line).member("endColumn", p.end.column).end_object();
}

void location(JsonStream& json, const Location& p) {
  json.key("physicalLocation").begin_object();
  artifact(json, p.file);
  region(json, "region", p);
  json.end_object();
}

/// Where a result is; GitHub takes none without a place, so what speaks about a whole file gets the file's first line.
void locations(JsonStream& json, const Finding& f, const std::string& file) {
  const bool placed = !f.place.file.empty();
  if (!placed && file.empty()) return;
  json.key("locations").begin_list().begin_object();
  location(json, placed ? f.place : Location{file, {1, 1, 1}, {1, 1, 1}});
  if (!f.path.empty()) {
    json.key("logicalLocations").begin_list().begin_object();
    json.member("fullyQualifiedName", f.path).end_object().end_list();
  }
  json.end_object().end_list();
}

void related_locations(JsonStream& json, const Finding& f) {
  if (f.notes.empty()) return;
  json.key("relatedLocations").begin_list();
  for (const Finding::Note& n : f.notes) {
    json.begin_object();
    if (!n.place.file.empty()) location(json, n.place);
    text(json, "message", n.message);
    json.end_object();
  }
  json.end_list();
}

void fixes(JsonStream& json, const Finding& f) {
  if (f.fixes.empty()) return;
  json.key("fixes").begin_list();
  for (const Finding::Fix& x : f.fixes) {
    json.begin_object().key("artifactChanges").begin_list().begin_object();
    artifact(json, x.place.file);
    json.key("replacements").begin_list().begin_object();
    region(json, "deletedRegion", x.place);
    text(json, "insertedContent", x.replacement);
    json.end_object().end_list().end_object().end_list().end_object();
  }
  json.end_list();
}

void result(JsonStream& json, const Finding& f, const std::string& file, std::size_t rule_index) {
  json.begin_object().member("ruleId", code_text(f.info->code)).member("ruleIndex", rule_index);
  json.member("level", level(f.severity));
  text(json, "message", f.message);
  locations(json, f, file);
  related_locations(json, f);
  fixes(json, f);
  json.key("properties").begin_object().member("stage", stage_name(f.info->stage)).end_object();
  json.end_object();
}

std::string one_line(std::string_view prose) {
  std::string out(prose);
  std::replace(out.begin(), out.end(), '\n', ' ');
  return out;
}

/// The page behind "show more" of a code scanning alert.
std::string help_markdown(const DiagInfo& info, const Explanation& about) {
  return "**Why.** " + one_line(about.why) + "\n\n**Example.**\n\n```yaml\n" + std::string(about.example) +
         (about.example.ends_with('\n') ? "" : "\n") + "```\n\n**Fix.** " + one_line(about.fix) +
         "\n\n`grovec explain " + code_text(info.code) + "`";
}

void rule(JsonStream& json, const DiagInfo& info) {
  json.begin_object().member("id", code_text(info.code)).member("name", info.name);
  if (const Explanation* about = find_explanation(info.code)) {
    text(json, "shortDescription", one_line(about->rule));
    text(json, "fullDescription", one_line(about->why));
    json.key("help").begin_object().member("text",
                                           one_line(about->fix) + " (grovec explain " + code_text(info.code) + ")");
    json.member("markdown", help_markdown(info, *about)).end_object();
  } else {
    text(json, "shortDescription", info.text);
    text(json, "help", "grovec explain " + code_text(info.code));
  }
  json.key("defaultConfiguration").begin_object().member("level", level(info.severity)).end_object().end_object();
}

void notification(JsonStream& json, const Error& e, const std::string& file) {
  json.begin_object().member("level", "error");
  text(json, "message", e.message);
  if (!file.empty()) {
    json.key("locations").begin_list().begin_object().key("physicalLocation").begin_object();
    artifact(json, file);
    json.end_object().end_object().end_list();
  }
  json.end_object();
}

}  // namespace

std::string report_sarif(const CheckReport& report) {
  std::string out;
  JsonStream json(out);
  json.begin_object().member("$schema", "https://json.schemastore.org/sarif-2.1.0.json").member("version", "2.1.0");
  json.key("runs").begin_list().begin_object().key("tool").begin_object().key("driver").begin_object();
  json.member("name", "grovec").member("version", kVersion).key("rules").begin_list();
  std::map<std::uint16_t, std::size_t> rules;  // code to index
  for (const CheckedFile& f : report.files)
    for (const Finding& x : f.findings) rules[x.info->code] = 0;
  std::size_t index = 0;
  for (auto& [code, place] : rules) {
    rule(json, *find_diagnostic(code));
    place = index++;
  }
  json.end_list().end_object().end_object().member("columnKind", "unicodeCodePoints").key("results").begin_list();
  for (const CheckedFile& f : report.files)
    for (const Finding& x : f.findings) result(json, x, f.name, rules[x.info->code]);
  json.end_list().key("invocations").begin_list().begin_object();
  json.member("executionSuccessful", !report.is_incomplete());
  json.key("toolExecutionNotifications").begin_list();
  for (const Error& e : report.errors) notification(json, e, {});
  for (const CheckedFile& f : report.files)
    if (f.unreadable) notification(json, *f.unreadable, f.name);
  json.end_list().end_object().end_list().end_object().end_list().end_object();
  out += '\n';
  return out;
}

}  // namespace grovec::cli

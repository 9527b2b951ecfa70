// GitLab's code quality report. A fingerprint is made of what a finding is about, not of where it stands, so that it
// stays the same finding when lines move.
#include <map>

#include "ir/base/render.h"
#include "runtime/cli/report.h"
#include "runtime/output/json_stream.h"

namespace grovec::cli {

using namespace driver;

namespace {

// FNV-1a with 64 bits, twice from different starts.
std::string fingerprint(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (std::uint64_t hash : {0xcbf29ce484222325u, 0x84222325cbf29ce4u}) {
    for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    for (int shift = 60; shift >= 0; shift -= 4) out += kHex[hash >> shift & 15];
  }
  return out;
}

}  // namespace

std::string report_gitlab(const CheckReport& report) {
  std::string out;
  std::map<std::string, int> seen;  // the second finding that is about the same is another one
  JsonStream json(out);
  json.begin_list();
  auto add = [&](std::string_view file, std::string_view code, std::string_view message, std::string_view about,
                 bool is_error, std::uint32_t line) {
    while (file.size() > 2 && file.starts_with("./")) file.remove_prefix(2);
    std::string identity =
        std::string(file) + '\n' + std::string(code) + '\n' + std::string(about) + '\n' + std::string(message);
    identity += '\n' + std::to_string(seen[identity]++);
    json.begin_object().member("description", message).member("check_name", code);
    json.member("fingerprint", std::string_view(fingerprint(identity)));
    json.member("severity", is_error ? "major" : "minor");
    json.key("location").begin_object().member("path", file);
    json.key("lines").begin_object().member("begin", line).end_object().end_object().end_object();
  };
  for (const CheckedFile& f : report.files) {
    for (const Finding& x : f.findings)
      add(x.place.file.empty() ? std::string_view(f.name) : std::string_view(x.place.file), code_text(x.info->code),
          x.message, x.path, x.severity == Severity::kError, x.place.file.empty() ? 1 : x.place.begin.line);
    if (f.unreadable) add(f.name, "unreadable", f.unreadable->message, {}, true, 1);
  }
  for (const Error& e : report.errors) add(".", "unreadable", e.message, {}, true, 1);
  json.end_list();
  return out + "\n";
}

}  // namespace grovec::cli

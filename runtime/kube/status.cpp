#include "runtime/kube/status.h"

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "ir/base/context.h"
#include "ir/value/json.h"
#include "runtime/kube/files.h"
#include "runtime/kube/redact.h"

namespace grovec::kube {

namespace {
constexpr std::chrono::hours kLongestWait{1};
constexpr std::size_t kMostStatus = 256u << 10;
}  // namespace

Status read_status(std::string_view body) {
  body = body.substr(0, kMostStatus);
  Status out;
  Context context;
  const SourceId source = context.sources.add("status", std::string(body));
  const auto value = ir::read_json(context, source, 0, static_cast<std::uint32_t>(body.size()));
  if (value && (*value)["kind"].as_string() == "Status") {
    out.message = (*value)["message"].as_string();
    out.reason = (*value)["reason"].as_string();
    const std::int64_t seconds = (*value)["details"]["retryAfterSeconds"].as_int();
    if (seconds > 0)
      out.retry_after = std::min<Duration>(std::chrono::seconds(std::min<std::int64_t>(seconds, 3600)), kLongestWait);
    return out;
  }
  out.message = without_space_around(body.substr(0, std::min<std::size_t>(body.find('\n'), 300)));
  return out;
}

std::optional<Duration> read_retry_after(std::string_view text, WallTime now) {
  if (text.empty()) return std::nullopt;
  if (std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    if (text.size() > 6) return kLongestWait;
    return std::min<Duration>(std::chrono::seconds(std::stol(std::string(text))), kLongestWait);
  }
  std::tm date{};
  if (!::strptime(std::string(text).c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date)) return std::nullopt;
  const auto wait = std::chrono::system_clock::from_time_t(::timegm(&date)) - now;
  return std::clamp<Duration>(std::chrono::duration_cast<Duration>(wait), Duration::zero(), kLongestWait);
}

std::string read_warning(std::string_view header) {
  const std::size_t begin = header.find('"');
  if (begin == header.npos) return redact(header, 1024);
  std::string text;
  for (std::size_t i = begin + 1; i < header.size() && header[i] != '"'; ++i) {
    if (header[i] == '\\' && i + 1 < header.size()) ++i;
    text += header[i];
  }
  return redact(text, 1024);
}

bool is_about_content(const Status& status) {
  return status.message.find("field not declared in schema") != std::string::npos;
}

Error::Kind kind_of(int status) {
  switch (status) {
    case 400:
    case 405:
    case 406:
    case 413:
    case 415:
    case 422:
      return Error::kContent;
    case 401:
    case 403:
      return Error::kDenied;
    case 404:
    case 410:
      return Error::kGone;
    case 409:
      return Error::kConflict;
    default:
      return status >= 300 && status < 400 ? Error::kUsage : Error::kRetry;
  }
}

}  // namespace grovec::kube

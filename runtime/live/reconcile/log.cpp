#include "runtime/live/reconcile/log.h"

#include "runtime/output/json_stream.h"

namespace grovec::live {

namespace {

void member(std::string& out, std::string_view key, std::string_view value) {
  out += out.empty() ? "{" : ",";
  driver::JsonStream(out).value(key);
  out += ":";
  driver::JsonStream(out).value(value);
}

}  // namespace

std::string_view name_of(Level level) {
  switch (level) {
    case Level::kWarning:
      return "warning";
    case Level::kInfo:
      return "info";
    case Level::kDebug:
      return "debug";
  }
  return "";
}

void Log::say(Level level, const std::string& text, const Fields& fields) const {
  if (!says(level)) return;
  const bool is_warning = level == Level::kWarning;
  if (format_ == Format::kText) return sink_(is_warning, text);
  std::string out;
  member(out, "time", decide::time_text(now_()));
  member(out, "level", name_of(level));
  member(out, "message", text);
  for (const Field& f : fields) member(out, f.key, f.value);
  sink_(is_warning, out + "}");
}

}  // namespace grovec::live

#include "ir/base/render.h"

#include <algorithm>

#include "ir/base/utf8.h"

namespace grovec {

namespace {

constexpr std::size_t kLongestLine = 160;  // columns of a source line that are shown

std::string_view color_of(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "\033[1;31m";
    case Severity::kWarning:
      return "\033[1;35m";
    case Severity::kNote:
      return "\033[1;36m";
  }
  return "";
}

void head(std::string& out, const Context& context, OriginId at, Severity severity, const RenderOptions& options) {
  if (options.color) out += "\033[1m";
  if (at != kNowhere) {
    const Origin& origin = context.origins[at];
    Position p = context.sources.position(origin.source, origin.begin);
    out += printable(context.sources.name(origin.source));
    out += ':' + std::to_string(p.line) + ':' + std::to_string(p.column) + ": ";
  }
  if (options.color) out += color_of(severity);
  out += severity_name(severity);
  out += ": ";
  if (options.color) out += "\033[0m";
}

// The source line with tabs as blanks and control characters as dots, then a line of carets under the span.
void snippet(std::string& out, const Context& context, OriginId at, const RenderOptions& options) {
  if (at == kNowhere) return;
  const Origin& origin = context.origins[at];
  Position begin = context.sources.position(origin.source, origin.begin);
  Position end = context.sources.position(origin.source, origin.end);
  std::string_view line = context.sources.line(origin.source, begin.line);
  if (line.empty()) return;
  std::size_t first = begin.column - 1;
  std::size_t last = end.line == begin.line ? std::max<std::size_t>(end.column - 1, first + 1) : first + 1;
  std::size_t skip = first > kLongestLine / 2 ? first - kLongestLine / 2 : 0;
  std::string text = "    ", marks = "    ";
  std::size_t column = 0;
  for (std::size_t i = 0; i < line.size();) {
    std::size_t n = 1;
    while (i + n < line.size() && (static_cast<unsigned char>(line[i + n]) & 0xC0) == 0x80) ++n;
    if (column >= skip && column < skip + kLongestLine) {
      bool control = static_cast<unsigned char>(line[i]) < 0x20;
      if (control)
        text += line[i] == '\t' ? ' ' : '.';
      else
        text += line.substr(i, n);
      marks += column >= first && column < last ? '^' : ' ';
    }
    i += n;
    ++column;
  }
  if (first >= column) marks += '^';
  marks.erase(marks.find_last_not_of(' ') + 1);
  out += text;
  out += '\n';
  if (options.color) out += "\033[1;32m";
  out += marks;
  if (options.color) out += "\033[0m";
  out += '\n';
}

std::string_view spanned(const Context& context, OriginId at) {
  if (at == kNowhere) return {};
  const Origin& o = context.origins[at];
  std::string_view text = context.sources.text(o.source);
  if (o.begin > text.size()) return {};
  return text.substr(o.begin, o.end - o.begin);
}

void fix_line(std::string& out, const Context& context, const Fix& fix) {
  std::string_view old = spanned(context, fix.at);
  if (old.empty() && fix.replacement.empty()) return;
  if (fix.replacement.empty())
    out += "fix: remove `" + std::string(old.substr(0, old.find('\n'))) + "`\n";
  else if (old.empty())
    out += "fix: insert `" + fix.replacement + "`\n";
  else
    out += "fix: replace `" + std::string(old.substr(0, old.find('\n'))) + "` with `" + fix.replacement + "`\n";
}

std::string_view cause_text(OriginCause why) {
  switch (why) {
    case OriginCause::kNone:
      return "";
    case OriginCause::kMixin:
      return "from the mixin used here";
    case OriginCause::kOverride:
      return "replaces the value set here";
    case OriginCause::kDefault:
      return "filled in because of this";
    case OriginCause::kArgument:
      return "with the value given here";
    case OriginCause::kAlias:
      return "repeated by the alias here";
  }
  return "";
}

}  // namespace

std::string code_text(std::uint16_t code) {
  std::string digits = std::to_string(code);
  return "GV" + std::string(digits.size() < 4 ? 4 - digits.size() : 0, '0') + digits;
}

void render(const Diagnostic& d, const Context& context, const RenderOptions& options, std::string& out) {
  head(out, context, d.at, d.severity, options);
  out += d.message;
  out += " [" + code_text(d.info->code) + "]\n";
  snippet(out, context, d.at, options);
  OriginId shown = d.at;
  auto note = [&](OriginId at, std::string_view message) {
    head(out, context, at, Severity::kNote, options);
    out += message;
    out += '\n';
    const Origin &a = context.origins[at], &b = context.origins[shown];
    if (a.source == b.source && a.begin == b.begin && a.end == b.end) return;  // no second time
    snippet(out, context, at, options);
    shown = at;
  };
  for (const Note& n : d.notes) note(n.at, n.message);
  int links = 0;
  for (OriginId at = d.at; at != kNowhere && links < 8; at = context.origins[at].cause, ++links) {
    const Origin& origin = context.origins[at];
    if (origin.cause == kNowhere) break;
    note(origin.cause, cause_text(origin.why));
  }
  for (const Fix& fix : d.fixes) fix_line(out, context, fix);
}

void render_all(const Context& context, const RenderOptions& options, std::string& out) {
  for (const Diagnostic& d : context.diags.all()) render(d, context, options, out);
}

}  // namespace grovec

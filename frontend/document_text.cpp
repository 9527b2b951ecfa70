#include "frontend/document_text.h"

namespace grovec::frontend {

namespace {
constexpr std::uint32_t kMarkerLength = 3;
bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_break(char c) { return c == '\n' || c == '\r'; }
}  // namespace

DocumentSplitter::DocumentSplitter(std::string_view text)
    : text_(text), has_carriage_returns_(text.find('\r') != std::string_view::npos) {
  if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;  // a byte order mark is no part of the text
}

std::uint32_t DocumentSplitter::line_end(std::uint32_t from) const {
  const std::size_t end = has_carriage_returns_ ? text_.find_first_of("\r\n", from) : text_.find('\n', from);
  return static_cast<std::uint32_t>(end == std::string_view::npos ? text_.size() : end);
}

std::uint32_t DocumentSplitter::next_line(std::uint32_t line_end) const {
  if (line_end == text_.size()) return line_end;
  return line_end + (text_.substr(line_end, 2) == "\r\n" ? 2 : 1);
}

bool DocumentSplitter::is_marker(std::uint32_t line, std::string_view marker) const {
  if (text_.substr(line, kMarkerLength) != marker) return false;
  const std::uint32_t behind = line + kMarkerLength;
  return behind == text_.size() || is_blank(text_[behind]) || is_break(text_[behind]);
}

/// Behind `...` only blanks and comments may come before the next `---`.
bool DocumentSplitter::find_text_behind_end(Chunk& out) {
  std::uint32_t line = at_;
  while (line < text_.size() && !is_marker(line, "---")) {
    const std::uint32_t end = line_end(line);
    const std::string_view content = text_.substr(line, end - line);
    if (!is_blank_text(content) && !is_marker(line, "...")) {
      out = {content[0] == '%' ? Chunk::Kind::kDirective : Chunk::Kind::kBehindEnd, line, end, false};
      // Report it once, and go on at the next document.
      while (line < text_.size() && !is_marker(line, "---")) line = next_line(line_end(line));
      at_ = line;
      behind_end_ = false;
      return true;
    }
    line = next_line(end);
  }
  at_ = line;
  behind_end_ = false;
  return false;
}

/// Before the first `---` a line that starts with `%` is a directive.
bool DocumentSplitter::find_directive(Chunk& out) {
  std::uint32_t line = at_;
  while (line < text_.size()) {
    const std::uint32_t end = line_end(line);
    const std::string_view content = text_.substr(line, end - line);
    if (content.starts_with('%')) {
      out = {Chunk::Kind::kDirective, line, end, false};
      at_ = next_line(end);
      return true;
    }
    if (!is_blank_text(content)) return false;
    line = next_line(end);
  }
  return false;
}

bool DocumentSplitter::next(Chunk& out) {
  if (behind_end_ && find_text_behind_end(out)) return true;
  if (behind_mark_) {
    behind_mark_ = false;
    const std::uint32_t end = line_end(at_);
    const std::string_view rest = text_.substr(at_, end - at_);
    if (!is_blank_text(rest)) {
      const auto skipped = static_cast<std::uint32_t>(rest.find_first_not_of(" \t"));
      out = {Chunk::Kind::kBehindMarker, at_ + skipped, end, false};
      at_ = next_line(end);
      return true;
    }
    at_ = next_line(end);
  }
  if (at_ >= text_.size() && !marked_) return false;
  if (!marked_ && find_directive(out)) return true;
  out = {Chunk::Kind::kDocument, at_, at_, marked_};
  marked_ = false;
  std::uint32_t line = at_;
  while (line < text_.size()) {
    const char c = text_[line];
    if (c == '-' && is_marker(line, "---")) {
      marked_ = behind_mark_ = true;
      break;
    }
    if (c == '.' && is_marker(line, "...")) {
      behind_end_ = true;
      break;
    }
    line = next_line(line_end(line));
  }
  out.end = line;
  at_ = behind_mark_ ? line + kMarkerLength : behind_end_ ? next_line(line_end(line)) : line;
  return true;
}

bool is_blank_text(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_blank(c) || is_break(c)) continue;
    if (c != '#') return false;
    while (i + 1 < text.size() && !is_break(text[i + 1])) ++i;
  }
  return true;
}

}  // namespace grovec::frontend

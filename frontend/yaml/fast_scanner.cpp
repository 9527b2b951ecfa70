#include "frontend/yaml/fast_scanner.h"

#include <array>
#include <charconv>
#include <cstring>

#include "ir/base/utf8.h"

namespace grovec::frontend {

namespace {

using Table = std::array<bool, 256>;

constexpr Table table_of(std::string_view members) {
  Table t{};
  for (char c : members) t[static_cast<unsigned char>(c)] = true;
  return t;
}

constexpr Table kEndsPlain = table_of("\n\t:#");
constexpr Table kEndsFlowPlain = table_of("\n\t:#,?[]{}");
constexpr Table kNeverStartsPlain = table_of("\n\t ,[]{}#&*!|>'\"%@`?:");

bool has(const Table& table, char c) { return table[static_cast<unsigned char>(c)]; }

}  // namespace

bool FastScanner::start_line() {
  while (true) {
    line_ = p_;
    skip_spaces();
    if (p_ == end_) return true;
    if (*p_ == '\t') return false;
    if (*p_ == '#') {
      const void* end = std::memchr(p_, '\n', static_cast<std::size_t>(end_ - p_));
      p_ = end ? static_cast<const char*>(end) : end_;
      if (p_ == end_) return true;
    }
    if (*p_ != '\n') return true;
    ++p_;
  }
}

bool FastScanner::end_line() {
  const char* token_end = p_;
  skip_spaces();
  if (p_ == end_) return true;
  if (*p_ == '#' && p_ > token_end) {
    const void* end = std::memchr(p_, '\n', static_cast<std::size_t>(end_ - p_));
    p_ = end ? static_cast<const char*>(end) : end_;
    if (p_ == end_) return true;
  }
  if (*p_ != '\n') return false;
  ++p_;
  return start_line();
}

bool FastScanner::skip_flow_gap() {
  skip_spaces();
  if (p_ < end_ && *p_ == '\n') {
    ++p_;
    if (!start_line()) return false;
  }
  return p_ < end_ && *p_ != '#' && *p_ != '\t';
}

bool FastScanner::plain(FastScalar& out, bool& stopped_at_colon) {
  const char* begin = p_;
  stopped_at_colon = false;
  if (has(kNeverStartsPlain, *p_) || (*p_ == '-' && is_blank_or_break(peek_next()))) return false;
  for (;; ++p_) {
    while (p_ < end_ && !has(kEndsPlain, *p_)) ++p_;
    if (p_ == end_ || *p_ == '\n') break;
    if (*p_ == '\t') return false;
    if (*p_ == ':' && is_blank_or_break(peek_next())) {
      stopped_at_colon = true;
      break;
    }
    if (*p_ == '#' && p_[-1] == ' ') break;
  }
  const char* last = p_;
  while (last[-1] == ' ') --last;
  if (!stopped_at_colon) p_ = last;
  out = {{begin, static_cast<std::size_t>(last - begin)}, begin, last, ir::Style::kPlain};
  return true;
}

bool FastScanner::flow_plain(FastScalar& out) {
  const char* begin = p_;
  if (has(kNeverStartsPlain, *p_)) return false;
  if (*p_ == '-' && (is_blank_or_break(peek_next()) || has(kEndsFlowPlain, peek_next()))) return false;
  for (;; ++p_) {
    while (p_ < end_ && !has(kEndsFlowPlain, *p_)) ++p_;
    if (p_ == end_ || *p_ == '\t' || *p_ == '?') return false;
    if (*p_ == '#') {
      if (p_[-1] == ' ') return false;
      continue;
    }
    if (*p_ != ':') break;
    if (is_blank_or_break(peek_next())) break;
    if (has(kEndsFlowPlain, peek_next())) return false;
  }
  const char* last = p_;
  while (last[-1] == ' ') --last;
  out = {{begin, static_cast<std::size_t>(last - begin)}, begin, last, ir::Style::kPlain};
  return true;
}

bool FastScanner::quoted(FastScalar& out) {
  const char* begin = p_;
  const char quote = *p_++;
  const char* text = p_;
  while (p_ < end_ && *p_ != quote && *p_ != '\\' && *p_ != '\n') ++p_;
  if (quote == '\'') {
    while (p_ < end_ && *p_ != quote && *p_ != '\n') ++p_;
  }
  if (p_ == end_ || *p_ == '\n') return false;
  std::string_view value(text, static_cast<std::size_t>(p_ - text));
  if (quote == '"' && *p_ == '\\') {
    if (!double_quoted_with_escapes(text)) return false;
    value = document_.context.arena.copy(scratch_);
  } else if (quote == '\'' && peek_next() == '\'') {
    scratch_.assign(value);
    while (*p_ == '\'' && peek_next() == '\'') {
      scratch_ += '\'';
      text = p_ += 2;
      while (p_ < end_ && *p_ != '\'' && *p_ != '\n') ++p_;
      if (p_ == end_ || *p_ == '\n') return false;
      scratch_.append(text, p_);
    }
    value = document_.context.arena.copy(scratch_);
  }
  ++p_;
  out = {value, begin, p_, ir::Style::kQuoted};
  return true;
}

/// Leaves the cursor at the closing quote and the text in `scratch_`.
bool FastScanner::double_quoted_with_escapes(const char* begin) {
  scratch_.assign(begin, p_);
  while (p_ < end_ && *p_ != '"') {
    if (*p_ == '\n') return false;
    if (*p_ != '\\') {
      scratch_ += *p_++;
      continue;
    }
    const char c = peek_next();
    p_ += 2;
    switch (c) {
      case 'n':
        scratch_ += '\n';
        break;
      case 't':
        scratch_ += '\t';
        break;
      case 'r':
        scratch_ += '\r';
        break;
      case '"':
      case '\\':
        scratch_ += c;
        break;
      case 'x':
        if (!hex_escape(2)) return false;
        break;
      case 'u':
        if (!hex_escape(4)) return false;
        break;
      default:
        return false;
    }
  }
  return p_ < end_;
}

bool FastScanner::hex_escape(int digits) {
  std::uint32_t code = 0;
  if (end_ - p_ < digits) return false;
  auto [stop, error] = std::from_chars(p_, p_ + digits, code, 16);
  if (error != std::errc() || stop != p_ + digits || (code >= 0xD800 && code < 0xE000)) return false;
  p_ += digits;
  append_utf8(code, scratch_);
  return true;
}

bool FastScanner::literal(std::int64_t parent, FastScalar& out) {
  const char* begin = p_++;
  const char chomping = peek();
  if (chomping == '-' || chomping == '+') ++p_;
  skip_spaces();
  if (p_ == end_ || *p_ != '\n') return false;
  ++p_;
  // The first line with text sets the indentation. Blank lines before it that are longer would, too: unusual.
  const char* line = p_;
  std::int64_t longest = 0;
  while (true) {
    const char* q = line;
    while (q < end_ && *q == ' ') ++q;
    if (q == end_ || *q == '\t') return false;
    if (*q != '\n') {
      if (q - line <= parent || q == line || longest > q - line) return false;
      longest = q - line;
      break;
    }
    longest = longest > q - line ? longest : q - line;
    line = q + 1;
  }
  scratch_.clear();
  const char* last = begin + 1;
  if (!literal_lines(longest, scratch_, last)) return false;
  // What follows the last line with text: exactly one line break is kept unless told otherwise.
  std::size_t size = scratch_.size();
  while (size > 0 && scratch_[size - 1] == '\n') --size;
  if (chomping == '-') scratch_.resize(size);
  if (chomping != '-' && chomping != '+' && size < scratch_.size()) scratch_.resize(size + 1);
  while (last[-1] == ' ' || last[-1] == '\t' || last[-1] == '\n') --last;
  out = {document_.context.arena.copy(scratch_), begin, last, ir::Style::kBlock};
  return start_line();
}

/// Lines that are indented far enough, and blank ones. `last`: behind the last text. Ends at the start of a line.
bool FastScanner::literal_lines(std::int64_t indent, std::string& text, const char*& last) {
  while (p_ < end_) {
    line_ = p_;
    skip_spaces();
    if (p_ == end_) return p_ - line_ <= indent;  // more blanks would be text
    if (p_ - line_ < indent) {
      if (*p_ == '\t') return false;
      if (*p_ != '\n') {
        p_ = line_;
        return true;
      }
      ++p_;
      text += '\n';
      continue;
    }
    const char* from = line_ + indent;
    const void* found = std::memchr(p_, '\n', static_cast<std::size_t>(end_ - p_));
    const char* to = found ? static_cast<const char*>(found) : end_;
    text.append(from, to);
    if (p_ < to) last = to;
    p_ = to;
    if (!found) return true;
    text += '\n';
    ++p_;
  }
  return true;
}

}  // namespace grovec::frontend

#include "ir/value/scalar_style.h"

#include <algorithm>

#include "ir/value/resolve.h"
#include "ir/value/writer.h"

namespace grovec::ir {

namespace {

/// Characters that never end a plain scalar, wherever they stand.
constexpr bool is_harmless(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.' || c == '/';
}

struct Decoded {
  char32_t code = 0;
  std::size_t length = 1;
};

/// One code point of valid UTF-8.
Decoded decode(std::string_view text, std::size_t i) {
  const auto byte = [&](std::size_t k) { return i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0u; };
  const unsigned first = byte(0);
  if (first < 0x80) return {first, 1};
  if (first < 0xE0) return {(first & 0x1Fu) << 6 | (byte(1) & 0x3Fu), 2};
  if (first < 0xF0) return {(first & 0x0Fu) << 12 | (byte(1) & 0x3Fu) << 6 | (byte(2) & 0x3Fu), 3};
  return {(first & 0x07u) << 18 | (byte(1) & 0x3Fu) << 12 | (byte(2) & 0x3Fu) << 6 | (byte(3) & 0x3Fu), 4};
}

/// Characters that go-yaml writes as they are. Line separators are added to its list: readers differ about them.
bool is_printable(char32_t c) {
  if (c < 0x80) return c == '\n' || (c >= 0x20 && c <= 0x7E);
  if (c == 0x2028 || c == 0x2029 || c == 0xFEFF) return false;
  return (c >= 0xA0 && c <= 0xD7FF) || (c >= 0xE000 && c <= 0xFFFD);
}

/// What the emitter finds out about a text in one pass.
struct Analysis {
  bool indicators = false;  ///< something that means syntax outside quotes
  bool special = false;     ///< must be escaped
  bool breaks = false;
  bool edge_space = false;
  bool edge_break = false;
  bool trailing_space = false;
  bool space_before_break = false;
};

bool starts_with_indicator(std::string_view text) {
  constexpr std::string_view kIndicators = "#,[]{}&*!|>'\"%@`";
  const char first = text[0];
  if (kIndicators.find(first) != std::string_view::npos) return true;
  if (text.substr(0, 3) == "---" || text.substr(0, 3) == "...") return true;
  const bool blank_follows = text.size() == 1 || text[1] == ' ' || text[1] == '\t';
  return blank_follows && (first == '?' || first == ':' || first == '-');
}

Analysis analyze(std::string_view text) {
  Analysis a;
  a.indicators = starts_with_indicator(text);
  a.trailing_space = text.back() == ' ';
  a.edge_space = text.front() == ' ' || a.trailing_space;
  a.edge_break = text.front() == '\n' || text.back() == '\n';
  char previous = '\n';
  for (std::size_t i = 0; i < text.size();) {
    const Decoded c = decode(text, i);
    const char next = i + c.length < text.size() ? text[i + c.length] : ' ';
    if (c.code == ':' && i > 0 && (next == ' ' || next == '\t')) a.indicators = true;
    if (c.code == '#' && (previous == ' ' || previous == '\t' || previous == '\n')) a.indicators = true;
    if (!is_printable(c.code)) a.special = true;
    if (c.code == '\n') {
      a.breaks = true;
      if (previous == ' ' && i > 0) a.space_before_break = true;
    }
    previous = c.code < 0x80 ? static_cast<char>(c.code) : 'x';
    i += c.length;
  }
  return a;
}

void append_escape(char32_t c, std::string& out) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  switch (c) {
    case 0x00:
      out += "\\0";
      return;
    case 0x07:
      out += "\\a";
      return;
    case 0x08:
      out += "\\b";
      return;
    case 0x09:
      out += "\\t";
      return;
    case 0x0A:
      out += "\\n";
      return;
    case 0x0B:
      out += "\\v";
      return;
    case 0x0C:
      out += "\\f";
      return;
    case 0x0D:
      out += "\\r";
      return;
    case 0x1B:
      out += "\\e";
      return;
    case 0x22:
      out += "\\\"";
      return;
    case 0x5C:
      out += "\\\\";
      return;
    case 0x85:
      out += "\\N";
      return;
    case 0x2028:
      out += "\\L";
      return;
    case 0x2029:
      out += "\\P";
      return;
    default:
      break;
  }
  out += c <= 0xFF ? "\\x" : c <= 0xFFFF ? "\\u" : "\\U";
  for (int shift = c <= 0xFF ? 4 : c <= 0xFFFF ? 12 : 28; shift >= 0; shift -= 4) out += kDigits[c >> shift & 15];
}

}  // namespace

Quoting choose_quoting(std::string_view text) {
  if (text.empty()) return Quoting::kDouble;
  // The usual case in one look: letters, digits, `-_./`, and a start that no number, boolean or null has.
  constexpr std::string_view kWordStarts = "yYnNtTfFoO-._";
  if (is_harmless(static_cast<unsigned char>(text[0])) && !(text[0] >= '0' && text[0] <= '9') &&
      kWordStarts.find(text[0]) == std::string_view::npos &&
      std::all_of(text.begin(), text.end(), [](char c) { return is_harmless(static_cast<unsigned char>(c)); }))
    return Quoting::kPlain;
  const Analysis a = analyze(text);
  if (a.breaks) return a.special || a.space_before_break || a.trailing_space ? Quoting::kDouble : Quoting::kLiteral;
  if (a.special || resolve_scalar(text).type != ScalarType::kString || is_base60(text)) return Quoting::kDouble;
  // `<<` and `=` are plain to go-yaml, but as a key the one would be read back as a merge, and other readers of
  // YAML 1.1 have a type for the other.
  return a.indicators || a.edge_space || text == "<<" || text == "=" ? Quoting::kSingle : Quoting::kPlain;
}

Quoting stronger(Quoting a, Quoting b) {
  if (a == Quoting::kLiteral || b == Quoting::kLiteral) return a == b ? a : Quoting::kDouble;
  return std::max(a, b);
}

bool needs_quotes(std::string_view text) { return choose_quoting(text) != Quoting::kPlain; }

void append_double_quoted(std::string_view text, std::string& out) {
  for (std::size_t i = 0; i < text.size();) {
    const Decoded c = decode(text, i);
    if (c.code == '"' || c.code == '\\' || c.code == '\n' || !is_printable(c.code))
      append_escape(c.code, out);
    else
      out.append(text.substr(i, c.length));
    i += c.length;
  }
}

void append_single_quoted(std::string_view text, std::string& out) {
  for (char c : text) {
    if (c == '\'') out += '\'';
    out += c;
  }
}

std::string_view literal_header(std::string_view text) {
  const bool hint = text.front() == ' ' || text.front() == '\n';
  const bool strip = text.back() != '\n';
  const bool keep = !strip && (text.size() == 1 || text[text.size() - 2] == '\n');
  if (hint) return strip ? "|2-" : keep ? "|2+" : "|2";
  return strip ? "|-" : keep ? "|+" : "|";
}

}  // namespace grovec::ir

#include "frontend/dsl/syntax/text.h"

#include <algorithm>

namespace grovec::frontend::dsl {

namespace {

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; }
std::size_t indentation(std::string_view line) { return std::min(line.find_first_not_of(" \t"), line.size()); }

bool is_name_char(char c, bool first) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         (!first && ((c >= '0' && c <= '9') || c == '-'));
}
bool is_bare_char(char c, bool first) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return std::string_view("_./@%+~^-").find(c) != std::string_view::npos || (!first && c == '#');
}

void append_utf8(std::uint32_t code, std::string& out) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

/// Four hexadecimal digits at the start of `text`, or -1.
std::int32_t hex4(std::string_view text) {
  if (text.size() < 4) return -1;
  std::int32_t code = 0;
  for (char c : text.substr(0, 4)) {
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
    if (digit < 0) return -1;
    code = code * 16 + digit;
  }
  return code;
}

/// Length of the UTF-8 sequence at `text[0]`, or 0 if it is broken (overlong, surrogate and too large included).
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  const std::size_t length = lead < 0x80                   ? 1
                             : lead >= 0xC2 && lead < 0xE0 ? 2
                             : (lead & 0xF0) == 0xE0       ? 3
                             : lead >= 0xF0 && lead < 0xF5 ? 4
                                                           : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  if (length == 3 && ((lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F))) return 0;
  if (length == 4 && ((lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F))) return 0;
  return length;
}

/// Code point of U+FEFF, U+FFFE and U+FFFF, which YAML has no place for either; else 0.
std::uint32_t forbidden(std::string_view character) {
  if (character == "\xEF\xBB\xBF") return 0xFEFF;
  if (character == "\xEF\xBF\xBE") return 0xFFFE;
  return character == "\xEF\xBF\xBF" ? 0xFFFF : 0;
}

}  // namespace

TextCheck check_utf8(std::string_view text, std::size_t& code_points) {
  code_points = 0;
  for (std::size_t i = 0; i < text.size(); ++code_points) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7F) {
      const bool allowed = c == '\t' || c == '\n' || (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n');
      if (!allowed) return {false, true, c, i};
    }
    const std::size_t length = sequence_length(text.substr(i));
    if (length == 0) return {false, false, 0, i};
    if (length == 2 && c == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0)
      return {false, true, static_cast<unsigned char>(text[i + 1]), i};
    if (const std::uint32_t code = forbidden(text.substr(i, length))) return {false, true, code, i};
    i += length;
  }
  return {};
}

StringParts split_string(std::string_view literal) {
  StringParts out;
  std::size_t end = literal.size();
  if (end >= 2 && literal.back() == '"') --end;
  StringParts::Piece current;
  current.begin = 1;
  auto flush = [&](std::size_t at) {
    if (current.text.empty() && !(out.pieces.empty() && at >= end)) return;
    current.end = static_cast<std::uint32_t>(at);
    out.pieces.push_back(std::move(current));
    current = {};
  };
  std::size_t i = 1;
  while (i < end) {
    if (literal[i] != '\\' || i + 1 >= end) {
      current.text += literal[i++];
      continue;
    }
    const char c = literal[i + 1];
    const auto here = static_cast<std::uint32_t>(i);
    switch (c) {
      case 'n':
        current.text += '\n';
        i += 2;
        continue;
      case 't':
        current.text += '\t';
        i += 2;
        continue;
      case 'r':
        current.text += '\r';
        i += 2;
        continue;
      case '"':
      case '\\':
        current.text += c;
        i += 2;
        continue;
      case 'u': {
        std::int32_t code = hex4(literal.substr(i + 2, end - i - 2));
        std::size_t used = 6;
        if (code >= 0xD800 && code < 0xDC00) {  // a pair of surrogates, as JSON writes it
          const std::string_view low = literal.substr(std::min(i + 6, end), end - std::min(i + 6, end));
          const std::int32_t second = low.substr(0, 2) == "\\u" ? hex4(low.substr(2)) : -1;
          code = second >= 0xDC00 && second < 0xE000 ? 0x10000 + ((code - 0xD800) << 10) + (second - 0xDC00) : -1;
          used = 12;
        } else if (code >= 0xDC00 && code < 0xE000) {
          code = -1;
        }
        if (code >= 0) {
          append_utf8(static_cast<std::uint32_t>(code), current.text);
          i += used;
          continue;
        }
        break;
      }
      case '(': {
        std::size_t close = i + 2;
        while (close < end && is_name_char(literal[close], close == i + 2)) ++close;
        if (close > i + 2 && close < end && literal[close] == ')') {
          flush(i);
          out.pieces.push_back(
              {std::string(literal.substr(i + 2, close - i - 2)), true, here, static_cast<std::uint32_t>(close + 1)});
          i = close + 1;
          current.begin = static_cast<std::uint32_t>(i);
          continue;
        }
        break;
      }
      default:
        break;
    }
    out.bad.push_back(
        {here, std::string(literal.substr(i + 1, std::max<std::size_t>(1, sequence_length(literal.substr(i + 1)))))});
    i += 2;
  }
  flush(end);
  if (out.pieces.empty()) out.pieces.push_back({"", false, 1, 1});
  return out;
}

std::string decode_text_block(std::string_view literal) {
  std::string_view body = literal.substr(std::min<std::size_t>(3, literal.size()));
  if (literal.size() >= 6 && body.substr(body.size() - 3) == "\"\"\"") body.remove_suffix(3);
  const std::size_t first_break = body.find('\n');
  if (first_break == std::string_view::npos || !is_blank(body.substr(0, first_break))) return std::string(body);
  body.remove_prefix(first_break + 1);
  std::vector<std::string_view> lines;
  for (std::size_t begin = 0;;) {
    const std::size_t end = body.find('\n', begin);
    lines.push_back(body.substr(begin, end == std::string_view::npos ? end : end - begin));
    if (end == std::string_view::npos) break;
    begin = end + 1;
  }
  const bool own_line = is_blank(lines.back());  // the closing quotes
  std::size_t common = std::string_view::npos;
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (!is_blank(lines[i]) || (own_line && i + 1 == lines.size())) common = std::min(common, indentation(lines[i]));
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (own_line && i + 1 == lines.size()) break;
    std::string_view line = lines[i];
    line.remove_prefix(std::min(common, line.size()));
    out += line;
    if (i + 1 < lines.size()) out += '\n';
  }
  return out;
}

std::string encode_text_block(std::string_view text, std::size_t indent) {
  if (text.find("\"\"\"") != std::string_view::npos || text.find('\n') == std::string_view::npos) return {};
  const std::string margin(indent, ' ');
  std::string out = "\"\"\"\n";
  std::size_t begin = 0;
  while (begin < text.size()) {
    std::size_t end = std::min(text.find('\n', begin), text.size());
    if (end > begin) out.append(margin).append(text.substr(begin, end - begin));
    if (end < text.size()) out += '\n';
    begin = end + 1;
  }
  if (text.back() == '\n') out += margin;
  out += "\"\"\"";
  std::size_t count = 0;
  if (!check_utf8(out, count).ok || decode_text_block(out) != text) return {};
  return out;
}

std::string escape(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  auto hex = [&](unsigned char c) { out.append("\\u00").append(1, kHex[c >> 4]).append(1, kHex[c & 15]); };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool c1 = c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (c == '"' || c == '\\')
      out.append("\\").append(1, text[i]);
    else if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (c == '\r')
      out += "\\r";
    else if (c < 0x20 || c == 0x7F)
      hex(c);
    else if (c1)
      hex(static_cast<unsigned char>(text[++i]));
    else if (const std::uint32_t code = c == 0xEF ? forbidden(text.substr(i, 3)) : 0) {
      out += code == 0xFEFF ? "\\ufeff" : code == 0xFFFE ? "\\ufffe" : "\\uffff";
      i += 2;
    } else
      out += text[i];
  }
  return out;
}

std::string encode_string(std::string_view text) {
  std::size_t count = 0;
  const bool raw =
      text.find_first_of("\"\\") != std::string_view::npos && text.find_first_of("'\r\n") == std::string_view::npos;
  if (raw && check_utf8(text, count).ok) return std::string("'").append(text).append("'");
  return "\"" + escape(text) + "\"";
}

bool is_bare_word(std::string_view text) {
  if (text.empty() || !is_bare_char(text[0], true)) return false;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (is_bare_char(text[i], text[i - 1] == ':')) continue;
    if (text[i] == '#' && text[i - 1] == ':') return false;
    if (text[i] != ':' || text[i - 1] == ':' || i + 1 == text.size()) return false;
  }
  // One character that is an operator elsewhere: the lexer makes another token of it.
  return text != "/" && text != "%" && text != "+" && text != "-";
}

std::vector<std::string_view> keywords() {
  return {"grovec",  "include",   "param",  "let",   "mixin", "use",  "env",    "set", "group",
          "clique",  "container", "init",   "after", "scale", "pack", "prefer", "on",  "tolerate",
          "startup", "ratio",     "assert", "in",    "where", "and",  "or",     "not"};
}

}  // namespace grovec::frontend::dsl

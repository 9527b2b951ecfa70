#include "ir/base/utf8.h"

#include <cstdint>
#include <cstring>

namespace grovec {

namespace {

/// Length of the valid sequence at `p`, or 0.
std::size_t sequence_length(const unsigned char* p, const unsigned char* end) {
  const auto next = [&](std::ptrdiff_t k, unsigned low, unsigned high) {
    return end - p > k && p[k] >= low && p[k] <= high;
  };
  const unsigned c = *p;
  if (c < 0xC2) return 0;
  if (c < 0xE0) return next(1, 0x80, 0xBF) ? 2 : 0;
  if (c < 0xF0) {
    const unsigned low = c == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = c == 0xED ? 0x9F : 0xBF;
    return next(1, low, high) && next(2, 0x80, 0xBF) ? 3 : 0;
  }
  if (c > 0xF4) return 0;
  const unsigned low = c == 0xF0 ? 0x90 : 0x80;
  const unsigned high = c == 0xF4 ? 0x8F : 0xBF;
  return next(1, low, high) && next(2, 0x80, 0xBF) && next(3, 0x80, 0xBF) ? 4 : 0;
}

}  // namespace

std::size_t find_invalid_utf8(std::string_view text) {
  const auto* begin = reinterpret_cast<const unsigned char*>(text.data());
  const unsigned char* p = begin;
  const unsigned char* end = begin + text.size();
  while (p < end) {
    if (end - p >= 8) {
      std::uint64_t word;
      std::memcpy(&word, p, 8);
      if ((word & 0x8080808080808080u) == 0) {
        p += 8;
        continue;
      }
    }
    if (*p < 0x80) {
      ++p;
      continue;
    }
    const std::size_t n = sequence_length(p, end);
    if (n == 0) return static_cast<std::size_t>(p - begin);
    p += n;
  }
  return text.size();
}

std::string valid_utf8(std::string_view text) {
  std::string out;
  for (std::size_t bad; (bad = find_invalid_utf8(text)) != text.size(); text.remove_prefix(bad + 1)) {
    out += text.substr(0, bad);
    out += "\xEF\xBF\xBD";
  }
  out += text;
  return out;
}

void append_utf8(char32_t c, std::string& out) {
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | (c >> shift & 0x3F)); };
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    tail(0);
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

std::string printable(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7F) {
      out += c;
    } else {
      out += "\\x";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

}  // namespace grovec

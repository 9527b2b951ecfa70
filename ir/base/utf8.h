/// \file UTF-8: checking a text, and writing one character.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace grovec {

/// Offset of the first byte that is not UTF-8 (overlong forms and surrogates included), or `text.size()`.
std::size_t find_invalid_utf8(std::string_view text);

/// The text itself, or with U+FFFD for each byte that is not UTF-8: names of files are whatever the disk holds.
std::string valid_utf8(std::string_view text);

/// Appends one code point; `c` is no surrogate and at most 0x10FFFF.
void append_utf8(char32_t c, std::string& out);

/// Bytes of the sequence that starts with `first`, in valid UTF-8.
constexpr std::size_t utf8_length(char first) {
  const auto c = static_cast<unsigned char>(first);
  return c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

/// Text for a terminal or a log: control characters as `\xNN`.
std::string printable(std::string_view text);

}  // namespace grovec

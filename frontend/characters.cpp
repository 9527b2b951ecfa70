#include "frontend/characters.h"

#include <cstdint>
#include <cstring>

#include "ir/base/utf8.h"

namespace grovec::frontend {

namespace {

std::string hex(unsigned value, int digits) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) out += kDigits[value >> shift & 15];
  return out;
}

/// Bytes that may start a forbidden character or an unusual line break: controls, DEL, and the lead bytes of C1
/// controls (C2), of line separators (E2), of the byte order mark and of U+FFFE and U+FFFF (EF).
bool is_suspicious(unsigned char c) { return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7F || c >= 0xC2; }

/// CR, NEL, and the line and paragraph separators.
bool is_unusual_break(std::string_view text, std::size_t i) {
  const std::string_view rest = text.substr(i);
  return rest[0] == '\r' || rest.starts_with("\xC2\x85") || rest.starts_with("\xE2\x80\xA8") ||
         rest.starts_with("\xE2\x80\xA9");
}

/// Code point of the forbidden character at `i`, or 0.
unsigned forbidden(std::string_view text, std::size_t i) {
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[i + k]); };
  const unsigned c = byte(0);
  if (c < 0x80) return c == '\r' ? 0 : c;
  if (c == 0xC2) return byte(1) < 0xA0 && byte(1) != 0x85 ? byte(1) : 0;
  if (c == 0xEF && byte(1) == 0xBB && byte(2) == 0xBF) return 0xFEFF;
  if (c == 0xEF && byte(1) == 0xBF && byte(2) >= 0xBE) return 0xFFC0u + (byte(2) & 0x3Fu);
  return 0;
}

/// Whether none of eight bytes is a control character other than LF, DEL, or beyond ASCII. Each sum stays in its byte.
bool is_harmless(const char* p) {
  constexpr std::uint64_t kOnes = 0x0101010101010101u;
  constexpr std::uint64_t kHigh = 0x8080808080808080u;
  std::uint64_t w;
  std::memcpy(&w, p, 8);
  if (w & kHigh) return false;
  auto equal_to = [&](std::uint64_t byte) { return ~((w ^ kOnes * byte) + kOnes * 0x7F) & kHigh; };
  const std::uint64_t is_control = ~(w + kOnes * (0x80 - ' ')) & kHigh;
  return ((is_control & ~equal_to('\n')) | equal_to(0x7F)) == 0;
}

}  // namespace

bool check_encoding(Context& context, SourceId source) {
  const std::string_view text = context.sources.text(source);
  const std::size_t nul = text.find('\0');
  const std::size_t bad = find_invalid_utf8(text.substr(0, nul));
  if (bad == text.size()) return true;
  const auto at = static_cast<std::uint32_t>(bad);
  const OriginId origin = context.origins.add(source, at, at + 1);
  if (bad == nul)
    context.diags.report(origin, diag::NulByte);
  else
    context.diags.report(origin, diag::InvalidUtf8, "0x" + hex(static_cast<unsigned char>(text[bad]), 2));
  return false;
}

bool check_characters(const DocumentText& document, bool& only_lf) {
  const std::string_view text = document.text();
  only_lf = true;
  for (std::size_t i = 0; i < text.size();) {
    if (text.size() - i >= 8 && is_harmless(text.data() + i)) {
      i += 8;
      continue;
    }
    const std::size_t stop = std::min(i + 8, text.size());
    for (; i < stop; ++i) {
      if (!is_suspicious(static_cast<unsigned char>(text[i]))) continue;
      if (is_unusual_break(text, i)) only_lf = false;
      const unsigned code = forbidden(text, i);
      if (code == 0) continue;
      const auto at = document.begin + static_cast<std::uint32_t>(i);
      document.context.diags.report(document.origin(at, at + static_cast<std::uint32_t>(utf8_length(text[i]))),
                                    diag::ControlCharacter, "U+" + hex(code, 4));
      return false;
    }
  }
  return true;
}

}  // namespace grovec::frontend

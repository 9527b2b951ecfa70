#include "runtime/output/markdown.h"

namespace grovec::driver {

namespace {

// Numeric references are taken as plain text by every renderer, in cells and inside HTML alike.
void append_escaped(char c, std::string& out) {
  const auto u = static_cast<unsigned char>(c);
  if (u < 0x20 || u == 0x7F) {
    out += ' ';
    return;
  }
  constexpr std::string_view kMarkup = "|`<>&@*_[]()#\\~!:\"'{}$+";
  if (kMarkup.find(c) == std::string_view::npos) {
    out += c;
    return;
  }
  out += "&#" + std::to_string(u) + ';';
}

}  // namespace

std::string markdown_escaped(std::string_view text) {
  std::string out;
  for (char c : text) append_escaped(c, out);
  return out;
}

std::string markdown_code(std::string_view text) { return "<code>" + markdown_escaped(text) + "</code>"; }

}  // namespace grovec::driver

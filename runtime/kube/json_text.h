/// \file JSON text of small things. Internal to `runtime/kube`.
#pragma once

#include <string>
#include <string_view>

#include "runtime/kube/files.h"

namespace grovec::kube {

/// A JSON string with its quotes.
inline std::string json_string(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out = "\"";
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.append(1, '\\').append(1, c);
    } else if (byte < 0x20) {
      out.append("\\u00").append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 15]);
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace grovec::kube

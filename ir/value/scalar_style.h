/// \file How a string is written in YAML: plain, quoted or as a block, chosen as go-yaml's emitter chooses, which is
/// what kubectl prints.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace grovec::ir {

enum class Quoting : std::uint8_t {
  kPlain,
  kSingle,   ///< 'text': special characters in places where they mean something
  kDouble,   ///< "text": another type if plain, or characters that need escapes
  kLiteral,  ///< | block: text with line breaks
};

/// For a value, or for a key that fits on one line.
Quoting choose_quoting(std::string_view text);

/// For text with holes: the choice for all its instances, made on the text with every hole read as 0, then as 9.
Quoting stronger(Quoting a, Quoting b);

/// Appends `text` as it stands between double quotes.
void append_double_quoted(std::string_view text, std::string& out);
/// Appends `text` as it stands between single quotes.
void append_single_quoted(std::string_view text, std::string& out);
/// What follows `|`: indentation hint and chomping, for a block that is indented by two.
std::string_view literal_header(std::string_view text);

}  // namespace grovec::ir

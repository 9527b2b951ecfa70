/// \file Text literals of the DSL and the check of raw text; shared by the reader, the printer and convert.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace grovec::frontend::dsl {

/// Outcome of reading a text byte by byte. `offset` is the first bad byte.
struct TextCheck {
  bool ok = true;
  bool control = false;  ///< a control character (`code`), not broken UTF-8
  std::uint32_t code = 0;
  std::size_t offset = 0;
};
/// Tabs, line breaks and a carriage return before a line break are the only control characters allowed. U+FEFF, U+FFFE
/// and U+FFFF count as such, as they do in YAML; a byte order mark at the start of a file is the caller's.
TextCheck check_utf8(std::string_view text, std::size_t& code_points);

/// A "…" literal taken apart. Offsets count from the opening quote.
struct StringParts {
  struct Piece {
    std::string text;  ///< decoded, or the name
    bool is_name = false;
    std::uint32_t begin = 0, end = 0;
  };
  struct Bad {
    std::uint32_t offset;  ///< of the backslash
    std::string text;      ///< what stands behind it
  };
  std::vector<Piece> pieces;  ///< at least one
  std::vector<Bad> bad;
};
StringParts split_string(std::string_view literal);

/// The text of a """…""" literal: the first line break goes, and the indentation common to all lines that are not
/// blank and to the closing quotes (if they stand on a line of their own).
std::string decode_text_block(std::string_view literal);

/// `text` as a """…""" literal whose lines are indented by `indent` blanks; empty if no such literal decodes to it.
std::string encode_text_block(std::string_view text, std::size_t indent);
/// `text` as a literal on one line: '…' if it has double quotes or backslashes and nothing else special, else "…".
std::string encode_string(std::string_view text);
/// `text` as the inside of a "…" literal.
std::string escape(std::string_view text);
/// Whether the lexer reads `text` as one bare word (keywords included).
bool is_bare_word(std::string_view text);
/// Every keyword of the grammar.
std::vector<std::string_view> keywords();

}  // namespace grovec::frontend::dsl

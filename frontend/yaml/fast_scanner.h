/// \file Scalars and gaps of the fast YAML reader (fast.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "frontend/document_text.h"

namespace grovec::frontend {

/// A scalar as it stands in the text. `text` lives as long as the tree.
struct FastScalar {
  std::string_view text;
  const char* begin = nullptr;
  const char* end = nullptr;
  ir::Style style = ir::Style::kPlain;
};

/// A cursor over one document. Functions that return bool give up with false.
class FastScanner {
 public:
  FastScanner(const DocumentText& document, std::string_view text)
      : document_(document),
        source_(document.context.sources.text(document.source).data()),
        p_(text.data()),
        end_(text.data() + text.size()),
        line_(text.data()) {}

  bool at_end() const { return p_ == end_; }
  /// Character at the cursor, or a line break at the end.
  char peek() const { return p_ < end_ ? *p_ : '\n'; }
  char peek_next() const { return end_ - p_ > 1 ? p_[1] : '\n'; }
  static bool is_blank_or_break(char c) { return c == ' ' || c == '\n' || c == '\t'; }
  /// Column of the cursor, 0-based, in bytes; only compared with columns behind indentation and markers.
  std::int64_t column() const { return p_ - line_; }
  void skip_spaces() {
    while (p_ < end_ && *p_ == ' ') ++p_;
  }

  /// At the start of a line: skips blank lines and comments, and stops at a token or at the end.
  bool start_line();
  /// From the end of a token to the next token on a later line. Gives up if something else follows on this line.
  bool end_line();
  /// The same inside of a flow collection: to the next token, on whatever line.
  bool skip_flow_gap();

  /// In block context: up to `: `, ` #` or the end of the line. `stopped_at_colon`: it is a key.
  bool plain(FastScalar& out, bool& stopped_at_colon);
  bool flow_plain(FastScalar& out);
  bool quoted(FastScalar& out);
  /// A `|` block inside of a collection at `parent` (-1: the document itself); ends on the next token's line.
  bool literal(std::int64_t parent, FastScalar& out);

  OriginId origin(const char* begin, const char* end) const { return document_.origin(offset(begin), offset(end)); }
  std::uint32_t offset(const char* p) const { return static_cast<std::uint32_t>(p - source_); }

 protected:
  const DocumentText& document_;
  const char* source_;
  const char* p_;
  const char* end_;
  const char* line_;  ///< start of the cursor's line

 private:
  bool double_quoted_with_escapes(const char* begin);
  bool hex_escape(int digits);
  bool literal_lines(std::int64_t indent, std::string& text, const char*& last);

  std::string scratch_;
};

}  // namespace grovec::frontend

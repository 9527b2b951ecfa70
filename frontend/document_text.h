/// \file Splits a stream into the texts of its documents, without parsing them.
///
/// A line that starts with `---` or `...` and goes on with a blank or ends is a document marker wherever it stands:
/// YAML forbids it inside of scalars. So a broken document never hides the next one.
#pragma once

#include <cstdint>
#include <string_view>

#include "frontend/reader.h"

namespace grovec::frontend {

/// Text of one document, [begin, end) of the source, without its markers.
struct DocumentText {
  Context& context;
  SourceId source;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  const ReadLimits& limits;

  std::string_view text() const { return context.sources.text(source).substr(begin, end - begin); }
  /// Origin of [from, to), offsets into the source.
  OriginId origin(std::uint32_t from, std::uint32_t to) const { return context.origins.add(source, from, to); }
};

/// What the splitter finds: a document, or a text that belongs to none.
struct Chunk {
  enum class Kind : std::uint8_t {
    kDocument,
    kDirective,     ///< a `%` line before a document
    kBehindMarker,  ///< text on the line of `---`
    kBehindEnd,     ///< text between `...` and the next `---`
  };
  Kind kind = Kind::kDocument;
  std::uint32_t begin = 0, end = 0;  ///< of the document's text, or of the offending text
  bool is_marked = false;            ///< a `---` stands before it
};

class DocumentSplitter {
 public:
  explicit DocumentSplitter(std::string_view text);
  /// False at the end of the text.
  bool next(Chunk& out);

 private:
  std::uint32_t line_end(std::uint32_t from) const;
  std::uint32_t next_line(std::uint32_t line_end) const;
  bool is_marker(std::uint32_t line, std::string_view marker) const;
  bool find_text_behind_end(Chunk& out);
  bool find_directive(Chunk& out);

  std::string_view text_;
  bool has_carriage_returns_;
  std::uint32_t at_ = 0;      ///< start of a line, or of the text behind `---`
  bool marked_ = false;       ///< the document that starts at `at_` follows a `---`
  bool behind_end_ = false;   ///< `at_` is behind a `...`
  bool behind_mark_ = false;  ///< `at_` is behind `---` on its line
};

/// Nothing but white space and comments.
bool is_blank_text(std::string_view text);

}  // namespace grovec::frontend

/// \file Value trees as text: YAML as kubectl prints it, JSON, and text with holes for the splicer.
///
/// Keys come in the tree's order (sorted), sequences are not indented below their key, every string that a YAML 1.1
/// reader (reference: libraries 3.3) would not read back as the same string is quoted; text with line breaks becomes a
/// block scalar. Numbers print as Go's encoding/json prints them.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "ir/value/value.h"

namespace grovec::ir {

/// Receives the text of a tree. The writer drives it; holes and repeats arrive as such.
class TextSink {
 public:
  virtual ~TextSink() = default;
  virtual void text(std::string_view text) = 0;
  virtual void hole(Hole hole) = 0;
  virtual void count(const CountHole& hole) = 0;
  /// Text around a Repeat: `before` comes first if there is at least one iteration, `empty` stands for none, `between`
  /// separates iterations, `after` ends a non-empty one.
  struct RepeatText {
    std::string_view before, empty, between, after;
  };
  /// Calls `body` once for each iteration, or once in all if the sink only records.
  virtual void repeat(const Repeat& repeat, const RepeatText& around, const std::function<void()>& body) = 0;
};

enum class Format : std::uint8_t {
  kYaml,        ///< block style, ends with a line break
  kJson,        ///< compact, one line, no line break at the end
  kJsonPretty,  ///< indented by `indent` levels of four blanks, as kubectl prints
};

/// Writes one tree. `indent`: depth at which the text will stand (kJsonPretty: items of a List are at depth 2).
void write(const Value& value, Format format, TextSink& sink, int indent = 0);

/// Writes a tree without holes, or one instance of a description: the plain writer, reference for the splicer.
class PlainSink final : public TextSink {
 public:
  explicit PlainSink(std::string& out, const Instance& instance = {}, const Counter* counter = nullptr)
      : out_(&out), instance_(instance), counter_(counter) {}
  void text(std::string_view text) override { out_->append(text); }
  void hole(Hole hole) override;
  void count(const CountHole& hole) override;
  void repeat(const Repeat& repeat, const RepeatText& around, const std::function<void()>& body) override;

 private:
  std::string* out_;
  Instance instance_;
  const Counter* counter_;
};

std::string to_text(const Value& value, Format format);

/// A description with its holes filled: a tree without holes, in `arena`.
Value instantiate(const Value& description, const Instance& instance, const Counter& counter, Arena& arena);

/// Appends `text` as a JSON string with quotes. Invalid UTF-8 must have been refused before.
void append_json_string(std::string_view text, std::string& out);
/// Whether a YAML 1.1 reader would not read this plain scalar as the same string.
bool needs_quotes(std::string_view text);
/// A double as Go's encoding/json prints it (shortest text that reads back; exponent below 1e-6 and from 1e21).
std::string number_text(double value);

}  // namespace grovec::ir

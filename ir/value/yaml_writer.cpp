#include "ir/value/yaml_writer.h"

#include <charconv>

#include "ir/base/check.h"
#include "ir/value/scalar_style.h"

namespace grovec::ir {

namespace {

/// Longest key that stands before its colon; longer ones get the `? key` form, as go-yaml has it.
constexpr std::size_t kLongestSimpleKey = 128;

/// Where a value starts: decides what separates it from what stands before.
enum class ValueStart : std::uint8_t {
  kLineStart,  ///< the document itself
  kAfterKey,   ///< behind `key:`
  kAfterMark,  ///< behind `- `, or the `: ` of a `? key`: a collection starts on the same line
};

class YamlWriter {
 public:
  explicit YamlWriter(TextSink& sink) : sink_(sink) {}

  /// Writes the value with the line break that ends it. `indent`: column of a nested collection.
  void value(const Value& v, std::size_t indent, ValueStart place) {
    if (v.is_mapping() && v.size() > 0) return mapping(v, indent, place);
    if (v.is_sequence() && v.size() > 0) return sequence(v, indent, place);
    if (place == ValueStart::kAfterKey) sink_.text(" ");
    scalar(v, indent);
    sink_.text("\n");
  }

 private:
  std::string_view blanks(std::size_t n) {
    if (blanks_.size() < n) blanks_.resize(n * 2, ' ');
    return std::string_view(blanks_).substr(0, n);
  }

  void mapping(const Value& v, std::size_t indent, ValueStart place) {
    if (place == ValueStart::kAfterKey) {
      sink_.text("\n");
      indent += 2;
    } else if (place == ValueStart::kAfterMark) {
      indent += 2;
    }
    bool on_mark = place == ValueStart::kAfterMark;
    for (const Member& m : v.members()) {
      if (!on_mark) sink_.text(blanks(indent));
      on_mark = false;
      key_and_value(m, indent);
    }
  }

  void key_and_value(const Member& m, std::size_t indent) {
    const Value key = Value::string(m.key);
    if (m.key.size() <= kLongestSimpleKey && m.key.find_first_of("\r\n") == std::string_view::npos) {
      scalar(key, indent);
      sink_.text(":");
      return value(m.value, indent, ValueStart::kAfterKey);
    }
    sink_.text("? ");
    scalar(key, indent);
    sink_.text("\n");
    sink_.text(blanks(indent));
    sink_.text(": ");
    value(m.value, indent, ValueStart::kAfterMark);
  }

  /// A sequence below a key stands at the key's column, one behind a mark two columns further.
  void sequence(const Value& v, std::size_t indent, ValueStart place) {
    if (place == ValueStart::kAfterMark) indent += 2;
    const std::string lead(blanks(indent));
    const std::string_view first = place == ValueStart::kAfterMark ? std::string_view() : std::string_view(lead);
    if (v.size() == 1 && v.items()[0].kind() == ValueKind::kRepeat) {
      const std::string before = (place == ValueStart::kAfterKey ? "\n" : "") + std::string(first);
      repeat(v.items()[0].as_repeat(), indent, {before, place == ValueStart::kAfterKey ? " []\n" : "[]\n", lead, ""});
      return;
    }
    if (place == ValueStart::kAfterKey) sink_.text("\n");
    bool is_first = true;
    for (const Value& item : v.items()) {
      const std::string_view before = is_first ? first : std::string_view(lead);
      is_first = false;
      if (item.kind() == ValueKind::kRepeat) {
        repeat(item.as_repeat(), indent, {before, "", lead, ""});
        continue;
      }
      sink_.text(before);
      sink_.text("- ");
      value(item, indent, ValueStart::kAfterMark);
    }
  }

  void repeat(const Repeat& r, std::size_t indent, const TextSink::RepeatText& around) {
    sink_.repeat(r, around, [&] {
      bool is_first = true;
      for (const Value& item : r.body) {
        if (!is_first) sink_.text(blanks(indent));
        is_first = false;
        sink_.text("- ");
        value(item, indent, ValueStart::kAfterMark);
      }
    });
  }

  void scalar(const Value& v, std::size_t indent) {
    switch (v.kind()) {
      case ValueKind::kNull:
        return sink_.text("null");
      case ValueKind::kBool:
        return sink_.text(v.as_bool() ? "true" : "false");
      case ValueKind::kInt: {
        char digits[24];
        auto end = std::to_chars(digits, digits + sizeof digits, v.as_int()).ptr;
        return sink_.text({digits, static_cast<std::size_t>(end - digits)});
      }
      case ValueKind::kDouble:
        return sink_.text(number_text(v.as_double()));
      case ValueKind::kString:
        return string(v.as_string(), indent);
      case ValueKind::kPattern:
        return pattern(v.pieces(), indent);
      case ValueKind::kCount:
        return sink_.count(v.as_count());
      case ValueKind::kSequence:
        return sink_.text("[]");
      case ValueKind::kMapping:
        return sink_.text("{}");
      case ValueKind::kRepeat:
        GROVEC_CHECK(!"a Repeat stands in a sequence");
    }
  }

  void string(std::string_view text, std::size_t indent) {
    const Quoting quoting = choose_quoting(text);
    if (quoting == Quoting::kPlain) return sink_.text(text);
    const Piece piece{text};
    styled({&piece, 1}, quoting, text, indent);
  }

  void pattern(std::span<const Piece> pieces, std::size_t indent) {
    std::string low, high;
    for (const Piece& p : pieces) {
      const std::size_t width = p.is_hole ? (p.hole == Hole::kPodSuffix ? 5 : 1) : 0;
      low.append(p.is_hole ? std::string(width, '0') : std::string(p.text));
      high.append(p.is_hole ? std::string(width, '9') : std::string(p.text));
    }
    styled(pieces, stronger(choose_quoting(low), choose_quoting(high)), low, indent);
  }

  /// `sample`: the text, with holes as digits.
  void styled(std::span<const Piece> pieces, Quoting quoting, std::string_view sample, std::size_t indent) {
    if (quoting == Quoting::kLiteral) return literal(pieces, sample, indent + 2);
    const std::string_view mark = quoting == Quoting::kSingle ? "'" : quoting == Quoting::kDouble ? "\"" : "";
    std::string escaped;
    sink_.text(mark);
    for (const Piece& p : pieces) {
      if (p.is_hole) {
        sink_.hole(p.hole);
        continue;
      }
      escaped.clear();
      if (quoting == Quoting::kSingle)
        append_single_quoted(p.text, escaped);
      else if (quoting == Quoting::kDouble)
        append_double_quoted(p.text, escaped);
      sink_.text(quoting == Quoting::kPlain ? p.text : std::string_view(escaped));
    }
    sink_.text(mark);
  }

  /// Block of lines; blank lines are not indented, and the last line break is left to the caller.
  void literal(std::span<const Piece> pieces, std::string_view sample, std::size_t indent) {
    const std::string_view header = literal_header(sample);
    sink_.text(header);
    sink_.text("\n");
    const bool ends_with_break = sample.back() == '\n';
    bool line_start = true;
    for (std::size_t k = 0; k < pieces.size(); ++k) {
      const Piece& p = pieces[k];
      if (p.is_hole) {
        if (line_start) sink_.text(blanks(indent));
        line_start = false;
        sink_.hole(p.hole);
        continue;
      }
      std::string_view rest = p.text;
      if (k + 1 == pieces.size() && ends_with_break) rest.remove_suffix(1);
      literal_lines(rest, indent, line_start);
    }
  }

  void literal_lines(std::string_view rest, std::size_t indent, bool& line_start) {
    while (!rest.empty()) {
      const std::size_t end = rest.find('\n');
      const std::string_view line = rest.substr(0, end);
      if (!line.empty()) {
        if (line_start) sink_.text(blanks(indent));
        sink_.text(line);
        line_start = false;
      }
      if (end == std::string_view::npos) return;
      sink_.text("\n");
      line_start = true;
      rest.remove_prefix(end + 1);
    }
  }

  TextSink& sink_;
  std::string blanks_ = std::string(64, ' ');
};

}  // namespace

void write_yaml(const Value& value, TextSink& sink) {
  YamlWriter writer(sink);
  writer.value(value, 0, ValueStart::kLineStart);
}

}  // namespace grovec::ir

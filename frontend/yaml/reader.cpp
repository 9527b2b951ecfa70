#include "frontend/yaml/reader.h"

#include <yaml.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "frontend/yaml/tree.h"
#include "ir/base/utf8.h"

namespace grovec::frontend {

namespace {

/// libyaml counts characters, we count bytes. Marks come nearly in order, so a cursor that walks both ways is enough.
class ByteOffsets {
 public:
  explicit ByteOffsets(std::string_view text)
      : text_(text), ascii_(std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; })) {}

  std::uint32_t of(std::size_t characters) {
    if (ascii_) return static_cast<std::uint32_t>(std::min(characters, text_.size()));
    while (characters_ < characters && bytes_ < text_.size()) {
      bytes_ += utf8_length(text_[bytes_]);
      ++characters_;
    }
    while (characters_ > characters) {
      do --bytes_;
      while ((text_[bytes_] & 0xC0) == 0x80);
      --characters_;
    }
    return static_cast<std::uint32_t>(bytes_);
  }

 private:
  std::string_view text_;
  bool ascii_;
  std::size_t characters_ = 0;
  std::size_t bytes_ = 0;
};

class EventReader {
 public:
  explicit EventReader(const DocumentText& document)
      : document_(document), text_(document.text()), offsets_(text_), tree_(document) {
    ready_ = yaml_parser_initialize(&parser_) != 0;
    if (!ready_) return;
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text_.data()), text_.size());
  }
  ~EventReader() {
    if (ready_) yaml_parser_delete(&parser_);
  }
  EventReader(const EventReader&) = delete;
  EventReader& operator=(const EventReader&) = delete;

  bool read(ir::Value& root) {
    if (!ready_) return fail_without_memory();
    bool going = true;
    while (going) {
      yaml_event_t event;
      if (!yaml_parser_parse(&parser_, &event)) return fail();
      const bool ok = handle(event);
      going = ok && event.type != YAML_STREAM_END_EVENT;
      yaml_event_delete(&event);
      if (!ok) return false;
    }
    root = tree_.root();
    return true;
  }

 private:
  static std::string_view view(const yaml_char_t* text) {
    return text ? std::string_view(reinterpret_cast<const char*>(text)) : std::string_view();
  }
  std::uint32_t offset(const yaml_mark_t& mark) { return document_.begin + offsets_.of(mark.index); }

  bool handle(const yaml_event_t& event) {
    switch (event.type) {
      case YAML_DOCUMENT_START_EVENT:
        return document_start(event);
      case YAML_SCALAR_EVENT:
        return scalar(event);
      case YAML_ALIAS_EVENT: {
        const std::uint32_t begin = offset(event.start_mark);
        return tree_.alias(view(event.data.alias.anchor), begin, offset(event.end_mark));
      }
      case YAML_MAPPING_START_EVENT:
        return open(event, true, view(event.data.mapping_start.anchor),
                    event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE);
      case YAML_SEQUENCE_START_EVENT:
        return open(event, false, view(event.data.sequence_start.anchor),
                    event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE);
      case YAML_MAPPING_END_EVENT:
      case YAML_SEQUENCE_END_EVENT: {
        const bool flow = flow_.back();
        flow_.pop_back();
        return tree_.close(flow ? offset(event.end_mark) : 0);
      }
      default:
        return true;
    }
  }

  /// The splitter left one document, unless libyaml sees a line break where we see none.
  bool document_start(const yaml_event_t& event) {
    if (!std::exchange(started_, true)) return true;
    report(offset(event.start_mark), "document marker behind a line break that is none in other readers");
    return false;
  }

  bool open(const yaml_event_t& event, bool is_mapping, std::string_view anchor, bool flow) {
    const std::uint32_t begin = offset(event.start_mark);
    flow_.push_back(flow);
    return tree_.open(is_mapping, anchor, begin, flow ? offset(event.end_mark) : begin);
  }

  /// A value's place is its content: anchor and tag in front say other things, and stay when it is replaced.
  std::uint32_t behind_properties(std::uint32_t begin, std::uint32_t end) const {
    std::string_view rest = document_.context.sources.text(document_.source).substr(begin, end - begin);
    while (rest.starts_with('&') || rest.starts_with('!')) {
      rest.remove_prefix(std::min(rest.find_first_of(" \t\r\n"), rest.size()));
      while (!rest.empty() && std::string_view(" \t\r\n#").find(rest[0]) != std::string_view::npos)
        rest.remove_prefix(rest[0] == '#' ? std::min(rest.find('\n'), rest.size()) : 1);
    }
    return rest.empty() ? begin : end - static_cast<std::uint32_t>(rest.size());
  }

  bool scalar(const yaml_event_t& event) {
    const auto& data = event.data.scalar;
    const std::uint32_t begin = offset(event.start_mark);
    std::uint32_t end = offset(event.end_mark);
    const std::string_view value(reinterpret_cast<const char*>(data.value), data.length);
    if (data.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE && !check_escapes(begin, end)) return false;
    if (data.style == YAML_PLAIN_SCALAR_STYLE && !check_question_marks(begin, end)) return false;
    ScalarText s;
    s.tag = view(data.tag);
    s.style = data.style == YAML_PLAIN_SCALAR_STYLE     ? ir::Style::kPlain
              : data.style == YAML_LITERAL_SCALAR_STYLE ? ir::Style::kBlock
              : data.style == YAML_FOLDED_SCALAR_STYLE  ? ir::Style::kBlock
                                                        : ir::Style::kQuoted;
    if (s.style == ir::Style::kBlock) end = trimmed(begin, end);
    s.text = stored(value, begin, end, s.style);
    s.at = document_.origin(behind_properties(begin, end), end);
    s.is_key = tree_.expects_key();
    const bool merges = s.is_key && value == "<<" && (data.plain_implicit || s.tag == "tag:yaml.org,2002:merge");
    return tree_.scalar(s, view(data.anchor), end, merges);
  }

  /// libyaml takes `\/` for a slash, as JSON does; the API server's parser knows no such escape.
  bool check_escapes(std::uint32_t begin, std::uint32_t end) {
    const std::string_view span = text_.substr(begin - document_.begin, end - begin);
    for (std::size_t i = span.find('\\'); i < span.size(); i = span.find('\\', i + 2)) {
      if (i + 1 == span.size() || span[i + 1] != '/') continue;
      const auto at = begin + static_cast<std::uint32_t>(i);
      document_.context.diags.report(document_.origin(at, at + 2), diag::YamlSyntax,
                                     "found unknown escape character `/`");
      return false;
    }
    return true;
  }

  /// Between brackets or braces a question mark ends a plain text for the API server's parser, as in YAML 1.1.
  bool check_question_marks(std::uint32_t begin, std::uint32_t end) {
    if (flow_.empty() || !flow_.back()) return true;
    const std::string_view span = text_.substr(begin - document_.begin, end - begin);
    const std::size_t found = span.find('?');
    if (found == span.npos) return true;
    report(begin + static_cast<std::uint32_t>(found), "found `?` in a text between brackets; quote the text");
    return false;
  }

  /// A block scalar ends with its last character that is no blank and no line break.
  std::uint32_t trimmed(std::uint32_t begin, std::uint32_t end) const {
    const std::string_view span = text_.substr(begin - document_.begin, end - begin);
    return begin + static_cast<std::uint32_t>(span.find_last_not_of(" \t\r\n") + 1);
  }

  /// The text as a view into the source if it stands there as it is, else a copy.
  std::string_view stored(std::string_view value, std::uint32_t begin, std::uint32_t end, ir::Style style) {
    std::string_view span = text_.substr(begin - document_.begin, end - begin);
    if (style == ir::Style::kQuoted && span.size() == value.size() + 2) span = span.substr(1, value.size());
    return span == value ? span : document_.context.arena.copy(value);
  }

  bool fail() {
    if (parser_.error == YAML_MEMORY_ERROR || !parser_.problem) return fail_without_memory();
    const std::uint32_t at = parser_.error == YAML_READER_ERROR
                                 ? document_.begin + static_cast<std::uint32_t>(parser_.problem_offset)
                                 : offset(parser_.problem_mark);
    const char found = at < document_.end ? document_.context.sources.text(document_.source)[at] : '\0';
    const std::string_view problem = parser_.problem;
    if (found == '\t' && problem.starts_with("found")) {
      document_.context.diags.report(document_.origin(at, at + 1), diag::TabIndentation);
      return false;
    }
    DiagnosticBuilder finding = report(at, problem);
    if (parser_.context && std::string_view(parser_.context).starts_with("while ") &&
        parser_.context_mark.index != parser_.problem_mark.index) {
      const std::uint32_t from = offset(parser_.context_mark);
      finding.note(document_.origin(from, std::min(from + 1, document_.end)), diag::YamlContext, parser_.context);
    }
    note_template(finding, at);
    return false;
  }

  /// Text like `{{ .Values.x }}` on the line of the error explains it.
  void note_template(DiagnosticBuilder& finding, std::uint32_t at) {
    const std::uint32_t in_text = at - document_.begin;
    const std::size_t before = in_text == 0 ? std::string_view::npos : text_.find_last_of("\r\n", in_text - 1);
    const std::size_t start = before == std::string_view::npos ? 0 : before + 1;
    const std::string_view line = text_.substr(start, text_.find_first_of("\r\n", start) - start);
    const std::size_t braces = line.find("{{");
    if (braces == std::string_view::npos) return;
    const auto from = document_.begin + static_cast<std::uint32_t>(start + braces);
    finding.note(document_.origin(from, from + 2), diag::TemplateText);
  }

  DiagnosticBuilder report(std::uint32_t at, std::string_view problem) {
    return document_.context.diags.report(document_.origin(at, std::min(at + 1, document_.end)), diag::YamlSyntax,
                                          problem);
  }

  bool fail_without_memory() {
    report(document_.begin, "out of memory");
    return false;
  }

  const DocumentText& document_;
  std::string_view text_;
  ByteOffsets offsets_;
  YamlTree tree_;
  yaml_parser_t parser_;
  bool ready_ = false;
  bool started_ = false;
  std::vector<bool> flow_;
};

}  // namespace

bool read_yaml_document(const DocumentText& document, ir::Value& root) { return EventReader(document).read(root); }

}  // namespace grovec::frontend

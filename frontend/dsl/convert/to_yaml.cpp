// .grove to YAML: the trees as YAML text, with the comments of the source at the lines of what they stand at.
#include <algorithm>

#include "frontend/dsl/convert/convert.h"
#include "frontend/dsl/syntax/reader.h"
#include "ir/value/writer.h"

namespace grovec::frontend::dsl {

// ---------------------------------------------------------------------------------------------------------------------
// Comments of the DSL into YAML
// ---------------------------------------------------------------------------------------------------------------------

namespace {

/// Line (from 0) of each key in the text that the writer makes of a tree.
struct KeyLine {
  std::uint32_t begin;  ///< of the key or value in the .grove text
  std::size_t line;
};

class LineMap {
 public:
  LineMap(const Context& context, SourceId source) : context_(context), source_(source) {}
  std::vector<KeyLine> keys;
  std::size_t line = 0;

  /// The value starts on the current line; afterwards `line` is the one behind it.
  void walk(const ir::Value& v, bool at_line_start) {
    if (v.kind() == ir::ValueKind::kMapping && v.size() > 0) {
      if (!at_line_start) ++line;
      for (const ir::Member& m : v.members()) {
        note(m.key_at);
        note(m.value.at());
        walk(m.value, false);
      }
      return;
    }
    if (v.kind() == ir::ValueKind::kSequence && v.size() > 0) {
      if (!at_line_start) ++line;
      for (const ir::Value& item : v.items()) {
        note(item.at());
        walk(item, true);
      }
      return;
    }
    const std::string text = ir::to_text(v, ir::Format::kYaml);
    line += std::max<std::size_t>(1, static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')));
  }

 private:
  void note(OriginId at) {
    const Origin& o = context_.origins[at];
    if (at != kNowhere && o.source == source_) keys.push_back({o.begin, line});
  }
  const Context& context_;
  SourceId source_;
};

/// A comment without characters that end a line of YAML.
std::string yaml_comment(std::string_view text) {
  std::string out(text);
  for (std::string_view bad : {"\u2028", "\u2029"})
    for (std::size_t at = out.find(bad); at != std::string::npos; at = out.find(bad, at))
      out.replace(at, bad.size(), " ");
  return out;
}

/// Where the value of a statement stands: structs on the way to a field have the place of its name, too.
Span anchor(const Statement& s) {
  if (s.kind != StatementKind::kField && s.kind != StatementKind::kPair) return s.at;
  const std::uint32_t begin = s.has_value        ? s.value.at.begin
                              : s.block          ? s.block->at.begin
                              : !s.pairs.empty() ? s.pairs[0].value.at.begin
                                                 : s.at.begin;
  return {begin, std::max(begin + 1, s.at.end)};
}

void list_comments(const ValueSyntax& v, std::uint32_t begin, std::uint32_t end,
                   std::vector<std::pair<Span, std::string_view>>& out);
void block_comments(const Block& b, std::vector<std::pair<Span, std::string_view>>& out) {
  if (!b.open_comment.empty()) out.push_back({b.at, b.open_comment});
  for (const Statement& s : b.statements) {
    for (const Comment& c : s.leading) out.push_back({anchor(s), c.text});
    if (!s.trailing.empty()) out.push_back({anchor(s), s.trailing});
    list_comments(s.value, s.at.begin, s.at.end, out);
    if (s.block) block_comments(*s.block, out);
  }
  for (const Comment& c : b.dangling) out.push_back({b.at, c.text});
}
void list_comments(const ValueSyntax& v, std::uint32_t begin, std::uint32_t end,
                   std::vector<std::pair<Span, std::string_view>>& out) {
  for (const ValueSyntax& item : v.items) {
    for (const Comment& c : item.leading) out.push_back({item.at, c.text});
    if (!item.trailing.empty()) out.push_back({item.at, item.trailing});
    list_comments(item, begin, end, out);
  }
  for (const Comment& c : v.dangling) out.push_back({{begin, end}, c.text});
  if (v.block) block_comments(*v.block, out);
}

}  // namespace

}  // namespace grovec::frontend::dsl

namespace grovec::frontend {

using namespace dsl;

std::string convert_to_yaml(Context& context, SourceId source, const std::vector<Document>& documents) {
  std::string text;
  LineMap map(context, source);
  for (std::size_t i = 0; i < documents.size(); ++i) {
    if (i > 0) {
      text += "---\n";
      ++map.line;
    }
    text += ir::to_text(documents[i].root, ir::Format::kYaml);
    map.walk(documents[i].root, true);
  }
  Context scratch;
  Tree tree = parse(scratch, scratch.sources.add("", std::string(context.sources.text(source))));
  std::vector<std::pair<Span, std::string_view>> comments;
  for (const Comment& c : tree.header) comments.push_back({{}, c.text});
  if (!tree.version_trailing.empty()) comments.push_back({{}, tree.version_trailing});
  block_comments(tree.body, comments);
  if (comments.empty()) return text;
  std::stable_sort(map.keys.begin(), map.keys.end(),
                   [](const KeyLine& a, const KeyLine& b) { return a.begin < b.begin; });
  const bool counted = map.line == static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  std::vector<std::pair<std::size_t, std::string_view>> at_line;
  for (const auto& [span, comment] : comments) {
    auto it = std::lower_bound(map.keys.begin(), map.keys.end(), span.begin,
                               [](const KeyLine& k, std::uint32_t b) { return k.begin < b; });
    const bool found = counted && span.end > 0 && it != map.keys.end() && it->begin < span.end;
    at_line.push_back({found ? it->line : 0, comment});
  }
  std::stable_sort(at_line.begin(), at_line.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string out;
  std::size_t line = 0, next = 0;
  for (std::size_t begin = 0; begin < text.size(); ++line) {
    const std::size_t end = text.find('\n', begin) + 1;
    const std::size_t blanks = text.find_first_not_of(' ', begin) - begin;
    for (; next < at_line.size() && at_line[next].first <= line; ++next)
      out.append(blanks, ' ').append(yaml_comment(at_line[next].second)).append("\n");
    out.append(text, begin, end - begin);
    begin = end;
  }
  return out;
}

}  // namespace grovec::frontend

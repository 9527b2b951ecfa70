#include "frontend/dsl/convert/comments.h"

#include <algorithm>

namespace grovec::frontend::dsl {

namespace {

void scalar_spans(const Context& context, SourceId source, const ir::Value& v, std::vector<Span>& out) {
  auto add = [&](OriginId at) {
    const Origin& o = context.origins[at];
    if (o.source == source && o.end > o.begin) out.push_back({o.begin, o.end});
  };
  for (const ir::Member& m : v.members()) {
    add(m.key_at);
    scalar_spans(context, source, m.value, out);
  }
  for (const ir::Value& item : v.items()) scalar_spans(context, source, item, out);
  if (v.kind() != ir::ValueKind::kMapping && v.kind() != ir::ValueKind::kSequence) add(v.at());
}

/// Every statement below a block that can carry a comment, in the order of the source.
void carriers(Block& block, std::vector<Statement*>& out) {
  for (Statement& s : block.statements) {
    out.push_back(&s);
    if (s.block) carriers(*s.block, out);
  }
}

}  // namespace

std::vector<SourceComment> yaml_comments(const Context& context, SourceId source, const std::vector<ir::Value>& roots) {
  std::vector<Span> spans;
  for (const ir::Value& root : roots) scalar_spans(context, source, root, spans);
  std::sort(spans.begin(), spans.end(), [](Span a, Span b) { return a.begin < b.begin; });
  const std::string_view text = context.sources.text(source);
  std::vector<SourceComment> out;
  std::size_t next = 0;
  bool only_blanks = true;
  for (std::uint32_t i = 0; i < text.size();) {
    while (next < spans.size() && spans[next].end <= i) ++next;
    if (next < spans.size() && spans[next].begin <= i) {
      i = spans[next].end;
      only_blanks = i > 0 && text[i - 1] == '\n';
      continue;
    }
    const char c = text[i];
    if (c == '#' && (i == 0 || text[i - 1] == ' ' || text[i - 1] == '\t' || text[i - 1] == '\n')) {
      std::size_t end = std::min(text.find('\n', i), text.size());
      std::uint32_t begin = i;
      i = static_cast<std::uint32_t>(end);
      while (end > begin && (text[end - 1] == '\r' || text[end - 1] == ' ' || text[end - 1] == '\t')) --end;
      out.push_back({begin, text.substr(begin, end - begin), only_blanks});
      continue;
    }
    if (c == '\n')
      only_blanks = true;
    else if (c != ' ' && c != '\t')
      only_blanks = false;
    ++i;
  }
  return out;
}

void attach_comments(Tree& tree, const std::vector<SourceComment>& comments, std::string_view source_text,
                     std::uint32_t first_key) {
  std::vector<Statement*> all;
  carriers(tree.body, all);
  std::stable_sort(all.begin(), all.end(),
                   [](const Statement* a, const Statement* b) { return a->at.begin < b->at.begin; });
  for (const SourceComment& c : comments) {
    if (c.own_line && c.begin < first_key) {
      tree.header.push_back({c.text, false});
      continue;
    }
    auto next = std::lower_bound(all.begin(), all.end(), c.begin,
                                 [](const Statement* s, std::uint32_t at) { return s->at.begin < at; });
    if (!c.own_line && next != all.begin()) {
      Statement* s = *(next - 1);
      const bool same_line =
          source_text.substr(s->at.begin, c.begin - s->at.begin).find('\n') == std::string_view::npos;
      const bool is_leaf = s->block == nullptr || s->block->statements.empty();
      if (same_line && is_leaf && s->trailing.empty() && !s->joined) {
        s->trailing = c.text;
        continue;
      }
      (same_line ? s : next != all.end() ? *next : s)->leading.push_back({c.text, false});
      continue;
    }
    if (next == all.end())
      tree.body.dangling.push_back({c.text, false});
    else
      (*next)->leading.push_back({c.text, false});
  }
  // A comment in front of a pair ends the line that the pair would have joined.
  for (Statement* s : all)
    if (!s->leading.empty()) s->joined = false;
  if (!tree.header.empty()) tree.header[0].blank_before = false;
}

}  // namespace grovec::frontend::dsl

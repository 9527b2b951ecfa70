#include "frontend/dsl/syntax/print.h"

#include <algorithm>
#include <optional>

#include "frontend/dsl/syntax/text.h"

namespace grovec::frontend::dsl {

namespace {

std::string_view operator_text(Operator op) {
  switch (op) {
    case Operator::kAnd:
      return "and";
    case Operator::kOr:
      return "or";
    case Operator::kEqual:
      return "==";
    case Operator::kNotEqual:
      return "!=";
    case Operator::kAtMost:
      return "<=";
    case Operator::kAtLeast:
      return ">=";
    case Operator::kBelow:
      return "<";
    case Operator::kAbove:
      return ">";
    case Operator::kAdd:
      return "+";
    case Operator::kSubtract:
      return "-";
    case Operator::kMultiply:
      return "*";
    case Operator::kDivide:
      return "/";
    case Operator::kRemainder:
      return "%";
    case Operator::kNot:
      return "not";
    case Operator::kNegate:
      return "-";
    case Operator::kValue:
      return "";
  }
  return "";
}

std::string_view keyword_text(StatementKind kind) {
  switch (kind) {
    case StatementKind::kInclude:
      return "include";
    case StatementKind::kParam:
      return "param";
    case StatementKind::kLet:
      return "let";
    case StatementKind::kMixin:
      return "mixin";
    case StatementKind::kEnv:
      return "env";
    case StatementKind::kSet:
      return "set";
    case StatementKind::kGroup:
      return "group";
    case StatementKind::kClique:
      return "clique";
    case StatementKind::kContainer:
      return "container";
    case StatementKind::kInit:
      return "init";
    case StatementKind::kAfter:
      return "after";
    case StatementKind::kScale:
      return "scale";
    case StatementKind::kPack:
      return "pack";
    case StatementKind::kTolerate:
      return "tolerate";
    case StatementKind::kStartup:
      return "startup";
    case StatementKind::kRatio:
      return "ratio";
    case StatementKind::kAssert:
      return "assert";
    case StatementKind::kUse:
      return "use";
    case StatementKind::kPair:
    case StatementKind::kField:
    case StatementKind::kCount:
      return "";
  }
  return "";
}

/// Characters, not bytes.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

class Printer {
 public:
  explicit Printer(const PrintOptions& options) : options_(options) {}
  std::string take() { return std::move(out_); }

  void tree(const Tree& tree) {
    for (const Comment& c : tree.header) comment_line(c, 0, !out_.empty());
    out_ += "grovec ";
    out_ += tree.version.text.empty() ? std::string_view("1") : tree.version.text;
    trailing(tree.version_trailing);
    out_ += '\n';
    if (!tree.body.statements.empty() || !tree.body.dangling.empty()) out_ += '\n';
    statements(tree.body, 0);
  }

  void statement(const Statement& s, int depth) {
    indent(depth);
    body(s, depth);
  }

 private:
  // --- whole lines
  void indent(int depth) { out_.append(static_cast<std::size_t>(depth) * 2, ' '); }
  void trailing(std::string_view comment) {
    if (!comment.empty()) out_.append("  ").append(comment);
  }
  void comment_line(const Comment& c, int depth, bool may_have_blank) {
    if (c.blank_before && may_have_blank) out_ += '\n';
    indent(depth);
    out_.append(c.text).append("\n");
  }
  std::size_t column() const {
    const std::size_t line = out_.rfind('\n');
    return width_of(std::string_view(out_).substr(line == std::string::npos ? 0 : line + 1));
  }

  void statements(const Block& block, int depth) {
    bool first = true;
    for (std::size_t i = 0; i < block.statements.size(); ++i) {
      const Statement& s = block.statements[i];
      if (s.blank_before && !first) out_ += '\n';
      for (std::size_t c = 0; c < s.leading.size(); ++c) comment_line(s.leading[c], depth, c > 0);
      if (s.blank_after_leading && !s.leading.empty()) out_ += '\n';
      statement(s, depth);
      while (i + 1 < block.statements.size() && s.trailing.empty() && block.statements[i].trailing.empty() &&
             block.statements[i + 1].joined) {
        out_ += ' ';
        body(block.statements[++i], depth);
      }
      trailing(block.statements[i].trailing);
      out_ += '\n';
      first = false;
    }
    for (const Comment& c : block.dangling) {
      comment_line(c, depth, !first);
      first = false;
    }
  }

  void body(const Statement& s, int depth) {
    head(s, depth);
    if (!s.block) return;
    out_ += ' ';
    block(*s.block, depth);
  }

  void block(const Block& b, int depth) {
    if (auto line = inline_block(b); line && column() + width_of(*line) <= options_.width) {
      out_ += *line;
      return;
    }
    out_ += '{';
    trailing(b.open_comment);
    out_ += '\n';
    statements(b, depth + 1);
    indent(depth);
    out_ += '}';
  }

  // --- one line, or nothing if that cannot be
  std::optional<std::string> inline_block(const Block& b) const {
    if (!b.open_comment.empty() || !b.dangling.empty()) return std::nullopt;
    if (b.statements.empty()) return "{}";
    if (!b.inline_block) return std::nullopt;
    std::string line = "{ ";
    for (std::size_t i = 0; i < b.statements.size(); ++i) {
      const Statement& s = b.statements[i];
      if (!s.leading.empty() || !s.trailing.empty()) return std::nullopt;
      auto text = inline_statement(s);
      if (!text) return std::nullopt;
      line.append(i == 0 ? "" : s.joined ? " " : "; ").append(*text);
      if (line.size() > options_.width * 4) return std::nullopt;
    }
    return line + " }";
  }

  std::optional<std::string> inline_statement(const Statement& s) const {
    Printer p(options_);
    if (!p.head_inline(s)) return std::nullopt;
    if (s.block) {
      auto line = inline_block(*s.block);
      if (!line) return std::nullopt;
      p.out_.append(" ").append(*line);
    }
    return p.take();
  }

  std::optional<std::string> inline_value(const ValueSyntax& v) const {
    switch (v.form) {
      case ValueForm::kBare:
        return std::string(v.text);
      case ValueForm::kRaw:
        return std::string("'").append(v.text).append("'");
      case ValueForm::kRef:
        return std::string("$").append(v.text);
      case ValueForm::kText:
        if (!encode_text_block(v.text, 0).empty()) return std::nullopt;
        return "\"" + escape(v.text) + "\"";
      case ValueForm::kString: {
        std::string out = "\"" + escape(v.text);
        for (const TextPart& part : v.parts)
          out += part.is_name ? "\\(" + std::string(part.text) + ")" : escape(part.text);
        return out + "\"";
      }
      case ValueForm::kExpression:
        return "(" + expression(*v.expression) + ")";
      case ValueForm::kBlock:
        return inline_block(*v.block);
      case ValueForm::kList: {
        if (!v.dangling.empty()) return std::nullopt;
        if (!v.items.empty() && !v.inline_list) return std::nullopt;
        std::string line = "[";
        for (std::size_t i = 0; i < v.items.size(); ++i) {
          const ValueSyntax& item = v.items[i];
          auto text = item.leading.empty() && item.trailing.empty() ? inline_value(item) : std::nullopt;
          if (!text) return std::nullopt;
          line.append(i == 0 ? "" : ", ").append(*text);
          if (line.size() > options_.width * 4) return std::nullopt;
        }
        return line + "]";
      }
    }
    return std::nullopt;
  }

  std::string expression(const Expression& e) const {
    std::string out;
    if (e.operands.empty()) {
      out = (e.prefix == Operator::kNegate ? "-" : "") + inline_value(e.value).value_or("");
      // `-` before a bare word would become part of it.
      if (e.prefix == Operator::kNegate) out.insert(1, " ");
    } else if (e.prefix != Operator::kValue) {
      out = std::string(operator_text(e.prefix)) + " " + expression(e.operands[0]);
    } else {
      out = expression(e.operands[0]);
      for (std::size_t i = 0; i < e.operators.size() && i + 1 < e.operands.size(); ++i)
        out.append(" ").append(operator_text(e.operators[i])).append(" ").append(expression(e.operands[i + 1]));
    }
    return e.in_parentheses ? "(" + out + ")" : out;
  }

  // --- values over several lines
  void value(const ValueSyntax& v, int depth) {
    if (auto line = inline_value(v)) {
      const bool may_break = v.form == ValueForm::kList || v.form == ValueForm::kBlock;
      if (!may_break || column() + width_of(*line) <= options_.width) {
        out_ += *line;
        return;
      }
    }
    switch (v.form) {
      case ValueForm::kText:
        out_ += encode_text_block(v.text, static_cast<std::size_t>(depth + 1) * 2);
        return;
      case ValueForm::kBlock:
        return block(*v.block, depth);
      case ValueForm::kList:
        return list(v, depth);
      default:
        out_ += inline_value(v).value_or("");
    }
  }

  /// `[a, b, """` may stand on one line with the text below it, as scripts are passed.
  bool list_with_text_at_end(const ValueSyntax& v, int depth) {
    if (!v.inline_list || v.items.empty() || v.items.back().form != ValueForm::kText || !v.dangling.empty())
      return false;
    std::string line = "[";
    for (std::size_t i = 0; i < v.items.size(); ++i) {
      const ValueSyntax& item = v.items[i];
      if (!item.leading.empty() || !item.trailing.empty()) return false;
      if (i + 1 == v.items.size()) break;
      auto text = inline_value(item);
      if (!text) return false;
      line.append(*text).append(", ");
    }
    if (column() + width_of(line) + 3 > options_.width) return false;
    const std::string text = encode_text_block(v.items.back().text, static_cast<std::size_t>(depth + 1) * 2);
    if (text.empty()) return false;
    out_.append(line).append(text).append("]");
    return true;
  }

  void list(const ValueSyntax& v, int depth) {
    if (list_with_text_at_end(v, depth)) return;
    out_ += "[\n";
    for (const ValueSyntax& item : v.items) {
      for (std::size_t c = 0; c < item.leading.size(); ++c) comment_line(item.leading[c], depth + 1, c > 0);
      indent(depth + 1);
      value(item, depth + 1);
      out_ += ',';
      trailing(item.trailing);
      out_ += '\n';
    }
    for (const Comment& c : v.dangling) comment_line(c, depth + 1, false);
    indent(depth);
    out_ += ']';
  }

  // --- heads
  void word(const Word& w) {
    if (w.quoted)
      out_.append("\"").append(escape(w.text)).append("\"");
    else
      out_ += w.text;
  }
  void words(const std::vector<Word>& list) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i) out_ += ", ";
      word(list[i]);
    }
  }
  void pairs(const std::vector<Pair>& list) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i) out_ += ' ';
      word(list[i].key);
      out_ += '=';
      flat(list[i].value);
    }
  }
  /// A value that must not break the line.
  void flat(const ValueSyntax& v) {
    if (auto line = inline_value(v)) {
      out_ += *line;
    } else if (v.form == ValueForm::kText) {
      out_.append("\"").append(escape(v.text)).append("\"");
    } else {
      value(v, 0);
    }
  }
  void calls(const std::vector<Call>& list) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i) out_ += ", ";
      word(list[i].name);
      if (list[i].arguments.empty()) continue;
      out_ += '(';
      for (std::size_t a = 0; a < list[i].arguments.size(); ++a) {
        if (a) out_ += ", ";
        const Argument& argument = list[i].arguments[a];
        if (argument.name) {
          word(argument.name);
          out_ += '=';
        }
        flat(argument.value);
      }
      out_ += ')';
    }
  }
  void parameter(const Parameter& p) {
    word(p.name);
    if (p.type) {
      out_ += ": ";
      word(p.type);
    }
    if (p.has_default) {
      out_ += " = ";
      flat(p.value);
    }
  }

  bool head_inline(const Statement& s) {
    if (s.kind == StatementKind::kField || s.kind == StatementKind::kLet) {
      if (s.has_value && !inline_value(s.value)) return false;
    }
    for (const Pair& pair : s.pairs)
      if (!inline_value(pair.value)) return false;
    head(s, 0);
    return out_.find('\n') == std::string::npos;
  }

  void head(const Statement& s, int depth) {
    out_ += keyword_text(s.kind);
    switch (s.kind) {
      case StatementKind::kInclude:
        out_ += ' ';
        return flat(s.value);
      case StatementKind::kLet:
        out_ += ' ';
        word(s.name);
        out_ += " = ";
        return value(s.value, depth);
      case StatementKind::kParam:
        out_ += ' ';
        parameter(s.parameters[0]);
        if (s.has_value) {
          out_ += " in ";
          flat(s.value);
        }
        if (s.expression) out_ += " where " + expression(*s.expression);
        return;
      case StatementKind::kMixin:
        out_ += ' ';
        word(s.name);
        if (!s.parameters.empty()) {
          out_ += '(';
          for (std::size_t i = 0; i < s.parameters.size(); ++i) {
            if (i) out_ += ", ";
            parameter(s.parameters[i]);
          }
          out_ += ')';
        }
        return colon_calls(s);
      case StatementKind::kEnv:
        out_ += ' ';
        return word(s.name);
      case StatementKind::kSet:
      case StatementKind::kGroup:
      case StatementKind::kClique:
      case StatementKind::kContainer:
      case StatementKind::kInit:
        out_ += ' ';
        word(s.name);
        for (const Statement& a : s.attributes) {
          out_ += ' ';
          head(a, depth);
        }
        return colon_calls(s);
      case StatementKind::kCount:
        out_.append("x").append(s.words[0].text);
        return;
      case StatementKind::kAfter:
        out_ += ' ';
        return words(s.words);
      case StatementKind::kScale:
        if (s.name) {
          out_ += ' ';
          word(s.name);
        }
        if (!s.pairs.empty()) out_ += ' ';
        return pairs(s.pairs);
      case StatementKind::kPack:
        return pack(s);
      case StatementKind::kTolerate:
        return tolerations(s);
      case StatementKind::kStartup:
        out_ += ' ';
        return words(s.words);
      case StatementKind::kRatio:
        return ratio(s);
      case StatementKind::kAssert:
        out_ += ' ';
        if (s.expression) out_ += expression(*s.expression);
        if (s.has_value) {
          out_ += ", ";
          flat(s.value);
        }
        return;
      case StatementKind::kUse:
        out_ += ' ';
        return calls(s.calls);
      case StatementKind::kPair:
        return pairs(s.pairs);
      case StatementKind::kField:
        word(s.name);
        if (!s.pairs.empty()) {
          out_ += ' ';
          return pairs(s.pairs);
        }
        if (!s.has_value) return;
        out_ += ": ";
        return value(s.value, depth);
    }
  }

  void colon_calls(const Statement& s) {
    if (s.calls.empty()) return;
    out_ += " : ";
    calls(s.calls);
  }

  void pack(const Statement& s) {
    if (s.name) {
      out_ += ' ';
      word(s.name);
    }
    if (s.words.size() > 0 && s.words[0]) {
      out_ += " prefer ";
      word(s.words[0]);
    }
    if (s.words.size() > 1 && s.words[1]) {
      out_ += " on ";
      word(s.words[1]);
    }
  }

  void tolerations(const Statement& s) {
    for (std::size_t i = 0; i < s.tolerations.size(); ++i) {
      out_ += i ? ", " : " ";
      word(s.tolerations[i].key);
      if (!s.tolerations[i].has_value) continue;
      out_ += '=';
      flat(s.tolerations[i].value);
    }
  }

  void ratio(const Statement& s) {
    for (std::size_t i = 0; i < s.words.size(); ++i) {
      out_ += i == 0 ? " " : i == s.left ? " = " : " : ";
      // `a:b` without blanks is one word.
      for (char c : s.words[i].text) out_ += c == ':' ? std::string(" : ") : std::string(1, c);
    }
  }

  const PrintOptions& options_;
  std::string out_;
};

}  // namespace

std::string print(const Tree& tree, const PrintOptions& options) {
  Printer printer(options);
  printer.tree(tree);
  return printer.take();
}

std::string print(const Statement& statement, int depth, const PrintOptions& options) {
  Printer printer(options);
  printer.statement(statement, depth);
  std::string out = printer.take();
  return out.substr(std::min(out.size(), static_cast<std::size_t>(depth) * 2));
}

}  // namespace grovec::frontend::dsl

#include "frontend/dsl/syntax/text.h"
#include "frontend/dsl/syntax/tree_builder.h"

namespace grovec::frontend::dsl {

Span TreeBuilder::span(const TapeNode* context) const {
  const Token* start = context->start;
  const Token* stop = context->stop;
  if (start == nullptr) return {};
  Span at = reading_.span(start);
  if (stop != nullptr && stop->getType() != P::NL) at.end = std::max(at.end, reading_.span(stop).end);
  return at;
}

Word TreeBuilder::word(const TapeNode* context) const {
  Span at = span(context);
  return {reading_.slice(at), at, false};
}

Word TreeBuilder::quoted_word(const Token* token) {
  ValueSyntax v;
  scalar_token(token, v);
  if (!v.parts.empty()) misplaced("a name with `\\(…)`", "here", v.at);
  return {v.text, v.at, true};
}

Word TreeBuilder::any_word(const Child& c) {
  if (c.rule) {
    for (Child inner : c.rule->children()) {
      if (inner.rule) return word(inner.rule);
      if (inner.token) return any_word(inner);
    }
    return {};
  }
  if (c.token->getType() == P::STRING || c.token->getType() == P::RAW) return quoted_word(c.token);
  return {reading_.slice(c.token), reading_.span(c.token), false};
}

void TreeBuilder::misplaced(std::string_view what, std::string_view where, Span at) {
  reading_.broken = true;
  reading_.context.diags.report(reading_.origin(at), diag::DslMisplaced, what, where);
}

void TreeBuilder::scalar_token(const Token* token, ValueSyntax& out) {
  out.at = reading_.span(token);
  std::string_view text = reading_.slice(out.at);
  switch (token->getType()) {
    case P::STRING:
      out.form = ValueForm::kString;
      decode_string(text, out);
      break;
    case P::RAW:
      out.form = ValueForm::kRaw;
      out.text = text.size() >= 2 && text.back() == '\'' ? text.substr(1, text.size() - 2) : text.substr(1);
      break;
    case P::TEXT:
      out.form = ValueForm::kText;
      out.text = tree_.own(decode_text_block(text));
      break;
    case P::REF:
      out.form = ValueForm::kRef;
      out.text = text.substr(1);
      break;
    default:
      out.form = ValueForm::kBare;
      out.text = text;
  }
}

void TreeBuilder::decode_string(std::string_view literal, ValueSyntax& out) {
  StringParts parts = split_string(literal);
  for (const StringParts::Bad& bad : parts.bad) {
    Span at{out.at.begin + bad.offset, out.at.begin + bad.offset + 2};
    reading_.broken = true;
    reading_.context.diags.report(reading_.origin(at), diag::DslBadEscape, bad.text);
  }
  if (parts.pieces.size() == 1 && !parts.pieces[0].is_name) {
    std::string& only = parts.pieces[0].text;
    std::string_view inner = literal.substr(1, literal.size() >= 2 ? literal.size() - 2 : 0);
    out.text = only == inner ? inner : tree_.own(std::move(only));
    return;
  }
  for (auto& piece : parts.pieces) {
    Span at{out.at.begin + piece.begin, out.at.begin + piece.end};
    out.parts.push_back({tree_.own(std::move(piece.text)), piece.is_name, at});
  }
}

ValueSyntax TreeBuilder::value(const TapeNode* context) {
  ValueSyntax out;
  out.at = span(context);
  for (Child c : context->children()) {
    switch (c.rule_index()) {
      case P::RuleScalar:
        return scalar(c.rule);
      case P::RuleList:
        list(c.rule, out);
        return out;
      case P::RuleBlock:
        out.form = ValueForm::kBlock;
        out.block = block(c.rule);
        return out;
      case P::RuleExpression:
        out.form = ValueForm::kExpression;
        out.expression = std::make_unique<Expression>(expression(c.rule));
        break;
      default:
        break;
    }
  }
  return out;
}

ValueSyntax TreeBuilder::scalar(const TapeNode* context) {
  ValueSyntax out;
  out.at = span(context);
  for (Child c : context->children()) {
    if (c.rule) {
      out.text = reading_.slice(out.at);
    } else if (c.token) {
      scalar_token(c.token, out);
    }
  }
  return out;
}

void TreeBuilder::list(const TapeNode* context, ValueSyntax& out) {
  out.form = ValueForm::kList;
  const std::uint32_t open = out.at.begin + 1;
  out.inline_list = true;
  for (Child c : context->children()) {
    if (c.rule_index() != P::RuleValue || c.rule->children().empty()) continue;
    const std::uint32_t begin = span(c.rule).begin;
    if (out.items.empty()) out.inline_list = same_line(open, begin);
    std::vector<Comment> leading = take_leading(begin);
    out.items.push_back(value(c.rule));
    out.items.back().leading = std::move(leading);
    out.items.back().trailing = take_trailing(out.items.back().at.end);
  }
  out.dangling = take_leading(out.at.end);
}

std::unique_ptr<Block> TreeBuilder::block(const TapeNode* context) {
  auto out = std::make_unique<Block>();
  out->at = span(context);
  out->open_comment = take_trailing(out->at.begin + 1);
  bool first = true;
  for (Child c : context->children()) {
    if (c.rule_index() != P::RuleStatement) continue;
    if (first) out->inline_block = same_line(out->at.begin, span(c.rule).begin);
    first = false;
    statement(c.rule, *out);
  }
  out->dangling = take_leading(out->at.end);
  return out;
}

Expression TreeBuilder::expression(const TapeNode* context) {
  Expression out;
  out.at = span(context);
  for (Child c : context->children()) {
    if (c.rule) {
      if (c.rule->rule == P::RuleWord) continue;
      out.operands.push_back(expression(c.rule));
      continue;
    }
    if (!c.token) continue;
    switch (c.token->getType()) {
      case P::NOT:
        out.prefix = Operator::kNot;
        break;
      case P::AND:
        out.operators.push_back(Operator::kAnd);
        break;
      case P::OR:
        out.operators.push_back(Operator::kOr);
        break;
      case P::EQEQ:
        out.operators.push_back(Operator::kEqual);
        break;
      case P::NOTEQ:
        out.operators.push_back(Operator::kNotEqual);
        break;
      case P::ATMOST:
        out.operators.push_back(Operator::kAtMost);
        break;
      case P::ATLEAST:
        out.operators.push_back(Operator::kAtLeast);
        break;
      case P::BELOW:
        out.operators.push_back(Operator::kBelow);
        break;
      case P::ABOVE:
        out.operators.push_back(Operator::kAbove);
        break;
      case P::STAR:
        out.operators.push_back(Operator::kMultiply);
        break;
      case P::SLASH:
        out.operators.push_back(Operator::kDivide);
        break;
      case P::PERCENT:
        out.operators.push_back(Operator::kRemainder);
        break;
      case P::PLUS:
        out.operators.push_back(Operator::kAdd);
        break;
      case P::MINUS:
        if (context->rule == P::RuleFactor)
          out.prefix = Operator::kNegate;
        else
          out.operators.push_back(Operator::kSubtract);
        break;
      case P::LPAREN:
        out.in_parentheses = true;
        break;
      case P::RPAREN:
        break;
      default:
        scalar_token(c.token, out.value);
    }
  }
  const bool wrapper = out.operands.size() == 1 && out.operators.empty() && out.prefix == Operator::kValue;
  if (!wrapper) return out;
  // A level of precedence that adds nothing.
  Expression inner = std::move(out.operands[0]);
  inner.in_parentheses |= out.in_parentheses;
  return inner;
}

Pair TreeBuilder::pair(const TapeNode* context) {
  Pair out;
  out.at = span(context);
  for (Child c : context->children()) {
    if (c.rule_index() == P::RuleKey) out.key = any_word(c);
    if (c.rule_index() == P::RuleScalar) out.value = scalar(c.rule);
    if (c.rule_index() == P::RuleExpression) {
      out.value.form = ValueForm::kExpression;
      out.value.at = span(c.rule);
      out.value.expression = std::make_unique<Expression>(expression(c.rule));
    }
  }
  return out;
}

Call TreeBuilder::call(const TapeNode* context) {
  Call out;
  out.at = span(context);
  for (Child c : context->children()) {
    if (c.rule_index() == P::RuleWord) out.name = word(c.rule);
    if (c.type() == P::LPAREN) out.has_parentheses = true;
    if (c.rule_index() != P::RuleArgument) continue;
    Argument argument;
    for (Child a : c.rule->children()) {
      if (a.rule_index() == P::RuleWord) argument.name = word(a.rule);
      if (a.rule_index() == P::RuleValue) argument.value = value(a.rule);
    }
    out.arguments.push_back(std::move(argument));
  }
  return out;
}

void TreeBuilder::calls(const TapeNode* context, Statement& out) {
  for (Child c : context->children())
    if (c.rule_index() == P::RuleCall) out.calls.push_back(call(c.rule));
}

void TreeBuilder::type_and_default(const Child& c, Parameter& out) {
  if (c.rule_index() != P::RuleTypeClause && c.rule_index() != P::RuleDefaultClause) return;
  for (Child part : c.rule->children()) {
    if (part.rule_index() == P::RuleWord) out.type = word(part.rule);
    if (part.rule_index() == P::RuleValue) {
      out.has_default = true;
      out.value = value(part.rule);
    }
  }
}

void TreeBuilder::split_type(Parameter& out) {
  const std::size_t colon = out.name.text.find(':');
  if (colon == std::string_view::npos || out.type) return;
  const auto at = static_cast<std::uint32_t>(out.name.at.begin + colon);
  out.type = {out.name.text.substr(colon + 1), {at + 1, out.name.at.end}, false};
  out.name = {out.name.text.substr(0, colon), {out.name.at.begin, at}, false};
}

void TreeBuilder::parameters(const TapeNode* context, Statement& out) {
  out.has_parameters = true;
  for (Child c : context->children()) {
    if (c.rule_index() != P::RuleParameter) continue;
    Parameter parameter;
    for (Child p : c.rule->children()) {
      if (p.rule_index() == P::RuleWord) parameter.name = word(p.rule);
      type_and_default(p, parameter);
    }
    split_type(parameter);
    out.parameters.push_back(std::move(parameter));
  }
}

}  // namespace grovec::frontend::dsl

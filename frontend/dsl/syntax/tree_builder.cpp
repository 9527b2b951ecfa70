#include "frontend/dsl/syntax/tree_builder.h"

#include <algorithm>
#include <array>
#include <utility>

#include "frontend/dsl/syntax/syntax_errors.h"
#include "frontend/dsl/syntax/text.h"
#include "ir/base/edit_distance.h"

namespace grovec::frontend::dsl {

void TreeBuilder::file(const TapeNode* context) {
  tree_.body.at = {0, static_cast<std::uint32_t>(reading_.text.size())};
  for (Child c : context->children()) {
    if (c.rule_index() == P::RuleVersion) version(c.rule);
    if (c.rule_index() == P::RuleStatement) statement(c.rule, tree_.body);
  }
  tree_.body.dangling = take_leading(static_cast<std::uint32_t>(reading_.text.size()) + 1);
}

void TreeBuilder::version(const TapeNode* context) {
  const Span at = span(context);
  tree_.header = take_leading(at.begin);
  tree_.has_version = true;
  for (Child c : context->children())
    if (c.rule_index() == P::RuleWord) tree_.version = word(c.rule);
  tree_.version_trailing = take_trailing(at.end);
}

bool TreeBuilder::blank_line_before(std::uint32_t offset) const {
  int breaks = 0;
  while (offset > 0) {
    const char c = reading_.text[offset - 1];
    if (c == '\n')
      ++breaks;
    else if (c != ' ' && c != '\t' && c != '\r')
      break;
    if (breaks > 1) return true;
    --offset;
  }
  return false;
}

std::vector<Comment> TreeBuilder::take_leading(std::uint32_t before) {
  std::vector<Comment> out;
  for (; next_ < reading_.comments.size() && reading_.comments[next_].begin < before; ++next_) {
    Span at = reading_.comments[next_];
    out.push_back({reading_.slice(at), blank_line_before(at.begin)});
  }
  return out;
}

std::string_view TreeBuilder::take_trailing(std::uint32_t end) {
  if (next_ >= reading_.comments.size()) return {};
  Span at = reading_.comments[next_];
  if (at.begin < end) return {};
  if (reading_.text.substr(end, at.begin - end).find_first_not_of(" \t;,") != std::string_view::npos) return {};
  ++next_;
  return reading_.slice(at);
}

bool TreeBuilder::same_line(std::uint32_t a, std::uint32_t b) const {
  return a <= b && reading_.text.substr(a, b - a).find('\n') == std::string_view::npos;
}

StatementKind TreeBuilder::kind_of(std::size_t type) {
  switch (type) {
    case P::INCLUDE:
      return StatementKind::kInclude;
    case P::PARAM:
      return StatementKind::kParam;
    case P::LET:
      return StatementKind::kLet;
    case P::MIXIN:
      return StatementKind::kMixin;
    case P::ENV:
      return StatementKind::kEnv;
    case P::SET:
      return StatementKind::kSet;
    case P::GROUP:
      return StatementKind::kGroup;
    case P::CLIQUE:
      return StatementKind::kClique;
    case P::CONTAINER:
      return StatementKind::kContainer;
    case P::INIT:
      return StatementKind::kInit;
    case P::STARTUP:
      return StatementKind::kStartup;
    case P::RATIO:
      return StatementKind::kRatio;
    case P::ASSERT:
      return StatementKind::kAssert;
    case P::USE:
      return StatementKind::kUse;
    default:
      return StatementKind::kField;
  }
}

void TreeBuilder::clause(const TapeNode* context, Statement& out) {
  out.at = span(context);
  switch (context->rule) {
    case P::RuleAfterClause:
      out.kind = StatementKind::kAfter;
      break;
    case P::RuleScaleClause:
      out.kind = StatementKind::kScale;
      break;
    case P::RulePackClause:
      out.kind = StatementKind::kPack;
      break;
    default:
      out.kind = StatementKind::kTolerate;
      break;
  }
  if (out.kind == StatementKind::kPack) out.words.resize(2);
  bool preferred = false;
  for (Child c : context->children()) {
    if (c.token && out.keyword.end == 0) {
      out.keyword = reading_.span(c.token);
      continue;
    }
    if (c.type() == P::PREFER) preferred = true;
    if (c.type() == P::BARE || c.type() == P::STRING) {
      if (preferred)
        out.words[0] = any_word(c);
      else
        out.name = any_word(c);
    }
    if (c.rule_index() == P::RuleWord) {
      if (out.kind == StatementKind::kPack)
        out.words[1] = word(c.rule);
      else
        out.words.push_back(word(c.rule));
    }
    if (c.rule_index() == P::RulePair) out.pairs.push_back(pair(c.rule));
    if (c.rule_index() == P::RuleToleration) out.tolerations.push_back(toleration(c.rule));
  }
}

Toleration TreeBuilder::toleration(const TapeNode* context) {
  Toleration out;
  out.at = span(context);
  for (Child c : context->children()) {
    if (c.rule_index() == P::RuleWord) out.key = word(c.rule);
    if (c.rule_index() == P::RuleScalar) {
      out.has_value = true;
      out.value = scalar(c.rule);
    }
  }
  return out;
}

void TreeBuilder::attribute(const TapeNode* context, Statement& out) {
  Statement a;
  a.at = span(context);
  for (Child c : context->children()) {
    if (c.type() == P::COUNT) {
      a.kind = StatementKind::kCount;
      Span digits{a.at.begin + 1, a.at.end};
      a.words.push_back({reading_.slice(digits), digits, false});
    } else if (c.rule_index() == P::RulePair) {
      a.kind = StatementKind::kPair;
      a.pairs.push_back(pair(c.rule));
    } else if (c.rule) {
      clause(c.rule, a);
    }
  }
  if (a.keyword.end == 0) a.keyword = a.at;
  out.attributes.push_back(std::move(a));
}

void TreeBuilder::statement(const TapeNode* context, Block& into) {
  if (context->children().empty()) return;
  Statement out;
  out.at = span(context);
  out.blank_before = blank_line_before(out.at.begin);
  out.leading = take_leading(out.at.begin);
  if (!out.leading.empty()) {
    out.blank_after_leading = out.blank_before;
    out.blank_before = out.leading[0].blank_before;
    out.leading[0].blank_before = false;
  }
  const bool usable = fill(context, out);
  // What stands within the statement but belongs to no part of it moves to the front.
  for (Comment& stray : take_leading(out.at.end)) out.leading.push_back(std::move(stray));
  out.trailing = take_trailing(out.at.end);
  if (!usable || !ends_well(out)) return;
  if (out.kind == StatementKind::kPair && !into.statements.empty()) {
    const Statement& last = into.statements.back();
    report_comma(last, out);
    out.joined = last.kind == StatementKind::kPair && last.trailing.empty() && out.leading.empty() &&
                 same_line(last.at.end, out.at.begin);
  }
  if (!out.joined && !into.statements.empty() && may_stand_beside(out.kind)) {
    const Statement& last = into.statements.back();
    out.beside = may_stand_beside(last.kind) && last.trailing.empty() && out.leading.empty() &&
                 same_line(last.at.end, out.at.begin);
  }
  if (out.kind == StatementKind::kPair && out.pairs.size() > 1) return add_pairs(std::move(out), into);
  into.statements.push_back(std::move(out));
}

/// `env A=1, B=2`: behind the comma a new statement begins, which is not what was meant.
void TreeBuilder::report_comma(const Statement& last, const Statement& next) {
  if (last.kind != StatementKind::kField || last.pairs.empty() || last.at.end > next.at.begin) return;
  const std::string_view between = reading_.text.substr(last.at.end, next.at.begin - last.at.end);
  const std::size_t comma = between.find(',');
  if (comma == std::string_view::npos || between.find_first_not_of(" \t,") != std::string_view::npos) return;
  const auto at = last.at.end + static_cast<std::uint32_t>(comma);
  const Span span{at, at + 1};
  const std::size_t line = reading_.context.sources.position(reading_.source, at).line;
  if (!reading_.first_on_line(line, span)) return;
  const std::string name(reading_.slice(last.keyword));
  reading_.context.diags
      .report(reading_.origin(span), diag::DslCommaBetweenPairs, name,
              name + " " + std::string(reading_.slice(last.pairs.back().at)) + " " +
                  std::string(reading_.slice(next.pairs.front().at)))
      .fix(reading_.origin(span), "");
}

/// Pairs on one line are statements of their own.
void TreeBuilder::add_pairs(Statement&& all, Block& into) {
  std::vector<Pair> pairs = std::move(all.pairs);
  const std::string_view trailing = std::exchange(all.trailing, {});
  for (Pair& pair : pairs) {
    Statement one = std::exchange(all, {});
    one.kind = StatementKind::kPair;
    one.at = one.keyword = pair.at;
    one.joined |= &pair != &pairs.front();
    one.pairs.clear();
    one.pairs.push_back(std::move(pair));
    into.statements.push_back(std::move(one));
  }
  into.statements.back().trailing = trailing;
}

/// False if something follows on the line of a statement that takes all of its line: it was reported.
bool TreeBuilder::ends_well(const Statement& s) {
  constexpr StatementKind kWholeLine[] = {StatementKind::kInclude, StatementKind::kParam, StatementKind::kLet,
                                          StatementKind::kRatio, StatementKind::kAssert};
  if (std::find(std::begin(kWholeLine), std::end(kWholeLine), s.kind) == std::end(kWholeLine)) return true;
  const std::string_view text = reading_.text;
  const std::size_t next = text.find_first_not_of(" \t", s.at.end);
  if (next == std::string_view::npos || std::string_view("\r\n;,#}").find(text[next]) != std::string_view::npos)
    return true;
  const std::size_t end = std::min(text.find_first_of(" \t\r\n;,{}", next + 1), text.size());
  const Span at{static_cast<std::uint32_t>(next), static_cast<std::uint32_t>(end)};
  const std::size_t line = reading_.context.sources.position(reading_.source, at.begin).line;
  if (reading_.first_on_line(line, at))
    reading_.context.diags.report(reading_.origin(at), diag::DslUnexpected, "the end of the line",
                                  "`" + std::string(reading_.slice(at).substr(0, 40)) + "`");
  return false;
}

bool TreeBuilder::fill(const TapeNode* context, Statement& out) {
  if (const TapeNode* slip = (*context->children().begin()).rule; slip != nullptr && slip->rule == P::RuleOther) {
    other(slip);
    return false;
  }
  bool first = true;
  for (Child c : context->children()) {
    if (!c.token && !c.rule) continue;
    if (first && c.token) {
      out.kind = kind_of(c.token->getType());
      out.keyword = reading_.span(c.token);
      first = false;
      if (out.kind == StatementKind::kParam) out.parameters.emplace_back();
      continue;
    }
    first = false;
    part(c, out);
  }
  if (out.kind == StatementKind::kParam) {
    split_type(out.parameters[0]);
    out.name = out.parameters[0].name;
  }
  if (out.kind == StatementKind::kField && !out.pairs.empty() && !out.name) out.kind = StatementKind::kPair;
  if (out.keyword.end == 0) out.keyword = out.name ? out.name.at : out.at;
  return !context->failed;
}

void TreeBuilder::part(const Child& c, Statement& out) {
  switch (c.rule_index()) {
    case P::RuleWord:
      if (out.kind == StatementKind::kRatio || out.kind == StatementKind::kStartup)
        out.words.push_back(word(c.rule));
      else if (out.kind == StatementKind::kParam)
        out.parameters[0].name = out.name = word(c.rule);
      else
        out.name = word(c.rule);
      break;
    case P::RuleKey:
      out.name = any_word(c);
      break;
    case P::RuleValue:
      out.has_value = true;
      out.value = value(c.rule);
      if (out.kind == StatementKind::kField && out.value.form == ValueForm::kBlock) {
        out.block = std::move(out.value.block);
        out.block_as_value = true;
        out.has_value = false;
      }
      break;
    case P::RuleBlock:
      out.block = block(c.rule);
      break;
    case P::RulePairs:
      for (Child p : c.rule->children())
        if (p.rule_index() == P::RulePair) out.pairs.push_back(pair(p.rule));
      break;
    case P::RuleAttribute:
      attribute(c.rule, out);
      break;
    case P::RuleMixins:
      calls(c.rule, out);
      break;
    case P::RuleCall:
      out.calls.push_back(call(c.rule));
      break;
    case P::RuleParameters:
      parameters(c.rule, out);
      break;
    case P::RuleExpression:
      out.expression = std::make_unique<Expression>(expression(c.rule));
      break;
    case P::RuleTypeClause:
    case P::RuleDefaultClause:
      type_and_default(c, out.parameters[0]);
      break;
    case P::RuleInClause:
      in_clause(c.rule, out);
      break;
    case P::RuleWhereClause:
      for (Child e : c.rule->children())
        if (e.rule_index() == P::RuleExpression) out.expression = std::make_unique<Expression>(expression(e.rule));
      break;
    case P::RuleAfterClause:
    case P::RuleScaleClause:
    case P::RulePackClause:
    case P::RuleTolerateClause: {
      const Span at = out.at;
      clause(c.rule, out);
      out.at = at;
      break;
    }
    default:
      if (c.type() == P::EQ && out.kind == StatementKind::kRatio) out.left = out.words.size();
      if (c.type() == P::STRING) {  // message of an assert
        out.has_value = true;
        scalar_token(c.token, out.value);
      }
  }
}

void TreeBuilder::in_clause(const TapeNode* context, Statement& out) {
  out.has_value = true;
  for (Child c : context->children()) {
    if (c.rule_index() == P::RuleList) {
      out.value.at = span(c.rule);
      list(c.rule, out.value);
    } else if (c.rule_index() == P::RuleWord) {
      Word w = word(c.rule);
      out.value.at = w.at;
      out.value.text = w.text;
    }
  }
}

void TreeBuilder::other(const TapeNode* context) {
  const Token* token = context->start;
  if (!report_intent(reading_, token) && reading_.first_on_line(token->getLine(), reading_.span(token)) &&
      !report_colon(reading_, token)) {
    const std::string_view text = reading_.slice(token);
    const OriginId at = reading_.origin(reading_.span(token));
    const std::vector<std::string_view> words = keywords();
    if (const std::string_view near = nearest_name(text, words); !near.empty()) {
      reading_.context.diags.report(at, diag::DslUnknownStatement, text)
          .note(at, diag::DslDidYouMean, near)
          .fix(at, std::string(near));
    } else {
      // A field whose colon is missing, most likely.
      Span next;
      for (Child c : context->children())
        if (c.rule_index() == P::RuleWord) next = span(c.rule);
      reading_.context.diags.report(reading_.origin(next), diag::DslUnexpected,
                                    "`:`, `=` or `{` after `" + std::string(text) + "`",
                                    "`" + std::string(reading_.slice(next)) + "`");
    }
  }
  // Mistakes inside its block are worth reporting too.
  for (Child c : context->children())
    if (c.rule_index() == P::RuleBlock) (void)block(c.rule);
}

}  // namespace grovec::frontend::dsl

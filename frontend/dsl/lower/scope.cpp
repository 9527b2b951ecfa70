#include "frontend/dsl/lower/scope.h"

#include <algorithm>

#include "ir/base/edit_distance.h"

namespace grovec::frontend::dsl {

namespace {

constexpr __int128 kLargest = static_cast<__int128>(1'000'000'000'000'000'000LL) * 1'000'000'000'000LL;  // 1e30

const char* kind_text(Constant::Kind kind) {
  switch (kind) {
    case Constant::Kind::kNumber:
      return "a number";
    case Constant::Kind::kText:
      return "text";
    case Constant::Kind::kBool:
      return "true or false";
  }
  return "";
}

__int128 suffix_factor(std::string_view s) {
  constexpr std::string_view kDecimal = "kMGTP", kBinary = "KMGTP";
  __int128 factor = 1;
  if (s.size() == 1 && s != "m") {
    const std::size_t i = kDecimal.find(s[0]);
    if (i == std::string_view::npos) return 0;
    for (std::size_t n = 0; n <= i; ++n) factor *= 1000;
    return factor;
  }
  if (s.size() == 2 && s[1] == 'i') {
    const std::size_t i = kBinary.find(s[0]);
    if (i == std::string_view::npos) return 0;
    for (std::size_t n = 0; n <= i; ++n) factor *= 1024;
    return factor;
  }
  return s.empty() ? 1 : 0;
}

}  // namespace

std::optional<__int128> parse_number(std::string_view text) {
  bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  __int128 value = 0;
  std::size_t i = 0;
  for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) {
    value = value * 10 + (text[i] - '0');
    if (value > kLargest / 1000) return std::nullopt;
  }
  if (i == 0) return std::nullopt;
  value *= 1000;
  if (i < text.size() && text[i] == '.') {
    int scale = 100;
    const std::size_t begin = ++i;
    for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) {
      if (scale == 0 && text[i] != '0') return std::nullopt;  // finer than thousandths
      value += scale * (text[i] - '0');
      scale /= 10;
    }
    if (i == begin) return std::nullopt;
  }
  const std::string_view suffix = text.substr(i);
  if (suffix == "m") {
    if (value % 1000 != 0) return std::nullopt;
    value /= 1000;
  } else {
    const __int128 factor = suffix_factor(suffix);
    if (factor == 0 || value > kLargest / factor) return std::nullopt;
    value *= factor;
  }
  return negative ? -value : value;
}

std::string number_text(__int128 n) {
  std::string out;
  bool negative = n < 0;
  if (negative) n = -n;
  __int128 whole = n / 1000;
  int rest = static_cast<int>(n % 1000);
  do {
    out.insert(out.begin(), static_cast<char>('0' + static_cast<int>(whole % 10)));
    whole /= 10;
  } while (whole != 0);
  if (rest != 0) {
    std::string digits = std::to_string(1000 + rest).substr(1);
    while (digits.back() == '0') digits.pop_back();
    out += "." + digits;
  }
  return negative ? "-" + out : out;
}

std::string constant_text(const Constant& c) {
  switch (c.kind) {
    case Constant::Kind::kNumber:
      return c.text.empty() ? number_text(c.thousandths) : c.text;
    case Constant::Kind::kText:
      return c.text;
    case Constant::Kind::kBool:
      return c.truth ? "true" : "false";
  }
  return {};
}

const Binding* find_binding(const Scope& scope, std::string_view name) {
  std::uint32_t visible = 0xFFFFFFFF;
  for (const Scope* s = &scope; s; s = s->outer) {
    visible = std::min(visible, s->visible);
    if (auto it = s->names.find(name); it != s->names.end() && (s->outer || it->second.order < visible))
      return &it->second;
  }
  return nullptr;
}

std::vector<std::string_view> visible_names(const Scope& scope) {
  std::vector<std::string_view> out;
  std::uint32_t visible = 0xFFFFFFFF;
  for (const Scope* s = &scope; s; s = s->outer) {
    visible = std::min(visible, s->visible);
    for (const auto& [name, binding] : s->names)
      if (s->outer || binding.order < visible) out.push_back(name);
  }
  std::sort(out.begin(), out.end());
  return out;
}

void explain_unknown(DiagnosticBuilder& report, OriginId at, std::string_view name, const Scope& scope) {
  const Scope* file = &scope;
  while (file->outer) file = file->outer;
  if (auto it = file->names.find(name); it != file->names.end())
    report.note(it->second.given_at, diag::DeclaredHere, name);  // further down
  else if (auto near = nearest_name(name, visible_names(scope)); !near.empty())
    report.note(at, diag::DslDidYouMean, near);
}

std::optional<Constant> Evaluator::mismatch(const Expression& e, SourceId source, std::string_view wanted,
                                            const Constant& found) {
  context_.diags.report(context_.origins.add(source, e.at.begin, e.at.end), diag::DslExpressionType, wanted,
                        kind_text(found.kind), constant_text(found));
  return std::nullopt;
}

std::optional<Constant> Evaluator::over_budget(Span at, SourceId source, std::string_view what, std::uint64_t limit) {
  context_.diags.report(context_.origins.add(source, at.begin, at.end), diag::DslBudget, what, limit);
  return std::nullopt;
}

std::optional<Constant> Evaluator::bound(const Binding& b) {
  const bool of_file = !b.scope->is_mixin;
  if (of_file)
    if (auto it = known_.find(b.value); it != known_.end()) return it->second;
  if (depth_ >= 200) return over_budget(b.value->at, b.source, "names that stand for names", 200);
  ++depth_;
  std::optional<Constant> out = constant(*b.value, *b.scope, b.source);
  --depth_;
  if (out && of_file) known_.emplace(b.value, *out);
  return out;
}

std::optional<Constant> Evaluator::interpolate(const ValueSyntax& value, const Scope& scope, SourceId source) {
  std::string text(value.text);
  for (const TextPart& part : value.parts) {
    if (!part.is_name) {
      text += part.text;
      continue;
    }
    ValueSyntax ref;
    ref.form = ValueForm::kRef;
    ref.text = part.text;
    ref.at = part.at;
    auto c = constant(ref, scope, source);
    if (!c) return std::nullopt;
    text += constant_text(*c);
    if (text_made_ + text.size() > text_limit_)
      return over_budget(value.at, source, "bytes of text made from names", text_limit_);
  }
  if (!value.parts.empty()) text_made_ += text.size();
  return Constant{Constant::Kind::kText, 0, false, std::move(text)};
}

std::optional<Constant> Evaluator::constant(const ValueSyntax& value, const Scope& scope, SourceId source) {
  const auto at = [&] { return context_.origins.add(source, value.at.begin, value.at.end); };
  switch (value.form) {
    case ValueForm::kBare: {
      if (auto n = parse_number(value.text))
        return Constant{Constant::Kind::kNumber, *n, false, std::string(value.text)};
      if (value.text == "true" || value.text == "false") return Constant::boolean(value.text == "true");
      return Constant{Constant::Kind::kText, 0, false, std::string(value.text)};
    }
    case ValueForm::kRef: {
      if (const Binding* b = find_binding(scope, value.text)) return bound(*b);
      auto report = context_.diags.report(at(), diag::DslUnknownName, value.text);
      explain_unknown(report, at(), value.text, scope);
      return std::nullopt;
    }
    case ValueForm::kString:
    case ValueForm::kRaw:
    case ValueForm::kText:
      return interpolate(value, scope, source);
    case ValueForm::kExpression:
      return evaluate(*value.expression, scope, source);
    case ValueForm::kList:
    case ValueForm::kBlock:
      context_.diags.report(at(), diag::DslNotScalar, value.form == ValueForm::kList ? "a list" : "a block");
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Constant> Evaluator::leaf(const Expression& e, const Scope& scope, SourceId source, const Facts* facts,
                                        Seen* seen) {
  const ValueSyntax& v = e.value;
  if (v.form != ValueForm::kBare && v.form != ValueForm::kRef) return constant(v, scope, source);
  if (v.form == ValueForm::kBare) {
    if (auto n = parse_number(v.text)) return Constant::number(*n);
    if (v.text == "true" || v.text == "false") return Constant::boolean(v.text == "true");
  }
  std::optional<Constant> out;
  if (const Binding* b = find_binding(scope, v.text)) {
    out = bound(*b);
  } else if (facts && v.form == ValueForm::kBare && (out = facts->fact(v.text))) {
  } else {
    const OriginId at = context_.origins.add(source, v.at.begin, v.at.end);
    if (const std::string_view owner = facts ? facts->missing_owner(v.text) : std::string_view(); !owner.empty()) {
      context_.diags.report(at, diag::DslUnknownMember, owner);
      return std::nullopt;
    }
    auto report = context_.diags.report(at, diag::DslUnknownName, v.text);
    if (!facts) {
      explain_unknown(report, at, v.text, scope);
      return std::nullopt;
    }
    std::vector<std::string_view> names = visible_names(scope);
    for (std::string_view n : facts->names()) names.push_back(n);
    if (auto near = nearest_name(v.text, names); !near.empty())
      report.note(at, diag::DslDidYouMean, near).fix(at, std::string(near));
    return std::nullopt;
  }
  if (seen && out) {
    std::pair<std::string, std::string> entry{std::string(v.text), constant_text(*out)};
    if (std::find(seen->begin(), seen->end(), entry) == seen->end()) seen->push_back(std::move(entry));
  }
  return out;
}

std::optional<Constant> Evaluator::combine(const Expression& e, Operator op, const Constant& a, const Constant& b,
                                           SourceId source) {
  if (op == Operator::kEqual || op == Operator::kNotEqual) {
    if (a.kind != b.kind) return mismatch(e, source, kind_text(a.kind), b);
    const bool same =
        a.kind == Constant::Kind::kText ? a.text == b.text : a.thousandths == b.thousandths && a.truth == b.truth;
    return Constant::boolean(same == (op == Operator::kEqual));
  }
  for (const Constant* c : {&a, &b})
    if (c->kind != Constant::Kind::kNumber) return mismatch(e, source, "a number", *c);
  const __int128 x = a.thousandths, y = b.thousandths;
  const OriginId at = context_.origins.add(source, e.at.begin, e.at.end);
  __int128 n = 0;
  switch (op) {
    case Operator::kAtMost:
      return Constant::boolean(x <= y);
    case Operator::kAtLeast:
      return Constant::boolean(x >= y);
    case Operator::kBelow:
      return Constant::boolean(x < y);
    case Operator::kAbove:
      return Constant::boolean(x > y);
    case Operator::kAdd:
      n = x + y;
      break;
    case Operator::kSubtract:
      n = x - y;
      break;
    case Operator::kMultiply: {
      const __int128 ax = x < 0 ? -x : x, ay = y < 0 ? -y : y;
      if (ay != 0 && ax > kLargest / ay) {
        context_.diags.report(at, diag::DslNumberTooLarge);
        return std::nullopt;
      }
      n = x * y / 1000;
      break;
    }
    case Operator::kDivide:
    case Operator::kRemainder:
      if (y == 0) {
        context_.diags.report(at, diag::DslDivisionByZero);
        return std::nullopt;
      }
      n = op == Operator::kDivide ? x * 1000 / y : x % y;
      break;
    default:
      return std::nullopt;
  }
  if (n > kLargest || n < -kLargest) {
    context_.diags.report(at, diag::DslNumberTooLarge);
    return std::nullopt;
  }
  return Constant::number(n);
}

std::optional<Constant> Evaluator::evaluate(const Expression& e, const Scope& scope, SourceId source,
                                            const Facts* facts, Seen* seen) {
  if (e.operands.empty()) {
    auto out = leaf(e, scope, source, facts, seen);
    if (out && e.prefix == Operator::kNegate) {
      if (out->kind != Constant::Kind::kNumber) return mismatch(e, source, "a number", *out);
      out->thousandths = -out->thousandths;
      out->text.clear();
    }
    return out;
  }
  auto out = evaluate(e.operands[0], scope, source, facts, seen);
  if (!out) return out;
  if (e.prefix == Operator::kNot) {
    if (out->kind != Constant::Kind::kBool) return mismatch(e.operands[0], source, "true or false", *out);
    return Constant::boolean(!out->truth);
  }
  if (e.prefix == Operator::kNegate) {
    if (out->kind != Constant::Kind::kNumber) return mismatch(e.operands[0], source, "a number", *out);
    return Constant::number(-out->thousandths);
  }
  for (std::size_t i = 0; i < e.operators.size() && i + 1 < e.operands.size(); ++i) {
    const Operator op = e.operators[i];
    // Both sides are always evaluated, so that mistakes on the right are found and their values can be shown.
    auto right = evaluate(e.operands[i + 1], scope, source, facts, seen);
    if (!right) return std::nullopt;
    if (op == Operator::kAnd || op == Operator::kOr) {
      if (out->kind != Constant::Kind::kBool) return mismatch(e.operands[i], source, "true or false", *out);
      if (right->kind != Constant::Kind::kBool) return mismatch(e.operands[i + 1], source, "true or false", *right);
      out = Constant::boolean(op == Operator::kAnd ? out->truth && right->truth : out->truth || right->truth);
    } else {
      out = combine(e, op, *out, *right, source);
    }
    if (!out) return out;
  }
  return out;
}

}  // namespace grovec::frontend::dsl

#include "frontend/dsl/lower/program.h"

#include <algorithm>

#include "frontend/dsl/syntax/reader.h"
#include "ir/base/edit_distance.h"

namespace grovec::frontend::dsl {

std::string_view folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash == 0 ? 1 : slash);
}

namespace {
/// Splits at `/`, resolves `.` and `..`; leading `..` stay.
std::vector<std::string_view> normal_parts(std::string_view path) {
  std::vector<std::string_view> out;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    std::string_view part = path.substr(begin, end - begin);
    if (part == "..") {
      if (!out.empty() && out.back() != "..")
        out.pop_back();
      else
        out.push_back(part);
    } else if (!part.empty() && part != ".") {
      out.push_back(part);
    }
    begin = end + 1;
  }
  return out;
}
std::string join(const std::vector<std::string_view>& parts, bool absolute) {
  std::string out = absolute ? "/" : "";
  for (std::size_t i = 0; i < parts.size(); ++i) out.append(i ? "/" : "").append(parts[i]);
  return out;
}
}  // namespace

std::string resolve_include(std::string_view from, std::string_view path, std::string_view root) {
  if (path.empty() || path.front() == '/' || path.find('\0') != std::string_view::npos) return {};
  const std::string whole = std::string(folder_of(from)).append("/").append(path);
  const bool absolute = !from.empty() && from.front() == '/';
  const std::vector<std::string_view> parts =
      normal_parts(absolute ? whole : std::string_view(whole).substr(whole.front() == '/' ? 1 : 0));
  const std::vector<std::string_view> top = normal_parts(root);
  const bool below = parts.size() > top.size() && std::equal(top.begin(), top.end(), parts.begin());
  if (!below || (parts.size() > top.size() && parts[top.size()] == "..")) return {};
  return join(parts, absolute);
}

const Placed* Program::find_mixin(std::string_view name) const {
  auto it = mixins_.find(name);
  return it == mixins_.end() ? nullptr : &it->second;
}

std::vector<std::string_view> Program::mixin_names() const {
  std::vector<std::string_view> out;
  for (const auto& [name, placed] : mixins_) out.push_back(name);
  std::sort(out.begin(), out.end());
  return out;
}

bool Program::load(SourceId main) {
  root_ = options_.root.empty() ? std::string(folder_of(context_.sources.name(main))) : options_.root;
  std::vector<Open> stack;
  const std::string name(context_.sources.name(main));
  main_name_ = name;
  stack.push_back({join(normal_parts(name), name.starts_with('/')), kNowhere});
  loaded_.insert(stack[0].path);
  if (!load_file(main, stack) || !ok_) return false;
  choose_environment();
  apply_given_values();
  check_parameters();
  return ok_;
}

bool Program::load_declarations(SourceId main) {
  root_ = options_.root.empty() ? std::string(folder_of(context_.sources.name(main))) : options_.root;
  const std::string name(context_.sources.name(main));
  std::vector<Open> stack{{join(normal_parts(name), name.starts_with('/')), kNowhere}};
  loaded_.insert(stack[0].path);
  return load_file(main, stack) && ok_;
}

bool Program::load_file(SourceId source, std::vector<Open>& stack) {
  Tree& tree = trees_.emplace_back(parse(context_, source));
  if (tree.broken) {
    ok_ = false;
    return false;
  }
  for (const Statement& s : tree.body.statements) declare(s, source, stack);
  return true;
}

void Program::declare(const Statement& s, SourceId source, std::vector<Open>& stack) {
  switch (s.kind) {
    case StatementKind::kInclude:
      return include(s, source, stack);
    case StatementKind::kParam:
    case StatementKind::kLet:
      return declare_name(s, source);
    case StatementKind::kMixin: {
      auto [it, fresh] = mixins_.emplace(s.name.text, Placed{&s, source});
      if (fresh) {
        it->second.is_broken = !check_head(s, source);
        return;
      }
      context_.diags.report(origin(source, s.name.at), diag::DslDeclaredTwice, "mixin", s.name.text)
          .note(origin(it->second.source, it->second.statement->name.at), diag::DeclaredHere, s.name.text);
      return;
    }
    case StatementKind::kSet:
      sets_.push_back({&s, source});
      return;
    case StatementKind::kEnv:
      environments_.push_back({&s, source});
      return;
    case StatementKind::kAssert:
      assertions_.push_back({&s, source});
      return;
    default:
      break;
  }
  has_misplaced_ = true;
  misplaced_names_.push_back(context_.sources.text(source).substr(s.at.begin, s.at.end - s.at.begin));
  misplaced_names_.back() = misplaced_names_.back().substr(0, misplaced_names_.back().find_first_of(" \t"));
  if (s.name) misplaced_names_.push_back(s.name.text);
  for (const Pair& pair : s.pairs) misplaced_names_.push_back(pair.key.text);
  const std::string what =
      "`" + std::string(context_.sources.text(source).substr(s.keyword.begin, s.keyword.end - s.keyword.begin)) + "`";
  context_.diags.report(origin(source, s.keyword), diag::DslMisplaced, what,
                        "outside of a `set`; here stand `include`, `param`, `let`, `mixin`, `set`, `env` and `assert`");
}

void Program::declare_name(const Statement& s, SourceId source) {
  const bool is_param = s.kind == StatementKind::kParam;
  for (const auto* declared : {&params_, &lets_})
    if (auto it = declared->find(s.name.text); it != declared->end()) {
      context_.diags
          .report(origin(source, s.name.at), diag::DslDeclaredTwice, is_param ? "parameter" : "constant", s.name.text)
          .note(origin(it->second.source, it->second.statement->name.at), diag::DeclaredHere, s.name.text);
      return;
    }
  (is_param ? params_ : lets_).emplace(s.name.text, Placed{&s, source});
  if (is_param) param_order_.push_back({&s, source, !check_head(s, source)});
  const ValueSyntax* value = is_param ? (s.parameters[0].has_default ? &s.parameters[0].value : nullptr) : &s.value;
  Scope& scope = scopes_.emplace_back();
  scope.outer = &globals_;
  scope.visible = order_;
  Binding b{value, &scope, source, value ? origin(source, value->at) : kNowhere, order_++};
  globals_.names[s.name.text] = b;
}

void Program::include(const Statement& s, SourceId source, std::vector<Open>& stack) {
  const OriginId at = origin(source, s.value.at);
  auto fail = [&] { ok_ = false; };
  const bool literal = (s.value.form == ValueForm::kString && s.value.parts.empty()) ||
                       s.value.form == ValueForm::kRaw || s.value.form == ValueForm::kBare;
  if (!literal) {
    context_.diags.report(at, diag::DslIncludeNotText);
    return fail();
  }
  const std::string path = resolve_include(context_.sources.name(source), s.value.text, root_);
  if (path.empty()) {
    context_.diags.report(at, diag::DslIncludeOutside, s.value.text,
                          root_.empty() ? std::string_view(".") : std::string_view(root_));
    return fail();
  }
  for (const Open& open : stack)
    if (open.path == path) {
      auto report = context_.diags.report(at, diag::DslIncludeCycle, s.value.text);
      for (std::size_t i = 1; i < stack.size(); ++i)
        report.note(stack[i].included_at, diag::DslIncludedHere, stack[i].path);
      return fail();
    }
  if (loaded_.contains(path)) return;
  if (!options_.load) {
    context_.diags.report(at, diag::DslIncludeMissing, s.value.text, "files cannot be read here");
    return fail();
  }
  Result<std::string> text = options_.load(path);
  if (!text) {
    context_.diags.report(at, diag::DslIncludeMissing, s.value.text, text.error().message);
    return fail();
  }
  included_bytes_ += text->size();
  if (loaded_.size() >= limits_.files || included_bytes_ > limits_.included_bytes || stack.size() > 64) {
    const bool files = loaded_.size() >= limits_.files || stack.size() > 64;
    context_.diags.report(at, diag::DslBudget, files ? "included files" : "bytes of included text",
                          static_cast<std::uint64_t>(files ? limits_.files : limits_.included_bytes));
    return fail();
  }
  loaded_.insert(path);
  const SourceId included = context_.sources.add(path, std::move(*text));
  stack.push_back({path, at});
  load_file(included, stack);
  stack.pop_back();
}

namespace {
/// Environments of a file, each once.
std::string list_of(const std::vector<std::string_view>& names) {
  std::vector<std::string_view> said;
  std::string out;
  for (std::string_view name : names) {
    if (std::find(said.begin(), said.end(), name) != said.end()) continue;
    said.push_back(name);
    out += (out.empty() ? "`" : ", `") + std::string(name) + "`";
  }
  return out.empty() ? "it declares no environment" : "its environments are " + out;
}
}  // namespace

void Program::choose_environment() {
  std::vector<std::string_view> names;
  for (const Placed& env : environments_) {
    names.push_back(env.statement->name.text);
    if (env.statement->name.text == options_.env) chosen_.push_back(env);
  }
  if (options_.env.empty()) return;
  if (chosen_.empty()) {
    auto report = context_.diags.report(kNowhere, diag::DslUnknownEnv, options_.env, main_name_, list_of(names));
    if (auto near = nearest_name(options_.env, names); !near.empty()) report.note(kNowhere, diag::DslDidYouMean, near);
    ok_ = false;
    return;
  }
  for (const Placed& env : chosen_) apply_environment(env);
}

/// `param x = …` and `let x = …` of an environment replace the value declared; the name must exist.
void Program::apply_environment(const Placed& env) {
  for (const Statement& s : env.statement->block->statements) {
    if (s.kind != StatementKind::kParam && s.kind != StatementKind::kLet) continue;
    const bool is_param = s.kind == StatementKind::kParam;
    const auto& declared = is_param ? params_ : lets_;
    const ValueSyntax* value = is_param ? (s.parameters[0].has_default ? &s.parameters[0].value : nullptr) : &s.value;
    auto it = globals_.names.find(s.name.text);
    if (!declared.contains(s.name.text) || value == nullptr || it == globals_.names.end()) {
      context_.diags.report(origin(env.source, s.name.at), diag::DslUnknownName, s.name.text);
      continue;
    }
    Binding& b = it->second;
    b.value = value;
    b.source = env.source;
    b.given_at = origin(env.source, value->at);
  }
}

void Program::give(std::string_view name, std::unique_ptr<ValueSyntax> value, SourceId source, OriginId at) {
  auto it = globals_.names.find(name);
  if (!params_.contains(name) || it == globals_.names.end()) {
    std::vector<std::string_view> names;
    for (const Placed& p : param_order_) names.push_back(p.statement->name.text);
    auto report = context_.diags.report(at, diag::DslNoSuchParam, name);
    if (auto near = nearest_name(name, names); !near.empty()) report.note(at, diag::DslDidYouMean, near);
    ok_ = false;
    return;
  }
  it->second.value = value.get();
  it->second.source = source;
  it->second.given_at = at;
  given_.push_back(std::move(value));
}

namespace {
/// A value of a values document as if it had been written in the language.
std::unique_ptr<ValueSyntax> written(const ir::Value& v, std::deque<std::string>& texts, int depth = 0) {
  auto out = std::make_unique<ValueSyntax>();
  switch (v.kind()) {
    case ir::ValueKind::kString:
      out->form = ValueForm::kRaw;
      out->text = v.as_string();
      return out;
    case ir::ValueKind::kBool:
      out->text = v.as_bool() ? "true" : "false";
      return out;
    case ir::ValueKind::kInt:
      out->text = texts.emplace_back(std::to_string(v.as_int()));
      return out;
    case ir::ValueKind::kDouble: {
      std::string text = std::to_string(v.as_double());
      while (text.back() == '0' && text[text.size() - 2] != '.') text.pop_back();
      out->text = texts.emplace_back(std::move(text));
      return out;
    }
    case ir::ValueKind::kSequence: {
      if (depth > 32) return nullptr;
      out->form = ValueForm::kList;
      for (const ir::Value& item : v.items()) {
        auto part = written(item, texts, depth + 1);
        if (!part) return nullptr;
        out->items.push_back(std::move(*part));
      }
      return out;
    }
    default:
      return nullptr;
  }
}
}  // namespace

/// The name of a value as it was written: YAML 1.1 takes an `n` for `false`.
std::string_view Program::written_key(const ir::Member& m) const {
  if (m.key_at == kNowhere || (m.key != "true" && m.key != "false")) return m.key;
  const Origin& o = context_.origins[m.key_at];
  const std::string_view text = context_.sources.text(o.source).substr(o.begin, o.end - o.begin);
  return params_.contains(text) ? text : m.key;
}

void Program::apply_given_values() {
  for (const ir::Value& document : options_.values) {
    if (document.kind() == ir::ValueKind::kNull) continue;
    if (document.kind() != ir::ValueKind::kMapping) {
      context_.diags.report(document.at(), diag::DslValuesNotMapping);
      ok_ = false;
      continue;
    }
    for (const ir::Member& m : document.members()) {
      auto value = written(m.value, texts_);
      if (!value) {
        context_.diags.report(m.value.at(), diag::DslValueUnusable, m.key);
        ok_ = false;
        continue;
      }
      const Origin& o = context_.origins[m.value.at()];
      value->at = {o.begin, o.end};
      give(written_key(m), std::move(value), o.source, m.value.at());
    }
  }
  for (const auto& [name, text] : options_.set_values) {
    const SourceId source = context_.sources.add("--set", name + "=" + text);
    auto value = std::make_unique<ValueSyntax>();
    value->text = texts_.emplace_back(text);
    value->at = {static_cast<std::uint32_t>(name.size() + 1),
                 static_cast<std::uint32_t>(name.size() + 1 + text.size())};
    auto it = params_.find(name);
    if (it != params_.end() && it->second.statement->parameters[0].type.text == "string") value->form = ValueForm::kRaw;
    const OriginId at = origin(source, value->at);
    give(name, std::move(value), source, at);
  }
}

namespace {
bool is_type(std::string_view name) {
  constexpr std::string_view kTypes[] = {"int", "number", "bool", "string", "quantity"};
  return std::find(std::begin(kTypes), std::end(kTypes), name) != std::end(kTypes);
}
}  // namespace

void Program::check_parameters() {
  for (const Placed& p : param_order_) {
    const Statement& s = *p.statement;
    const Binding& b = globals_.names[s.name.text];
    if (p.is_broken) {
      ok_ = false;
      continue;
    }
    if (b.value == nullptr) {
      context_.diags.report(origin(p.source, s.name.at), diag::DslParamMissing, s.name.text);
      ok_ = false;
      continue;
    }
    if (!check_value(s.parameters[0], &s, b)) ok_ = false;
  }
}

bool Program::check_head(const Statement& head, SourceId source) {
  for (auto p = head.parameters.begin(); p != head.parameters.end(); ++p) {
    const auto twin = std::find_if(head.parameters.begin(), p,
                                   [&](const Parameter& other) { return other.name.text == p->name.text; });
    if (twin != p) {
      context_.diags.report(origin(source, p->name.at), diag::DslDeclaredTwice, "parameter", p->name.text)
          .note(origin(source, twin->name.at), diag::DeclaredHere, p->name.text);
      return false;
    }
    if (!p->type || is_type(p->type.text)) continue;
    context_.diags.report(origin(source, p->type.at), diag::DslUnknownType, p->type.text);
    return false;
  }
  return true;
}

bool Program::check_type(const Parameter& parameter, const Binding& binding, const Constant& c) {
  const std::string_view type = parameter.type.text;
  bool fits = true;
  if (type == "int")
    fits = c.kind == Constant::Kind::kNumber && c.thousandths % 1000 == 0;
  else if (type == "number" || type == "quantity")
    fits = c.kind == Constant::Kind::kNumber;
  else if (type == "bool")
    fits = c.kind == Constant::Kind::kBool;
  if (fits) return true;
  context_.diags.report(binding.given_at, diag::DslParamType, constant_text(c), type, parameter.name.text);
  return false;
}

bool Program::check_in(const Statement& s, const Binding& declared, const Binding& given, const Constant& c) {
  const ValueSyntax& in = s.value;
  if (in.form == ValueForm::kList) {
    for (const ValueSyntax& item : in.items) {
      auto allowed = evaluator_.constant(item, *declared.scope, declared.source);
      if (!allowed) return false;
      if (constant_text(*allowed) == constant_text(c)) return true;
    }
  } else {
    const std::size_t dots = in.text.find("..");
    const auto low = parse_number(in.text.substr(0, dots));
    const auto high = dots == std::string_view::npos ? std::nullopt : parse_number(in.text.substr(dots + 2));
    if (!low || !high) {
      context_.diags.report(origin(declared.source, in.at), diag::DslBadRange, in.text);
      return false;
    }
    if (c.kind == Constant::Kind::kNumber && c.thousandths >= *low && c.thousandths <= *high) return true;
  }
  const std::string_view text = context_.sources.text(declared.source).substr(in.at.begin, in.at.end - in.at.begin);
  context_.diags.report(given.given_at, diag::DslParamNotIn, s.name.text, constant_text(c), text)
      .note(origin(declared.source, in.at), diag::DeclaredHere, s.name.text);
  return false;
}

bool Program::check_value(const Parameter& parameter, const Statement* constraints, const Binding& binding) {
  const bool constrained = constraints && (constraints->has_value || constraints->expression);
  if (parameter.type.text.empty() && !constrained) return true;
  auto c = evaluator_.constant(*binding.value, *binding.scope, binding.source);
  if (!c) return false;
  Binding declared = binding;
  if (constraints) declared.source = params_[parameter.name.text].source;
  if (!check_type(parameter, constraints ? declared : binding, *c)) return false;
  if (!constrained) return true;
  if (constraints->has_value && !check_in(*constraints, declared, binding, *c)) return false;
  if (!constraints->expression) return true;
  // The constraint may mention the parameter itself.
  Scope here;
  here.outer = &globals_;
  here.visible = binding.order + 1;
  Seen seen;
  auto holds = evaluator_.evaluate(*constraints->expression, here, declared.source, nullptr, &seen);
  if (!holds) return false;
  if (holds->kind == Constant::Kind::kBool && holds->truth) return true;
  const Span at = constraints->expression->at;
  const std::string_view text = context_.sources.text(declared.source).substr(at.begin, at.end - at.begin);
  context_.diags.report(binding.given_at, diag::DslParamRefused, parameter.name.text, constant_text(*c), text)
      .note(origin(declared.source, at), diag::DeclaredHere, parameter.name.text);
  return false;
}

}  // namespace grovec::frontend::dsl

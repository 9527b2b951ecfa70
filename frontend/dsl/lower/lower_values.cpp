#include <algorithm>
#include <charconv>

#include "frontend/dsl/lower/lowering.h"
#include "ir/value/resolve.h"

namespace grovec::frontend::dsl {

using schemas::TypeKind;

namespace {

std::string_view element_name(const Draft& list) {
  const FieldPlace element = list.place.element();
  return element.type == schemas::TypeId{0} ? std::string_view() : schemas::type(element.type).go_name;
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool Lowering::too_deep(int depth, OriginId at) {
  if (depth < 300) return false;
  if (!over_budget_) context_.diags.report(at, diag::DslTooDeep, 300);
  over_budget_ = true;
  poison();
  return true;
}

void Lowering::put_text(Draft& node, std::string_view key, std::string_view text, OriginId at) {
  pool_.set_scalar(pool_.member(node, key, at), ir::Value::string(keep(text), at));
}

// ---------------------------------------------------------------------------------------------------------------------
// Scalars
// ---------------------------------------------------------------------------------------------------------------------

std::optional<ir::Value> Lowering::typed(const Constant& c, FieldPlace place, OriginId at) {
  const TypeKind kind = place.kind();
  const bool wants_text = kind == TypeKind::kString || kind == TypeKind::kDuration || kind == TypeKind::kTime;
  if (c.kind == Constant::Kind::kText || wants_text)
    return ir::Value::string(keep(constant_text(c)), at, ir::Style::kQuoted);
  if (c.kind == Constant::Kind::kBool) return ir::Value::boolean(c.truth, at);
  constexpr __int128 kMax = static_cast<__int128>(INT64_MAX) * 1000;
  if (c.thousandths % 1000 == 0 && c.thousandths <= kMax && c.thousandths >= -kMax)
    return ir::Value::integer(static_cast<std::int64_t>(c.thousandths / 1000), at);
  if (kind == TypeKind::kInt32 || kind == TypeKind::kInt64) {
    context_.diags.report(at, diag::DslNotWhole, constant_text(c));
    return std::nullopt;
  }
  if (kind == TypeKind::kQuantity || kind == TypeKind::kIntOrString)
    return ir::Value::string(keep(number_text(c.thousandths)), at, ir::Style::kQuoted);
  return ir::Value::real(static_cast<double>(c.thousandths) / 1000, at);
}

const ValueSyntax* Lowering::behind(const ValueSyntax& value, Authorship& frame, OriginId& at) {
  const ValueSyntax* v = &value;
  at = origin(v->at, frame);
  for (int depth = 0;; ++depth) {
    if (v->form != ValueForm::kRef && v->form != ValueForm::kBare) return v;
    const Binding* b = nullptr;
    if (v->form == ValueForm::kRef) {
      b = find_binding(*frame.scope, v->text);
    } else if (frame.scope->is_mixin) {
      auto it = frame.scope->names.find(v->text);
      if (it != frame.scope->names.end()) b = &it->second;
    }
    if (b == nullptr && v->form == ValueForm::kBare) return v;
    if (b == nullptr) {
      poison();
      const OriginId here = origin(v->at, frame);
      auto report = context_.diags.report(here, diag::DslUnknownName, v->text);
      explain_unknown(report, here, v->text, *frame.scope);
      return nullptr;
    }
    if (depth > 200 || b->value == nullptr) {
      over_budget_ = true;
      poison();
      context_.diags.report(at, diag::DslBudget, "names that stand for names", 200);
      return nullptr;
    }
    const bool structured = b->value->form == ValueForm::kList || b->value->form == ValueForm::kBlock;
    const OriginId reference = origin(v->at, frame);
    if (!structured && depth == 0) at = pool_.with_cause(reference, OriginCause::kArgument, b->given_at);
    if (structured && frame.reference == kNowhere) frame.reference = reference;
    frame.via = kNowhere;
    frame.source = b->source;
    frame.scope = b->scope;
    v = b->value;
  }
}

std::optional<ir::Value> Lowering::scalar(const ValueSyntax& v, FieldPlace place, const Authorship& frame,
                                          OriginId at) {
  switch (v.form) {
    case ValueForm::kBare:
      return bare_value(keep(v.text), place, at);
    case ValueForm::kString:
    case ValueForm::kRaw:
    case ValueForm::kText: {
      const ir::Style style = v.form == ValueForm::kText ? ir::Style::kBlock : ir::Style::kQuoted;
      if (v.parts.empty()) return ir::Value::string(keep(v.text), at, style);
      auto c = program_.evaluator().constant(v, *frame.scope, frame.source);
      if (!c) {
        poison();
        return std::nullopt;
      }
      for (const TextPart& part : v.parts)
        if (const Binding* b = part.is_name ? find_binding(*frame.scope, part.text) : nullptr) {
          at = pool_.with_cause(at, OriginCause::kArgument, b->given_at);
          break;
        }
      return ir::Value::string(keep(c->text), at, style);
    }
    case ValueForm::kExpression: {
      auto c = program_.evaluator().evaluate(*v.expression, *frame.scope, frame.source);
      if (!c) {
        poison();
        return std::nullopt;
      }
      return typed(*c, place, at);
    }
    default:
      return std::nullopt;
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Values
// ---------------------------------------------------------------------------------------------------------------------

void Lowering::apply(Draft& node, const ValueSyntax& value, const Authorship& outer, int depth) {
  const Attempt attempt(*this, node);
  Authorship frame = outer;
  OriginId at;
  const ValueSyntax* v = behind(value, frame, at);
  if (v == nullptr || over_budget_ || over_budget(value.at, outer) || too_deep(depth, at)) return;
  if (v->form == ValueForm::kList) return apply_list(node, v->items, at, frame, depth);
  if (v->form == ValueForm::kBlock) return apply_block_value(node, *v->block, frame, depth);
  const bool is_null = v->form == ValueForm::kBare && v->text == "null";
  if (node.place.kind() == TypeKind::kList && !is_null) return apply_list(node, std::span(v, 1), at, frame, depth);
  if (auto s = scalar(*v, node.place, frame, at)) pool_.set_scalar(node, *s);
}

void Lowering::apply_list(Draft& node, std::span<const ValueSyntax> items, OriginId at, const Authorship& frame,
                          int depth) {
  const auto keys = node.place.map_keys();
  const FieldPlace element = node.place.element();
  if (keys.empty()) {
    Draft& fresh = pool_.make(node.place);
    pool_.become(fresh, Draft::Kind::kList, at);
    for (const ValueSyntax& item : items) {
      Draft& child = pool_.make(element);
      apply(child, item, frame, depth + 1);
      fresh.items.push_back(&child);
    }
    pool_.merge(node, fresh);
    return;
  }
  pool_.become(node, Draft::Kind::kList, at);
  for (const ValueSyntax& item : items) {
    Draft& child = pool_.make(element);
    const Attempt attempt(*this, node);
    Authorship inner = frame;
    OriginId item_at;
    const ValueSyntax* v = behind(item, inner, item_at);
    if (v == nullptr || over_budget_) return;
    if (v->form != ValueForm::kBlock && v->form != ValueForm::kList) {
      // A scalar in a keyed list is the key.
      if (element_name(node) == "v1.ContainerPort" && v->form == ValueForm::kBare) {
        pool_.become(child, Draft::Kind::kMap, item_at);
        port(child, v->text, item_at);
      } else if (auto s = scalar(*v, element.member(keys[0]), inner, item_at)) {
        pool_.set_scalar(pool_.member(child, keys[0], item_at), *s);
      }
    } else {
      apply(child, *v, inner, depth + 1);
    }
    const std::string_view key = pool_.key_of(child, keys);
    if (Draft* found = pool_.find_item(node, key))
      pool_.merge(*found, child);
    else
      pool_.add_item(node, child, key);
  }
}

void Lowering::apply_block_value(Draft& node, const Block& block, const Authorship& frame, int depth) {
  if (node.place.kind() != TypeKind::kList) return apply_struct_block(node, block, frame, depth);
  if (!node.place.map_keys().empty()) return apply_keyed_block(node, block, frame, depth);
  // A single value where a list is wanted is a list of one.
  Draft& fresh = pool_.make(node.place);
  pool_.become(fresh, Draft::Kind::kList, origin(block.at, frame));
  Draft& child = pool_.make(node.place.element());
  apply_struct_block(child, block, frame, depth + 1);
  fresh.items.push_back(&child);
  pool_.merge(node, fresh);
}

std::string_view Lowering::member_key(const Draft& node, const Word& key) {
  const bool resources =
      node.place.type != schemas::TypeId{0} && schemas::type(node.place.type).go_name == "v1.ResourceList";
  return resources && !key.quoted && key.text == "gpu" ? "nvidia.com/gpu" : keep(key.text);
}

void Lowering::apply_struct_block(Draft& node, const Block& block, const Authorship& outer, int depth) {
  const OriginId at = origin(block.at, outer);
  if (too_deep(depth, at)) return;
  pool_.become(node, Draft::Kind::kMap, at);
  Authorship frame = outer;
  frame.application = ++applications_;
  for (const Statement& s : block.statements) {
    if (over_budget_ || over_budget(s.keyword, frame)) return;
    if (s.kind == StatementKind::kField)
      apply_members(node, s, frame, depth + 1);
    else if (s.kind == StatementKind::kPair)
      apply_pairs(node, s.pairs, frame, depth + 1);
    else
      misplaced(s, "here; this block takes fields", frame);
  }
}

void Lowering::apply_members(Draft& node, const Statement& s, const Authorship& frame, int depth) {
  assign(node, member_key(node, s.name), s, frame, depth);
}

void Lowering::apply_pairs(Draft& node, const std::vector<Pair>& pairs, const Authorship& frame, int depth) {
  if (node.place.kind() == TypeKind::kList && !node.place.map_keys().empty()) {
    pool_.become(node, Draft::Kind::kList, origin(pairs[0].at, frame));
    for (const Pair& pair : pairs) keyed_item(node, pair.key, &pair.value, nullptr, frame, depth);
    return;
  }
  Draft* into = &node;
  if (node.place.kind() == TypeKind::kList) {  // a list of one
    Draft& fresh = pool_.make(node.place);
    pool_.become(fresh, Draft::Kind::kList, origin(pairs[0].at, frame));
    into = &pool_.make(node.place.element());
    fresh.items.push_back(into);
    pool_.merge(node, fresh);
  }
  pool_.become(*into, Draft::Kind::kMap, origin(pairs[0].at, frame));
  for (const Pair& pair : pairs)
    apply(pool_.member(*into, member_key(*into, pair.key), origin(pair.key.at, frame)), pair.value, frame, depth);
}

// ---------------------------------------------------------------------------------------------------------------------
// Lists with keys, written as blocks or pairs
// ---------------------------------------------------------------------------------------------------------------------

void Lowering::apply_keyed_block(Draft& node, const Block& block, const Authorship& outer, int depth) {
  const OriginId at = origin(block.at, outer);
  if (too_deep(depth, at)) return;
  pool_.become(node, Draft::Kind::kList, at);
  Authorship frame = outer;
  frame.application = ++applications_;
  for (const Statement& s : block.statements) {
    if (over_budget_ || over_budget(s.keyword, frame)) return;
    if (s.kind == StatementKind::kField)
      keyed_item(node, s.name, s.has_value ? &s.value : nullptr, &s, frame, depth + 1);
    else if (s.kind == StatementKind::kPair)
      keyed_item(node, s.pairs[0].key, &s.pairs[0].value, nullptr, frame, depth + 1);
    else
      misplaced(s, "here; this block takes items by their names", frame);
  }
}

void Lowering::port(Draft& item, std::string_view text, OriginId at) {
  const std::size_t slash = text.find('/');
  const FieldPlace place = item.place.member("containerPort");
  pool_.set_scalar(pool_.member(item, "containerPort", at), bare_value(keep(text.substr(0, slash)), place, at));
  if (slash != std::string_view::npos) put_text(item, "protocol", text.substr(slash + 1), at);
}

void Lowering::fill_item(Draft& item, const Word& key, const ValueSyntax* value, const Authorship& frame, int depth) {
  const std::string_view name = schemas::type(item.place.type).go_name;
  Authorship inner = frame;
  OriginId at;
  const ValueSyntax* v = behind(*value, inner, at);
  if (v == nullptr) return;
  if (v->form == ValueForm::kBlock) return apply_struct_block(item, *v->block, inner, depth);
  if (name == "v1.ContainerPort" && !all_digits(key.text)) {
    if (v->form == ValueForm::kBare) return port(item, v->text, at);
    if (auto s = scalar(*v, item.place.member("containerPort"), inner, at))
      pool_.set_scalar(pool_.member(item, "containerPort", at), *s);
    return;
  }
  const std::string_view field = name == "v1.ContainerPort" ? "name" : scalar_field(name);
  if (field.empty()) {
    context_.diags.report(at, diag::DslItemNeedsBlock, key.text);
    return;
  }
  apply(pool_.member(item, field, at), *value, frame, depth);
}

void Lowering::keyed_item(Draft& list, const Word& key, const ValueSyntax* value, const Statement* s,
                          const Authorship& frame, int depth) {
  const auto keys = list.place.map_keys();
  const OriginId at = origin(key.at, frame);
  Draft& item = pool_.make(list.place.element());
  pool_.become(item, Draft::Kind::kMap, at);
  const bool named_port = element_name(list) == "v1.ContainerPort" && !all_digits(key.text);
  const std::string_view key_field = named_port ? "name" : keys[0];
  const FieldPlace key_place = item.place.member(key_field);
  pool_.set_scalar(pool_.member(item, key_field, at),
                   key.quoted ? ir::Value::string(keep(key.text), at) : bare_value(keep(key.text), key_place, at));
  {
    const Attempt attempt(*this, item);  // over before the item merges into the list
    if (value) fill_item(item, key, value, frame, depth);
    if (s && s->block) apply_struct_block(item, *s->block, frame, depth);
    if (s && !s->pairs.empty()) apply_pairs(item, s->pairs, frame, depth);
  }
  const std::string_view text = pool_.key_of(item, keys);
  Draft* found = pool_.find_item(list, text);
  if (found && value && found->written_by == frame.application) {
    context_.diags.report(at, diag::DslSetTwice, key.text).note(NodePool::origin(*found), diag::SetHere, key.text);
    return;
  }
  if (found)
    pool_.merge(*found, item);
  else
    pool_.add_item(list, item, text);
  (found ? found : &item)->written_by = frame.application;
}

}  // namespace grovec::frontend::dsl

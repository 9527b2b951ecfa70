#include <algorithm>
#include <unordered_set>

#include "frontend/dsl/convert/converter.h"
#include "frontend/dsl/syntax/text.h"
#include "ir/value/writer.h"

namespace grovec::frontend::dsl {

using ir::ValueKind;
using schemas::TypeKind;

Word Converter::word(std::string_view text, bool key) {
  const std::vector<std::string_view> reserved = keywords();
  const bool keyword = key && text != "env" && std::find(reserved.begin(), reserved.end(), text) != reserved.end();
  return {text, {}, keyword || !is_bare_word(text)};
}

ValueSyntax Converter::bare(std::string_view text) {
  ValueSyntax v;
  v.text = text;
  return v;
}

ValueSyntax Converter::scalar(const ir::Value& v, FieldPlace place) {
  ValueSyntax out;
  switch (v.kind()) {
    case ValueKind::kNull:
      out.text = "null";
      break;
    case ValueKind::kBool:
      out.text = v.as_bool() ? "true" : "false";
      break;
    case ValueKind::kInt:
      out.text = tree_.own(std::to_string(v.as_int()));
      break;
    case ValueKind::kDouble:
      out.text = tree_.own(ir::number_text(v.as_double()));
      break;
    default: {
      const std::string_view text = v.as_string();
      out.text = text;
      if (is_bare_word(text) && ir::equal(bare_value(text, place, kNowhere), v)) break;
      out.form = !encode_text_block(text, 0).empty() ? ValueForm::kText
                 : encode_string(text)[0] == '\''    ? ValueForm::kRaw
                                                     : ValueForm::kString;
    }
  }
  out.at = {position(v.at()), position(v.at())};
  return out;
}

ValueSyntax Converter::value(const ir::Value& v, FieldPlace place) {
  if (is_scalar(v)) return scalar(v, place);
  ValueSyntax out;
  out.at = {position(v.at()), position(v.at())};
  if (v.kind() == ValueKind::kSequence) {
    out.form = ValueForm::kList;
    out.inline_list = true;
    for (const ir::Value& item : v.items()) out.items.push_back(value(item, place.element()));
    return out;
  }
  out.form = ValueForm::kBlock;
  out.block = block(fields(v, place));
  return out;
}

std::unique_ptr<Block> Converter::block(std::vector<Statement> statements) {
  auto out = std::make_unique<Block>();
  out->statements = std::move(statements);
  out->inline_block = true;
  return out;
}

Statement Converter::statement(StatementKind kind, std::uint32_t at) {
  Statement s;
  s.kind = kind;
  s.at = {at, at};
  return s;
}

Pair Converter::pair(std::string_view key, ValueSyntax v, bool gpu_alias) {
  Pair p;
  p.key = word(gpu_alias && key == "nvidia.com/gpu" ? "gpu" : key);
  if (gpu_alias && key == "gpu") p.key.quoted = true;
  p.value = std::move(v);
  return p;
}

std::vector<const ir::Member*> Converter::ordered(const ir::Value& mapping, FieldPlace place) const {
  std::vector<const ir::Member*> out;
  for (const ir::Member& m : mapping.members())
    if (place.kind() != TypeKind::kStruct || !is_null(m.value)) out.push_back(&m);
  std::stable_sort(out.begin(), out.end(),
                   [&](const ir::Member* a, const ir::Member* b) { return position(a->key_at) < position(b->key_at); });
  return out;
}

std::vector<Statement> Converter::fields(const ir::Value& mapping, FieldPlace place, std::string_view skip) {
  std::vector<Statement> out;
  for (const ir::Member* m : ordered(mapping, place))
    if (skip.empty() || m->key != skip) out.push_back(field(m->key, m->value, place, position(m->key_at)));
  return out;
}

Statement Converter::field(std::string_view key, const ir::Value& v, FieldPlace parent, std::uint32_t at) {
  const FieldPlace place = parent.member(key);
  const bool resources = parent.type != schemas::TypeId{0} && schemas::type(parent.type).go_name == "v1.ResourceList";
  Statement s = statement(StatementKind::kField, at);
  s.name = word(key, true);
  if (resources && key == "nvidia.com/gpu") s.name = word("gpu");
  if (resources && key == "gpu") s.name.quoted = true;
  content(s, v, place);
  return s;
}

void Converter::content(Statement& s, const ir::Value& v, FieldPlace place) {
  if (v.kind() == ValueKind::kMapping) return mapping(s, v, place);
  if (v.kind() == ValueKind::kSequence && !place.map_keys().empty() && !v.items().empty() && keyed(s, v, place)) return;
  s.has_value = true;
  s.value = value(v, place);
}

void Converter::mapping(Statement& s, const ir::Value& v, FieldPlace place) {
  const auto members = ordered(v, place);
  const bool flat = !members.empty() && std::all_of(members.begin(), members.end(), [](const ir::Member* m) {
    return is_scalar(m->value) && m->value.as_string().find('\n') == std::string_view::npos;
  });
  const bool resources = place.type != schemas::TypeId{0} && schemas::type(place.type).go_name == "v1.ResourceList";
  std::size_t width = 0;
  for (const ir::Member* m : members) width += m->key.size() + m->value.as_string().size() + 4;
  if (flat && width < 90 && place.kind() != TypeKind::kRaw) {
    for (const ir::Member* m : members)
      s.pairs.push_back(pair(m->key, scalar(m->value, place.member(m->key)), resources));
    return;
  }
  s.block = block(fields(v, place));
}

bool Converter::keyed(Statement& s, const ir::Value& v, FieldPlace place) {
  const FieldPlace element = place.element();
  const auto keys = place.map_keys();
  const std::string_view type = schemas::type(element.type).go_name;
  if (type == "v1.ContainerPort") return ports(s, v, element);
  if (keys.size() != 1) return false;
  bool only_keys = true, only_pairs = true;
  const std::string_view extra = scalar_field(type);
  std::unordered_set<std::string_view> seen;
  for (const ir::Value& item : v.items()) {
    const ir::Value* key = item.find(keys[0]);
    if (key == nullptr || key->kind() != ValueKind::kString || key->as_string().empty() ||
        !seen.insert(key->as_string()).second)
      return false;
    const auto members = ordered(item, element);
    only_keys &= members.size() == 1;
    const ir::Value* e = extra.empty() ? nullptr : item.find(extra);
    only_pairs &= members.size() == 2 && e && is_scalar(*e) && !is_null(*e) &&
                  e->as_string().find('\n') == std::string_view::npos;
  }
  if (only_keys) {
    s.has_value = true;
    s.value.form = ValueForm::kList;
    s.value.inline_list = true;
    for (const ir::Value& item : v.items()) s.value.items.push_back(scalar(item[keys[0]], element.member(keys[0])));
    return true;
  }
  if (only_pairs && v.items().size() <= 6) {
    std::size_t width = 0;
    std::vector<Pair> pairs;
    for (const ir::Value& item : v.items()) {
      pairs.push_back(pair(item[keys[0]].as_string(), scalar(item[extra], element.member(extra)), false));
      width += pairs.back().key.text.size() + pairs.back().value.text.size() + 4;
    }
    if (width < 90) {
      s.pairs = std::move(pairs);
      return true;
    }
  }
  std::vector<Statement> items;
  for (const ir::Value& item : v.items()) items.push_back(keyed_item(item, element, keys[0], extra));
  s.block = block(std::move(items));
  return true;
}

Statement Converter::keyed_item(const ir::Value& item, FieldPlace element, std::string_view key,
                                std::string_view extra) {
  const ir::Value& name = item[key];
  Statement s = statement(StatementKind::kField, position(item.at()));
  s.name = word(name.as_string(), true);
  const auto members = ordered(item, element);
  const ir::Value* e = extra.empty() ? nullptr : item.find(extra);
  if (members.size() == 2 && e && !is_null(*e) && e->kind() != ValueKind::kMapping) {
    s.has_value = true;
    s.value = value(*e, element.member(extra));
    return s;
  }
  bool flat = members.size() > 1;
  for (const ir::Member* m : members)
    flat &= is_scalar(m->value) && m->value.as_string().find('\n') == std::string_view::npos;
  if (flat) {
    for (const ir::Member* m : members)
      if (m->key != key) s.pairs.push_back(pair(m->key, scalar(m->value, element.member(m->key)), false));
    return s;
  }
  s.block = block(fields(item, element, key));
  return s;
}

bool Converter::ports(Statement& s, const ir::Value& v, FieldPlace element) {
  std::vector<Pair> pairs;
  bool only_numbers = true;
  for (const ir::Value& item : v.items()) {
    const ir::Value& number = item["containerPort"];
    const ir::Value& name = item["name"];
    const ir::Value& protocol = item["protocol"];
    const auto members = ordered(item, element);
    if (number.kind() != ValueKind::kInt || number.as_int() < 0) return false;
    only_numbers &= members.size() == 1;
    const std::size_t known = 1 + !is_null(name) + !is_null(protocol);
    const std::string_view p = protocol.as_string();
    const bool plain =
        p.empty() ? is_null(protocol) : p.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string_view::npos;
    const bool named = name.kind() == ValueKind::kString && is_bare_word(name.as_string()) &&
                       name.as_string().find_first_not_of("0123456789") != std::string_view::npos;
    if (members.size() == 1) continue;
    if (members.size() != known || !plain || !named) return false;
    std::string text = std::to_string(number.as_int());
    if (!p.empty()) text.append("/").append(p);
    pairs.push_back(pair(name.as_string(), bare(tree_.own(std::move(text))), false));
  }
  if (only_numbers) {
    s.has_value = true;
    if (v.items().size() == 1) {
      s.value = scalar(v.items()[0]["containerPort"], element.member("containerPort"));
      return true;
    }
    s.value.form = ValueForm::kList;
    s.value.inline_list = true;
    for (const ir::Value& item : v.items())
      s.value.items.push_back(scalar(item["containerPort"], element.member("containerPort")));
    return true;
  }
  if (pairs.size() != v.items().size()) return false;
  s.pairs = std::move(pairs);
  return true;
}

}  // namespace grovec::frontend::dsl

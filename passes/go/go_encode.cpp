#include "passes/go/go_encode.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ir/base/check.h"
#include "ir/duration.h"
#include "ir/quantity.h"
#include "ir/value/writer.h"
#include "passes/path.h"

namespace grovec::passes {

using namespace ir;
using schemas::Field;
using schemas::Key;
using schemas::Type;
using schemas::TypeId;
using schemas::TypeKind;

namespace {

enum class Mode : std::uint8_t { kGo, kStored, kCrdDefaults };

/// A CRD default: the tables hold short JSON scalars, `{}` and `[]`.
Value parse_default(std::string_view json, OriginId at) {
  if (json.size() >= 2 && json.front() == '"') return Value::string(json.substr(1, json.size() - 2), at);
  if (json == "true" || json == "false") return Value::boolean(json == "true", at);
  if (json == "{}") return Value::mapping({}, at);
  if (json == "[]") return Value::sequence({}, at);
  std::int64_t n = 0;
  std::from_chars(json.data(), json.data() + json.size(), n);
  return Value::integer(n, at);
}

/// Quantities that nearly everybody writes and that stay as they are: up to six digits without leading zero and
/// nothing, `Gi` or `Mi` behind them. False = ask the library.
bool is_plainly_canonical(std::string_view text) {
  std::size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
  if (digits == 0 || digits > 6 || text[0] == '0') return false;
  std::string_view suffix = text.substr(digits);
  int value = 0;
  std::from_chars(text.data(), text.data() + digits, value);
  if (suffix.empty() || suffix == "m") return value % 1000 != 0;
  return (suffix == "Gi" || suffix == "Mi" || suffix == "Ki") && value % 1024 != 0;
}

class Encoder {
 public:
  Encoder(Arena& arena, Origins* origins, Mode mode) : arena_(arena), origins_(origins), mode_(mode) {}

  Value encode(const Value& v, TypeId id) {
    const Type& t = schemas::type(id);
    switch (t.kind) {
      case TypeKind::kStruct:
        return v.is_mapping() ? structure(v, t) : v;
      case TypeKind::kList:
        return v.is_sequence() ? list(v, t) : v;
      case TypeKind::kMap:
        return v.is_mapping() ? map(v, t) : v;
      case TypeKind::kQuantity:
        return mode_ == Mode::kCrdDefaults ? v : quantity(v);
      case TypeKind::kInt32:
      case TypeKind::kInt64:
      case TypeKind::kIntOrString:
        return whole_number(v);
      case TypeKind::kDuration:
        return mode_ == Mode::kCrdDefaults ? v : duration(v);
      default:
        return v;
    }
  }

 private:
  // Members are collected on one stack that all levels share; `base` is where this level starts.
  Value structure(const Value& v, const Type& t) {
    std::size_t base = stack_.size();
    std::span<const Member> members = v.members();
    std::span<const Key> keys = schemas::keys_of(t);
    OriginId parent = std::exchange(parent_, v.at());
    bool changed = false;
    std::size_t m = 0;
    for (const Key& key : keys) {
      int order = 1;
      while (m < members.size() && (order = compare_keys(members[m].key, key.json_name)) < 0)
        ++m, changed = true;  // unknown: pruned
      const bool here = m < members.size() && order == 0;
      if (here && !members[m].value.is_null()) {
        changed |= present(members[m++], schemas::field(key.field));
        continue;
      }
      if (key.may_be_written) {
        std::size_t before = stack_.size();
        absent(key.json_name, schemas::field(key.field));
        changed |= stack_.size() != before;
      }
      changed |= here;
      m += here;
    }
    changed |= m != members.size();
    parent_ = parent;
    Value out = v;
    if (changed) out = Value::mapping(arena_.copy(std::span<const Member>(stack_).subspan(base)), v.at());
    stack_.resize(base);
    return out;
  }

  bool present(const Member& m, const Field& f) {
    Value child = encode(m.value, f.type);
    if (mode_ == Mode::kGo && f.omit_empty && !f.is_pointer && is_empty(child, schemas::type(f.type).kind)) return true;
    stack_.push_back({m.key, m.key_at, child});
    return !same(child, m.value);
  }

  void absent(std::string_view key, const Field& f) {
    if (mode_ != Mode::kGo && !f.crd_default.empty()) {
      stack_.push_back({key, kNowhere, parse_default(f.crd_default, filled())});
      return;
    }
    if (mode_ == Mode::kCrdDefaults) return;
    if (f.is_pointer) {
      if (!f.omit_empty) stack_.push_back({key, kNowhere, Value::null(filled())});
      return;
    }
    std::optional<Value> zero = zero_field(f);
    if (zero) stack_.push_back({key, kNowhere, *zero});
  }

  /// What Go writes for a field that was not given; nothing if it leaves the field out.
  std::optional<Value> zero_field(const Field& f) {
    TypeKind kind = schemas::type(f.type).kind;
    bool is_struct = kind == TypeKind::kStruct || kind == TypeKind::kQuantity || kind == TypeKind::kIntOrString ||
                     kind == TypeKind::kDuration || kind == TypeKind::kTime;
    if (f.omit_zero || (f.omit_empty && !is_struct)) return std::nullopt;
    return zero(f.type);
  }

  Value zero(TypeId id) {
    const Type& t = schemas::type(id);
    switch (t.kind) {
      case TypeKind::kString:
        return Value::string("", filled());
      case TypeKind::kBool:
        return Value::boolean(false, filled());
      case TypeKind::kInt32:
      case TypeKind::kInt64:
      case TypeKind::kDouble:
      case TypeKind::kIntOrString:
        return Value::integer(0, filled());
      case TypeKind::kQuantity:
        return Value::string("0", filled());
      case TypeKind::kDuration:
        return Value::string("0s", filled());
      case TypeKind::kStruct:
        return zero_struct(t);
      case TypeKind::kTime:
      case TypeKind::kRaw:
      case TypeKind::kList:
      case TypeKind::kMap:
        return Value::null(filled());
    }
    return Value::null(filled());
  }

  // Go's zero values come before CRD defaults: the server applies its defaults again only to what Go left out.
  Value zero_struct(const Type& t) {
    std::size_t base = stack_.size();
    for (const Key& key : schemas::keys_of(t)) {
      const Field& f = schemas::field(key.field);
      std::optional<Value> z;
      if (f.is_pointer)
        z = f.omit_empty ? std::nullopt : std::optional(Value::null(filled()));
      else
        z = zero_field(f);
      if (!z && mode_ == Mode::kStored && !f.crd_default.empty()) z = parse_default(f.crd_default, filled());
      if (z) stack_.push_back({key.json_name, kNowhere, *z});
    }
    Value out = Value::mapping(arena_.copy(std::span<const Member>(stack_).subspan(base)), filled());
    stack_.resize(base);
    return out;
  }

  Value list(const Value& v, const Type& t) {
    std::span<Value> copy;
    std::span<const Value> items = v.items();
    for (std::size_t i = 0; i < items.size(); ++i) {
      Value item = items[i];
      if (!item.is_null())
        item = encode(item, t.element);
      else if (!t.element_is_pointer && mode_ != Mode::kCrdDefaults)
        item = zero_item(t.element, items[i].at());
      if (copy.empty() && same(item, items[i])) continue;
      if (copy.empty()) {
        copy = arena_.array<Value>(items.size());
        std::copy(items.begin(), items.end(), copy.begin());
      }
      copy[i] = item;
    }
    return copy.empty() ? v : Value::sequence(copy, v.at());
  }

  /// What Go makes of a null item; all of it was filled in because of the null.
  Value zero_item(TypeId element, OriginId at) {
    OriginId parent = std::exchange(parent_, at);
    Value item = zero(element);
    parent_ = parent;
    return item.is_mapping() ? item : item.with_origin(at);
  }

  Value map(const Value& v, const Type& t) {
    std::size_t base = stack_.size();
    bool changed = false;
    for (const Member& m : v.members()) {
      Value child = m.value;
      if (child.is_null()) {
        changed = true;
        if (mode_ != Mode::kGo) continue;  // the API server prunes it before Go sees it
        child = zero(t.element);
      } else {
        child = encode(child, t.element);
        changed |= !same(child, m.value);
      }
      stack_.push_back({m.key, m.key_at, child});
    }
    Value out = v;
    if (changed) out = Value::mapping(arena_.copy(std::span<const Member>(stack_).subspan(base)), v.at());
    stack_.resize(base);
    return out;
  }

  Value quantity(const Value& v) {
    std::string number;
    std::string_view text;
    if (v.is_string()) {
      text = trimmed_quantity(v.as_string());
    } else if (v.is_int() || v.kind() == ValueKind::kDouble) {
      number = v.is_int() ? std::to_string(v.as_int()) : number_text(v.as_double());
      text = number;
    } else {
      return v;
    }
    if (v.is_string() && text.size() == v.size() && is_plainly_canonical(text)) return v;
    if (!parse_quantity(text)) return v;
    std::string canonical = canonical_text(text);
    if (v.is_string() && canonical == v.as_string()) return v;
    return Value::string(arena_.copy(std::string_view(canonical)), v.at());
  }

  static Value whole_number(const Value& v) {
    if (v.kind() != ValueKind::kDouble) return v;
    double d = v.as_double();
    if (d != std::floor(d) || std::fabs(d) >= 9.2e18) return v;
    return Value::integer(static_cast<std::int64_t>(d), v.at());
  }

  Value duration(const Value& v) {
    std::optional<std::int64_t> ns = v.is_string() ? parse_duration(v.as_string()) : std::nullopt;
    if (!ns) return v;
    std::string text = duration_text(*ns);
    return text == v.as_string() ? v : Value::string(arena_.copy(std::string_view(text)), v.at());
  }

  static bool is_empty(const Value& v, TypeKind kind) {
    switch (kind) {
      case TypeKind::kString:
        return v.is_string() && v.size() == 0;
      case TypeKind::kBool:
        return v.is_bool() && !v.as_bool();
      case TypeKind::kInt32:
      case TypeKind::kInt64:
      case TypeKind::kDouble:
        return (v.is_int() || v.kind() == ValueKind::kDouble) && v.as_double() == 0;
      case TypeKind::kList:
        return v.is_sequence() && v.size() == 0;
      case TypeKind::kMap:
        return v.is_mapping() && v.size() == 0;
      default:
        return false;
    }
  }

  /// Whether `a` is the very value `b` (not only equal to it): then nothing was changed below.
  static bool same(const Value& a, const Value& b) {
    if (a.kind() != b.kind() || a.size() != b.size()) return false;
    switch (a.kind()) {
      case ValueKind::kMapping:
        return a.members().data() == b.members().data();
      case ValueKind::kSequence:
        return a.items().data() == b.items().data();
      case ValueKind::kString:
        return a.as_string().data() == b.as_string().data();
      default:
        return true;  // scalars are changed only together with their kind
    }
  }

  OriginId filled() { return origins_ ? origins_->chain(parent_, OriginCause::kDefault, kNowhere) : kNowhere; }

  Arena& arena_;
  Origins* origins_;
  Mode mode_;
  OriginId parent_ = kNowhere;
  std::vector<Member> stack_;
};

}  // namespace

Value go_encode(Arena& arena, const Value& value, TypeId type) {
  GROVEC_CHECK(type != TypeId{0});  // a name that the tables do not have
  return Encoder(arena, nullptr, Mode::kGo).encode(value, type);
}

Value stored_form(Arena& arena, Origins& origins, const Value& value, TypeId type) {
  return Encoder(arena, &origins, Mode::kStored).encode(value, type);
}

Value with_crd_defaults(Arena& arena, Origins& origins, const Value& value, TypeId type) {
  return Encoder(arena, &origins, Mode::kCrdDefaults).encode(value, type);
}

Value with_members(Arena& arena, const Value& mapping, std::initializer_list<Member> members) {
  std::span<const Member> old = mapping.members();
  std::span<Member> out = arena.array<Member>(old.size() + members.size());
  std::size_t n = old.size();
  std::copy(old.begin(), old.end(), out.begin());
  for (const Member& m : members) {
    auto at = std::lower_bound(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(n), m.key,
                               [](const Member& a, std::string_view k) { return key_less(a.key, k); });
    auto end = out.begin() + static_cast<std::ptrdiff_t>(n);
    if (at != end && key_equal(at->key, m.key)) {
      at->value = m.value;
    } else {
      std::move_backward(at, end, end + 1);
      *at = m;
      ++n;
    }
  }
  return Value::mapping(std::span<const Member>(out).first(n), mapping.at());
}

}  // namespace grovec::passes

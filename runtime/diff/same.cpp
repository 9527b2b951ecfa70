#include "runtime/diff/same.h"

#include <algorithm>

#include "ir/quantity.h"

namespace grovec::diff {

using namespace ir;

Place Place::member(std::string_view name) const {
  const bool all = key == "limits" || key == "requests" || key == "overhead" || key == "capacity";
  const bool one = name == "sizeLimit" || name == "averageValue" || name == "divisor" || name == "storage";
  return {name, all || one || (key == "target" && name == "value")};
}

namespace {

bool same_quantity(const Side& a, const Side& b) {
  auto text = [](const Side& s) { return s.value->is_int() ? std::to_string(s.value->as_int()) : text_of(s); };
  const auto x = parse_quantity(text(a)), y = parse_quantity(text(b));
  return x && y && compare(*x, *y) == 0;
}

bool is_number(const Value& v) {
  return v.kind() == ValueKind::kInt || v.kind() == ValueKind::kDouble || v.kind() == ValueKind::kCount;
}

double number_of(const Side& s) {
  if (s.value->kind() != ValueKind::kCount) return s.value->as_double();
  return s.counter->count(s.value->as_count(), s.instance);
}

bool same_members(const Side& ours, const Side& theirs, Scope scope, const Place& place) {
  return for_each_key(*ours.value, *theirs.value, [&](std::string_view key, const Value* x, const Value* y) {
    if (!place.counts(key)) return true;
    if (!x) return scope != Scope::kWhole || is_nothing(theirs.with(*y));
    if (!y) return is_nothing(ours.with(*x));
    return same(ours.with(*x), theirs.with(*y), scope, place.member(key));
  });
}

bool same_items(const Side& ours, const Side& theirs, Scope scope, const Place& place) {
  Items left(ours), right(theirs);
  Side a, b;
  for (;;) {
    const bool more_a = left.next(a), more_b = right.next(b);
    if (!more_a || !more_b) return more_a == more_b;
    if (!same(a, b, scope, place.item())) return false;
  }
}

// Each of our items is one of theirs. They mostly come in the same order, so the search goes on where the last ended.
bool has_items(const Side& ours, const Side& theirs, const Place& place) {
  const std::span<const Value> all = theirs.value->items();
  Items left(ours);
  Side a;
  std::size_t from = 0;
  while (left.next(a)) {
    std::size_t tried = 0;
    while (tried < all.size() &&
           !same(a, theirs.with(all[(from + tried) % all.size()]), Scope::kOurItems, place.item()))
      ++tried;
    if (tried == all.size()) return false;
    from += tried + 1;
  }
  return true;
}

bool has_repeat(const Value& sequence) {
  return std::any_of(sequence.items().begin(), sequence.items().end(),
                     [](const Value& v) { return v.kind() == ValueKind::kRepeat; });
}

}  // namespace

bool same_scalar(const Side& a, const Side& b, bool quantity) {
  const Value &x = *a.value, &y = *b.value;
  if (is_text(x) && is_text(y)) {
    if (same_text(a, b)) return true;
    return quantity && same_quantity(a, b);
  }
  if (is_number(x) && is_number(y)) {
    if (x.is_int() && y.is_int()) return x.as_int() == y.as_int();
    return number_of(a) == number_of(b);
  }
  if (quantity && ((is_text(x) && y.is_int()) || (x.is_int() && is_text(y)))) return same_quantity(a, b);
  return x.kind() == y.kind() && (x.is_null() || (x.is_bool() && x.as_bool() == y.as_bool()));
}

bool same(const Side& ours, const Side& theirs, Scope scope, const Place& place) {
  const Value &a = *ours.value, &b = *theirs.value;
  if (a.is_mapping() && b.is_mapping()) return same_members(ours, theirs, scope, place);
  if (a.is_sequence() && b.is_sequence()) {
    // Arguments and commands are lists of plain texts: the order is the meaning.
    if (scope == Scope::kOurItems && a.size() > 0 && !is_text(a.items()[0]) && !has_repeat(b))
      return has_items(ours, theirs, place);
    return same_items(ours, theirs, scope, place);
  }
  if (same_scalar(ours, theirs, place.quantity)) return true;
  return is_nothing(ours) && is_nothing(theirs);
}

}  // namespace grovec::diff

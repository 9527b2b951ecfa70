#include "runtime/decide/patch.h"

#include <algorithm>

#include <vector>

namespace grovec::decide {

using ir::MappingBuilder;
using ir::Member;
using ir::Value;

Value change_patch(Arena& a, const Value& from, const Value& to) {
  if (!from.is_mapping() || !to.is_mapping()) return ir::equal(from, to) ? Value::null() : to;
  MappingBuilder b(a);
  for (const Member& m : from.members())
    if (!to.find(m.key)) b.set(m.key, Value::null());
  for (const Member& m : to.members()) {
    const Value* old = from.find(m.key);
    if (!old) {
      b.set(m.key, m.value);
    } else if (const Value change = change_patch(a, *old, m.value); !change.is_null()) {
      b.set(m.key, change);
    }
  }
  return b.empty() ? Value::null() : b.build();
}

namespace {

// Whether `live` has everything that `wanted` has.
bool covers(const Value& live, const Value& wanted) {
  if (wanted.is_mapping()) {
    for (const Member& m : wanted.members()) {
      const Value* v = live.find(m.key);
      if (!v || !covers(*v, m.value)) return false;
    }
    return live.is_mapping() || wanted.size() == 0;
  }
  if (!wanted.is_sequence()) return ir::equal(live, wanted);
  if (live.items().size() != wanted.items().size()) return false;
  for (std::size_t n = 0; n < wanted.items().size(); ++n)
    if (!covers(live.items()[n], wanted.items()[n])) return false;
  return true;
}

}  // namespace

Value restore_patch(Arena& a, const Value& live, const Value& wanted) {
  if (!wanted.is_mapping() || !live.is_mapping()) return covers(live, wanted) ? Value::null() : wanted;
  MappingBuilder b(a);
  for (const Member& m : wanted.members()) {
    const Value* v = live.find(m.key);
    if (!v) {
      b.set(m.key, m.value);
    } else if (const Value change = restore_patch(a, *v, m.value); !change.is_null()) {
      b.set(m.key, change);
    }
  }
  return b.empty() ? Value::null() : b.build();
}

bool keeps(const Value& stored, const Value& patch) {
  if (patch.is_null()) return stored.is_null();
  if (!patch.is_mapping()) return covers(stored, patch);
  const auto members = patch.members();
  return std::all_of(members.begin(), members.end(), [&](const Member& m) { return keeps(stored[m.key], m.value); });
}

Value nest(Arena& a, std::initializer_list<std::string_view> path, const Value& value) {
  Value out = value;
  for (auto key = path.end(); key != path.begin();) {
    --key;
    MappingBuilder b(a);
    out = b.set(*key, out).build();
  }
  return out;
}

Value join_patches(Arena& a, const Value& first, const Value& second) {
  if (!first.is_mapping()) return second;
  if (!second.is_mapping()) return first;
  MappingBuilder b(a, first);
  for (const Member& m : second.members()) {
    const Value* other = first.find(m.key);
    b.set(m.key, other && other->is_mapping() && m.value.is_mapping() ? join_patches(a, *other, m.value) : m.value);
  }
  return b.build();
}

Value apply_patch(Arena& a, const Value& tree, const Value& patch) {
  if (!patch.is_mapping()) return patch;
  MappingBuilder b(a, tree);
  for (const Member& m : patch.members()) {
    if (m.value.is_null())
      b.remove(m.key);
    else
      b.set(m.key, apply_patch(a, tree[m.key], m.value));
  }
  return b.build();
}

}  // namespace grovec::decide

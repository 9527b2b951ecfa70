#include "ir/value/value.h"

#include <algorithm>

#include "ir/base/check.h"

namespace grovec::ir {

static_assert(sizeof(Value) == 24);

Value Value::mapping(std::span<const Member> members, OriginId at) {
  Value v(ValueKind::kMapping, at);
  v.u_.members = members.data();
  v.size_ = static_cast<std::uint32_t>(members.size());
  return v;
}

Value Value::pattern(std::span<const Piece> pieces, OriginId at) {
  Value v(ValueKind::kPattern, at);
  v.u_.pieces = pieces.data();
  v.size_ = static_cast<std::uint32_t>(pieces.size());
  return v;
}

Value Value::count(const CountHole& hole, OriginId at) {
  Value v(ValueKind::kCount, at);
  v.u_.count = &hole;
  return v;
}

Value Value::repeat(const Repeat& repeat, OriginId at) {
  Value v(ValueKind::kRepeat, at);
  v.u_.repeat = &repeat;
  return v;
}

std::span<const Member> Value::members() const {
  return kind_ == ValueKind::kMapping ? std::span(u_.members, size_) : std::span<const Member>();
}

std::span<const Piece> Value::pieces() const {
  return kind_ == ValueKind::kPattern ? std::span(u_.pieces, size_) : std::span<const Piece>();
}

const Member* Value::find_member(std::string_view key) const {
  if (kind_ != ValueKind::kMapping || size_ == 0) return nullptr;
  const std::span<const Member> all(u_.members, size_);
  if (key.empty()) return all[0].key.empty() ? &all[0] : nullptr;
  // Most keys differ in their first character: the call of memcmp is spared for them.
  auto first = [](std::string_view s) { return s.empty() ? -1 : static_cast<int>(static_cast<unsigned char>(s[0])); };
  const int wanted = first(key);
  if (all.size() <= 12) {
    const Member* m = all.data();
    const Member* const end = m + all.size();
    m += m->key.empty();  // sorted, and keys are different: only the first can be
    while (m != end && static_cast<unsigned char>(m->key[0]) < wanted) ++m;
    for (; m != end && static_cast<unsigned char>(m->key[0]) == wanted; ++m)
      if (m->key.size() == key.size() && __builtin_memcmp(m->key.data(), key.data(), key.size()) == 0) return m;
    return nullptr;
  }
  auto it = std::lower_bound(all.begin(), all.end(), key, [&](const Member& m, std::string_view k) {
    const int own = first(m.key);
    return own != wanted ? own < wanted : m.key < k;
  });
  return it != all.end() && it->key == key ? &*it : nullptr;
}

const Value* Value::find(std::string_view key) const {
  const Member* m = find_member(key);
  return m ? &m->value : nullptr;
}

const Value& Value::operator[](std::string_view key) const {
  static constexpr Value kNull{};
  const Value* v = find(key);
  return v ? *v : kNull;
}

std::uint32_t index_of(Hole hole, const Instance& instance) {
  switch (hole) {
    case Hole::kSetReplica:
      return instance.set_replica;
    case Hole::kGroupReplica:
      return instance.group_replica;
    case Hole::kScaledGang:
      return instance.scaled_gang;
    case Hole::kPodIndex:
    case Hole::kPodSuffix:
      return instance.pod_index;
  }
  return 0;
}

MappingBuilder::MappingBuilder(Arena& arena, const Value& base)
    : arena_(&arena), members_(base.members().begin(), base.members().end()) {}

namespace {
auto lower(std::vector<Member>& members, std::string_view key) {
  return std::lower_bound(members.begin(), members.end(), key,
                          [](const Member& m, std::string_view k) { return m.key < k; });
}
}  // namespace

MappingBuilder& MappingBuilder::set(std::string_view key, Value value, OriginId key_at) {
  auto it = lower(members_, key);
  if (it != members_.end() && it->key == key) {
    it->value = value;
    it->key_at = key_at;
  } else {
    members_.insert(it, {key, key_at, value});
  }
  return *this;
}

MappingBuilder& MappingBuilder::set_default(std::string_view key, Value value, OriginId key_at) {
  auto it = lower(members_, key);
  if (it == members_.end() || it->key != key) members_.insert(it, {key, key_at, value});
  return *this;
}

MappingBuilder& MappingBuilder::remove(std::string_view key) {
  auto it = lower(members_, key);
  if (it != members_.end() && it->key == key) members_.erase(it);
  return *this;
}

Value MappingBuilder::build(OriginId at) { return Value::mapping(arena_->copy(std::span<const Member>(members_)), at); }

Value make_sequence(Arena& arena, std::span<const Value> items, OriginId at) {
  return Value::sequence(arena.copy(items), at);
}

Value make_mapping(Arena& arena, std::initializer_list<Member> members, OriginId at) {
  std::span<Member> out = arena.array<Member>(members.size());
  std::copy(members.begin(), members.end(), out.begin());
  std::sort(out.begin(), out.end(), [](const Member& a, const Member& b) { return a.key < b.key; });
  for (std::size_t i = 1; i < out.size(); ++i) GROVEC_CHECK(out[i - 1].key != out[i].key);
  return Value::mapping(out, at);
}

std::string_view concat(Arena& arena, std::initializer_list<std::string_view> parts) {
  std::size_t size = 0;
  for (std::string_view p : parts) size += p.size();
  if (size == 0) return {};
  char* out = static_cast<char*>(arena.allocate(size, 1));
  char* to = out;
  for (std::string_view p : parts) to = std::copy(p.begin(), p.end(), to);
  return {out, size};
}

bool equal(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) {
    auto number = [](const Value& v) { return v.kind() == ValueKind::kInt || v.kind() == ValueKind::kDouble; };
    return number(a) && number(b) && a.as_double() == b.as_double();
  }
  switch (a.kind()) {
    case ValueKind::kNull:
      return true;
    case ValueKind::kBool:
      return a.as_bool() == b.as_bool();
    case ValueKind::kInt:
      return a.as_int() == b.as_int();
    case ValueKind::kDouble:
      return a.as_double() == b.as_double();
    case ValueKind::kString:
      return a.as_string() == b.as_string();
    case ValueKind::kSequence:
      return std::equal(a.items().begin(), a.items().end(), b.items().begin(), b.items().end(),
                        [](const Value& x, const Value& y) { return equal(x, y); });
    case ValueKind::kMapping:
      return std::equal(a.members().begin(), a.members().end(), b.members().begin(), b.members().end(),
                        [](const Member& x, const Member& y) { return x.key == y.key && equal(x.value, y.value); });
    case ValueKind::kPattern:
    case ValueKind::kCount:
    case ValueKind::kRepeat:
      return false;  // descriptions are never compared
  }
  return false;
}

}  // namespace grovec::ir

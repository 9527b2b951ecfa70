#include "runtime/simulate/part.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "ir/base/check.h"

namespace grovec::simulate {

using namespace ir;

namespace {

constexpr std::size_t aligned(std::size_t bytes) { return (bytes + 7) & ~std::size_t{7}; }

struct Sizes {
  std::size_t nodes = 0, text = 0;
};

void measure(const Value& v, Sizes& s) {
  GROVEC_CHECK(v.kind() <= ValueKind::kMapping);
  s.text += v.as_string().size();
  s.nodes += aligned(v.items().size() * sizeof(Value)) + aligned(v.members().size() * sizeof(Member));
  for (const Value& item : v.items()) measure(item, s);
  for (const Member& m : v.members()) {
    s.text += m.key.size();
    measure(m.value, s);
  }
}

// Fills a block of known size: nodes from the front, text behind them.
class Copier {
 public:
  Copier(char* nodes, char* text) : nodes_(nodes), text_(text) {}

  Value copy(const Value& v) {
    switch (v.kind()) {
      case ValueKind::kString:
        return Value::string(copy(v.as_string()));
      case ValueKind::kSequence: {
        const std::span<Value> to = take<Value>(v.size());
        for (std::size_t i = 0; i < to.size(); ++i) to[i] = copy(v.items()[i]);
        return Value::sequence(to);
      }
      case ValueKind::kMapping: {
        const std::span<Member> to = take<Member>(v.size());
        for (std::size_t i = 0; i < to.size(); ++i) {
          const Member& from = v.members()[i];
          to[i] = {copy(from.key), kNowhere, copy(from.value)};
        }
        return Value::mapping(to);
      }
      default:
        return v.with_origin(kNowhere);
    }
  }

 private:
  template <class T>
  std::span<T> take(std::size_t count) {
    T* at = reinterpret_cast<T*>(nodes_);
    for (std::size_t i = 0; i < count; ++i) new (at + i) T();
    nodes_ += aligned(count * sizeof(T));
    return {at, count};
  }
  std::string_view copy(std::string_view s) {
    char* at = text_;
    if (!s.empty()) std::memcpy(at, s.data(), s.size());
    text_ += s.size();
    return {at, s.size()};
  }

  char* nodes_;
  char* text_;
};

}  // namespace

std::uint64_t hash_of(std::string_view text) {
  std::uint64_t h = 0xCBF29CE484222325u;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  return h;
}

std::uint64_t hash_of(const Value& v, bool with_times) {
  const auto kind = static_cast<std::uint64_t>(v.kind());
  switch (v.kind()) {
    case ValueKind::kBool:
      return mix(kind, v.as_bool());
    case ValueKind::kInt:
      return mix(static_cast<std::uint64_t>(ValueKind::kInt), static_cast<std::uint64_t>(v.as_int()));
    case ValueKind::kDouble: {
      const double d = v.as_double();
      if (std::abs(d) < 9e15 && d == std::floor(d))
        return mix(static_cast<std::uint64_t>(ValueKind::kInt),
                   static_cast<std::uint64_t>(static_cast<std::int64_t>(d)));
      return mix(kind, std::bit_cast<std::uint64_t>(d));
    }
    case ValueKind::kString:
      return mix(kind, hash_of(v.as_string()));
    default:
      break;
  }
  std::uint64_t h = mix(kind, v.size());
  for (const Value& item : v.items()) h = mix(h, hash_of(item, with_times));
  for (const Member& m : v.members())
    if (with_times || !(m.key.ends_with("Time") || m.key.ends_with("At")))
      h = mix(mix(h, hash_of(m.key)), hash_of(m.value, with_times));
  return h;
}

Part::Part(const Value& tree) {
  if (tree.is_null()) return;
  Sizes sizes;
  measure(tree, sizes);
  auto block = std::make_shared<Block>();
  block->memory = std::make_unique_for_overwrite<char[]>(sizes.nodes + sizes.text + 1);
  block->root = Copier(block->memory.get(), block->memory.get() + sizes.nodes).copy(tree);
  block->hash = hash_of(block->root);
  block->hash_without_times = hash_of(block->root, false);
  block_ = std::move(block);
}

const Value& Part::root() const {
  static const Value kNull;
  return block_ ? block_->root : kNull;
}

std::uint64_t Part::hash() const { return block_ ? block_->hash : 0; }

std::uint64_t Part::hash_without_times() const { return block_ ? block_->hash_without_times : 0; }

bool Part::equals(const Part& other) const {
  return is_same(other) || (hash() == other.hash() && equal(root(), other.root()));
}

}  // namespace grovec::simulate

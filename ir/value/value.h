/// \file The tree that every text becomes: YAML, JSON and DSL alike, each node with its origin.
///
/// Nodes are small, trivially copyable and immutable once built; trees share subtrees. Memory belongs to an Arena, text
/// may also point into a source. Members of a mapping are sorted by key (byte order) and unique: look-up is a binary
/// search, output needs no sorting, and two trees of equal content are equal member by member.
///
/// Backends describe objects with the same tree plus *holes*: a Pattern is a string with places for indices, a Repeat
/// is a sequence item that stands for as many items as there are indices, a Count is a number known only for an
/// instance.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "ir/base/arena.h"
#include "ir/base/origin.h"
#include "ir/pods.h"

namespace grovec::ir {

enum class ValueKind : std::uint8_t {
  kNull,
  kBool,
  kInt,
  kDouble,
  kString,
  kSequence,
  kMapping,
  kPattern,  ///< string with holes; only in descriptions of objects
  kCount,    ///< integer with a hole
  kRepeat,   ///< sequence item that stands for several; only inside sequences
};

/// How a scalar was written; readers set it, nothing behind the frontend depends on it.
enum class Style : std::uint8_t { kPlain, kQuoted, kBlock, kFlow };

struct Member;
struct Piece;
struct Repeat;
struct CountHole;

class Value {
 public:
  constexpr Value() {}  // null

  static Value null(OriginId at = kNowhere) {
    Value v;
    v.at_ = at;
    return v;
  }
  static Value boolean(bool b, OriginId at = kNowhere) {
    Value v(ValueKind::kBool, at);
    v.u_.boolean = b;
    return v;
  }
  static Value integer(std::int64_t i, OriginId at = kNowhere) {
    Value v(ValueKind::kInt, at);
    v.u_.integer = i;
    return v;
  }
  static Value real(double d, OriginId at = kNowhere) {
    Value v(ValueKind::kDouble, at);
    v.u_.real = d;
    return v;
  }
  /// `text` must outlive the tree (source, arena or literal); at most 4 GiB.
  static Value string(std::string_view text, OriginId at = kNowhere, Style style = Style::kPlain) {
    Value v(ValueKind::kString, at);
    v.style_ = style;
    v.u_.text = text.data();
    v.size_ = static_cast<std::uint32_t>(text.size());
    return v;
  }
  static Value sequence(std::span<const Value> items, OriginId at = kNowhere) {
    Value v(ValueKind::kSequence, at);
    v.u_.items = items.data();
    v.size_ = static_cast<std::uint32_t>(items.size());
    return v;
  }
  /// `members` are sorted by key and unique (see MappingBuilder).
  static Value mapping(std::span<const Member> members, OriginId at = kNowhere);
  static Value pattern(std::span<const Piece> pieces, OriginId at = kNowhere);
  static Value count(const CountHole& hole, OriginId at = kNowhere);
  static Value repeat(const Repeat& repeat, OriginId at = kNowhere);

  ValueKind kind() const { return kind_; }
  Style style() const { return style_; }
  OriginId at() const { return at_; }
  Value with_origin(OriginId at) const {
    Value v = *this;
    v.at_ = at;
    return v;
  }

  bool is_null() const { return kind_ == ValueKind::kNull; }
  bool is_bool() const { return kind_ == ValueKind::kBool; }
  bool is_int() const { return kind_ == ValueKind::kInt; }
  bool is_string() const { return kind_ == ValueKind::kString; }
  bool is_sequence() const { return kind_ == ValueKind::kSequence; }
  bool is_mapping() const { return kind_ == ValueKind::kMapping; }

  bool as_bool() const { return kind_ == ValueKind::kBool && u_.boolean; }
  std::int64_t as_int(std::int64_t otherwise = 0) const { return kind_ == ValueKind::kInt ? u_.integer : otherwise; }
  double as_double() const {
    return kind_ == ValueKind::kDouble ? u_.real : kind_ == ValueKind::kInt ? static_cast<double>(u_.integer) : 0;
  }
  /// Text of a string, else empty.
  std::string_view as_string() const {
    return kind_ == ValueKind::kString ? std::string_view(u_.text, size_) : std::string_view();
  }
  /// Items of a sequence, else none.
  std::span<const Value> items() const {
    return kind_ == ValueKind::kSequence ? std::span(u_.items, size_) : std::span<const Value>();
  }
  /// Members of a mapping, else none.
  std::span<const Member> members() const;
  std::span<const Piece> pieces() const;
  const Repeat& as_repeat() const { return *u_.repeat; }
  const CountHole& as_count() const { return *u_.count; }
  std::size_t size() const { return size_; }

  /// Member by key, or nullptr (also when this is not a mapping).
  const Value* find(std::string_view key) const;
  const Member* find_member(std::string_view key) const;
  /// Chain of keys: `find("spec", "template", "cliques")`; nullptr if one is missing.
  template <class... Keys>
  const Value* find(std::string_view key, std::string_view next, Keys... rest) const {
    const Value* v = find(key);
    return v ? v->find(next, rest...) : nullptr;
  }
  /// Member by key, or a shared null without origin.
  const Value& operator[](std::string_view key) const;

 private:
  Value(ValueKind kind, OriginId at) : kind_(kind), at_(at) {}

  ValueKind kind_ = ValueKind::kNull;
  Style style_ = Style::kPlain;
  std::uint32_t size_ = 0;
  OriginId at_ = kNowhere;
  union {
    bool boolean;
    std::int64_t integer = 0;
    double real;
    const char* text;
    const Value* items;
    const Member* members;
    const Piece* pieces;
    const Repeat* repeat;
    const CountHole* count;
  } u_;
};

struct Member {
  std::string_view key;
  OriginId key_at = kNowhere;
  Value value;
};

/// A place in a Pattern, filled from an Instance.
enum class Hole : std::uint8_t {
  kSetReplica,    ///< i
  kGroupReplica,  ///< j
  kScaledGang,    ///< j - minAvailable of the group (reference: expansion 2.1)
  kPodIndex,      ///< k
  kPodSuffix,     ///< the five characters at the end of the pod's name
};

/// Literal text, or a hole if `is_hole`.
struct Piece {
  std::string_view text;
  Hole hole = Hole::kSetReplica;
  bool is_hole = false;
};

/// What a Count or a Repeat counts.
enum class CountKind : std::uint8_t {
  kCliqueReplicas,  ///< live `replicas` of the PodClique (`index` = clique) at the instance's (i, j); 0 without one
  kGroupReplicas,   ///< live replicas of the scaling group `index` at i
  kFixed,           ///< `index` itself
};
struct CountHole {
  CountKind kind = CountKind::kFixed;
  std::uint32_t index = 0;
};

/// Stands for body[0..n) repeated once for each value of `variable`: pods in the order of their names (podReferences
/// are sorted), group replicas from 0 to the count. Only a sequence that consists of one Repeat may be empty at run
/// time.
struct Repeat {
  CountHole count;
  Hole variable = Hole::kPodIndex;  ///< kPodIndex: the pods of the clique that is counted; or kGroupReplica
  std::span<const Value> body;
};

/// The indices of one object, and the suffix of a pod. Unused ones are 0.
struct Instance {
  std::uint32_t set_replica = 0;
  std::uint32_t group_replica = 0;
  std::uint32_t scaled_gang = 0;
  std::uint32_t pod_index = 0;
  PodSuffix pod_suffix = {'b', 'b', 'b', 'b', 'b'};  ///< of pod 0 at attempt 0
};

/// The index that fills a hole; for a suffix that of the pod.
std::uint32_t index_of(Hole hole, const Instance& instance);

/// Answers Count and Repeat for an instance. Implemented by the World.
class Counter {
 public:
  virtual std::uint32_t count(const CountHole& hole, const Instance& instance) const = 0;
  /// The pods that a Repeat over them stands for; as many as are counted, as the compiler names them.
  virtual PodRange pods(const CountHole& hole, const Instance& instance) const {
    return PodRange(count(hole, instance));
  }

 protected:
  ~Counter() = default;
};

/// Collects members in any order and makes a mapping. A key added twice keeps the later value.
class MappingBuilder {
 public:
  explicit MappingBuilder(Arena& arena) : arena_(&arena) {}
  /// Starts with the members of `base` (nothing if it is not a mapping).
  MappingBuilder(Arena& arena, const Value& base);
  MappingBuilder& set(std::string_view key, Value value, OriginId key_at = kNowhere);
  /// Only if there is no such key yet.
  MappingBuilder& set_default(std::string_view key, Value value, OriginId key_at = kNowhere);
  MappingBuilder& remove(std::string_view key);
  bool empty() const { return members_.empty(); }
  Value build(OriginId at = kNowhere);

 private:
  Arena* arena_;
  std::vector<Member> members_;
};

/// Makes sequences and short mappings in an arena.
Value make_sequence(Arena& arena, std::span<const Value> items, OriginId at = kNowhere);
Value make_mapping(Arena& arena, std::initializer_list<Member> members, OriginId at = kNowhere);
/// Concatenation.
std::string_view concat(Arena& arena, std::initializer_list<std::string_view> parts);

/// Deep equality of content; origins and styles do not matter. An int equals a double of the same value.
bool equal(const Value& a, const Value& b);

}  // namespace grovec::ir

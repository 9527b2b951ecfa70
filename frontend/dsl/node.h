/// \file Tree under construction: what statements write into, one after the other; the later one wins for each field.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ir/base/context.h"
#include "ir/value/value.h"
#include "schemas/schema.h"

namespace grovec::frontend::dsl {

/// What the tables say about a place. Type 0 = unknown: any value.
struct FieldPlace {
  schemas::TypeId type{0};
  std::uint16_t constraint = 0;
  schemas::TypeKind kind() const {
    return type == schemas::TypeId{0} ? schemas::TypeKind::kRaw : schemas::type(type).kind;
  }
  /// Names of the keys by which a list merges; none if it replaces.
  std::span<const std::string_view> map_keys() const {
    return kind() == schemas::TypeKind::kList ? schemas::constraints()[constraint].map_keys
                                              : std::span<const std::string_view>();
  }
  FieldPlace element() const;
  /// The field `name` of a struct, the element of a map, else unknown.
  FieldPlace member(std::string_view name) const;
};

/// The places of a PodCliqueSet that statements of their own write to.
struct SetPlaces {
  SetPlaces();
  FieldPlace metadata, spec, set_template, clique, clique_spec, pod_spec, container, group;
};

/// Names that `k=v` takes for resources of the container.
bool is_resource_word(std::string_view key);

/// What an unquoted word means at a place: `null` is null; text where text is wanted; else a number or truth value as
/// YAML reads it (yes, no, on, off, y, n are text), or text.
ir::Value bare_value(std::string_view text, FieldPlace place, OriginId at);

/// The field of an item that `key: value` and `key=value` set besides the key itself; empty if items need a block.
/// `element` is the Go name of the item's type.
std::string_view scalar_field(std::string_view element);

struct Draft {
  enum class Kind : std::uint8_t { kUnset, kScalar, kList, kMap };
  struct Entry {
    std::string_view key;
    OriginId key_at;
    Draft* node;
  };
  using Index = std::unordered_map<std::string_view, std::size_t>;

  Kind kind = Kind::kUnset;
  FieldPlace place;
  OriginId at = kNowhere;
  std::uint32_t written_by = 0;  ///< which application of a block wrote it; finds a field that is set twice
  bool incomplete = false;       ///< a mistake was reported about what should stand here
  bool lacks_items = false;      ///< kList: a mistake was reported about an item that is not there
  ir::Value scalar;
  std::vector<Draft*> items;     ///< kList
  std::vector<Entry> entries;    ///< kMap, in order of first writing
  std::unique_ptr<Index> index;  ///< of entries or items by key, once there are many

  Draft* find(std::string_view key) const;
  bool is_null() const { return kind == Kind::kScalar && scalar.kind() == ir::ValueKind::kNull; }
};

/// Owns the nodes of one run and counts them.
class NodePool {
 public:
  NodePool(Context& context, std::size_t limit) : context_(context), limit_(limit) {}
  Draft& make(FieldPlace place);
  /// The member `key` of `node`, made if missing. `node` becomes a mapping.
  Draft& member(Draft& node, std::string_view key, OriginId key_at);
  /// Item of a keyed list whose first key (and further keys, joined by `/`) is `key`; nullptr if there is none.
  Draft* find_item(Draft& list, std::string_view key);
  void add_item(Draft& list, Draft& item, std::string_view key);
  /// Text that identifies an item of a keyed list; empty if its first key is not set.
  std::string_view key_of(const Draft& item, std::span<const std::string_view> map_keys);
  /// Writes `from` over `into`: scalars and lists replace, mappings and keyed lists merge.
  void merge(Draft& into, Draft& from);
  void set_scalar(Draft& node, const ir::Value& value);
  void become(Draft& node, Draft::Kind kind, OriginId at);
  /// `fresh`, with "replaces what stood at `old`" at the end of its chain.
  OriginId overriding(OriginId fresh, OriginId old);
  /// `at` with a further link at the end of its chain.
  OriginId with_cause(OriginId at, OriginCause why, OriginId cause);
  ir::Value to_value(const Draft& node) const;
  /// Paths of the incomplete places in `node` (see Document::incomplete).
  static std::vector<std::string> incomplete_places(const Draft& node);
  bool exhausted() const { return nodes_.size() > limit_; }
  static OriginId origin(const Draft& node);

 private:
  Context& context_;
  std::size_t limit_;
  std::deque<Draft> nodes_;
};

}  // namespace grovec::frontend::dsl

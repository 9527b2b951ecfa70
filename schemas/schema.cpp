#include "schemas/schema.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace grovec::schemas {
namespace {

using namespace std::string_view_literals;
using enum TypeKind;

constexpr unsigned kPointer = 1, kOmitEmpty = 2, kOmitZero = 4, kInlined = 8, kRequired = 16, kPruned = 32,
                   kExtended = 64, kIntOrStringFlag = 128;

constexpr Field make_field(std::string_view json_name, std::string_view go_name, std::uint16_t type, unsigned flags,
                           std::string_view crd_default, std::uint16_t constraint, std::uint16_t doc) {
  return {.json_name = json_name,
          .go_name = go_name,
          .type = TypeId{type},
          .is_pointer = (flags & kPointer) != 0,
          .omit_empty = (flags & kOmitEmpty) != 0,
          .is_inlined = (flags & kInlined) != 0,
          .is_required = (flags & kRequired) != 0,
          .is_pruned = (flags & kPruned) != 0,
          .is_extended = (flags & kExtended) != 0,
          .is_int_or_string = (flags & kIntOrStringFlag) != 0,
          .crd_default = crd_default,
          .constraint = constraint,
          .doc = doc,
          .omit_zero = (flags & kOmitZero) != 0};
}

constexpr Type kTypes[] = {
#define T(kind, go_name, element, pointers, first_field, field_count, first_key, key_count, doc) \
  {kind, go_name##sv, TypeId{element}, pointers, first_field, field_count, first_key, key_count, doc},
#include "schemas/tables/types.inc"
#undef T
};

constexpr Field kFields[] = {
#define F(json_name, go_name, type, flags, crd_default, constraint, doc) \
  make_field(json_name##sv, go_name##sv, type, flags, crd_default##sv, constraint, doc),
#include "schemas/tables/fields.inc"
#undef F
};

constexpr Key make_key(std::string_view json_name, std::uint16_t id) {
  const Field& f = kFields[id];
  const bool by_go = f.is_pointer ? !f.omit_empty : is_always_written(f, kTypes[static_cast<std::size_t>(f.type)]);
  return {json_name, FieldId{id}, f.is_required, by_go || !f.crd_default.empty()};
}

constexpr Key kKeys[] = {
#define K(json_name, field) make_key(json_name##sv, field),
#include "schemas/tables/keys.inc"
#undef K
};

constexpr std::string_view kStrings[] = {
#define S(text) text##sv,
#include "schemas/tables/constraints.inc"
#undef S
};

constexpr std::span<const std::string_view> strings(std::size_t first, std::size_t count) {
  return std::span(kStrings).subspan(first, count);
}

constexpr Constraint kConstraints[] = {
#define C(first_allowed, allowed_count, pattern, min_length, max_length, min_items, has_min, min, has_max, max, \
          first_map_key, map_key_count, is_set)                                                                 \
  {strings(first_allowed, allowed_count), pattern##sv, min_length, max_length, min_items, has_min, min,         \
   strings(first_map_key, map_key_count), is_set,      has_max,    max},
#include "schemas/tables/constraints.inc"
#undef C
};

constexpr std::string_view kDocs[] = {
#define D(text) text##sv,
#include "schemas/tables/docs.inc"
#undef D
};

struct Name {
  std::string_view go_name;
  TypeId type;
};

constexpr Name kNames[] = {
#define N(go_name, type) {go_name##sv, TypeId{type}},
#include "schemas/tables/names.inc"
#undef N
};

constexpr TypeId kRoots[] = {
#define R(type) TypeId{type},
#include "schemas/tables/roots.inc"
#undef R
};

static_assert(std::size(kRoots) == static_cast<std::size_t>(Root::kResourceClaimTemplate) + 1);
static_assert(std::ranges::is_sorted(kNames, {}, &Name::go_name));

constexpr bool keys_are_sorted() {
  return std::ranges::all_of(kTypes, [](const Type& t) {
    return std::ranges::is_sorted(std::span(kKeys).subspan(t.first_key, t.key_count), std::ranges::less_equal{},
                                  &Key::json_name);
  });
}
static_assert(keys_are_sorted(), "find_field searches by halving");

}  // namespace

std::span<const Type> types() { return kTypes; }
std::span<const Field> fields() { return kFields; }
std::span<const Key> keys() { return kKeys; }
std::span<const Constraint> constraints() { return kConstraints; }
std::span<const std::string_view> docs() { return kDocs; }

const Field* find_field(const Type& t, std::string_view json_name) {
  const std::span<const Key> own = keys_of(t);
  const auto at = std::ranges::lower_bound(own, json_name, {}, &Key::json_name);
  if (at == own.end() || at->json_name != json_name) return nullptr;
  return &field(at->field);
}

TypeId root(Root r) { return kRoots[static_cast<std::size_t>(r)]; }

TypeId type_named(std::string_view go_name) {
  const auto* const at = std::ranges::lower_bound(kNames, go_name, {}, &Name::go_name);
  if (at == std::end(kNames) || at->go_name != go_name) return TypeId{0};
  return at->type;
}

}  // namespace grovec::schemas

/// \file The types a manifest may contain, as constant tables: one entry for each Go type, one for each field.
///
/// Two sources are joined by the generator in schemas/gen: Go reflection on k8s.io/api v0.35.5 (field order, JSON
/// names, pointers, omitempty) and the structural schemas of the Grove CRDs (required, defaults, enums, patterns,
/// list-map keys). Everything here is constexpr data in read-only memory: nothing is built at start-up. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace grovec::schemas {

/// How a value of a type is written in JSON, and which checks decoding it makes.
enum class TypeKind : std::uint8_t {
  kString,
  kBool,
  kInt32,
  kInt64,
  kDouble,
  kQuantity,     ///< resource.Quantity: string or number
  kIntOrString,  ///< intstr.IntOrString
  kDuration,     ///< metav1.Duration: Go duration text
  kTime,         ///< metav1.Time / MicroTime: RFC 3339 text
  kRaw,          ///< any JSON (runtime.RawExtension, FieldsV1, x-kubernetes-preserve-unknown-fields)
  kStruct,
  kList,
  kMap,  ///< string keys
};

/// TypeId{0} is no type.
enum class TypeId : std::uint16_t {};
enum class FieldId : std::uint16_t {};

/// A Go type. `go_name` is the text that the hash dump prints (reference: expansion 13.3, appendix A).
struct Type {
  TypeKind kind;
  std::string_view go_name;   ///< "v1.Container", "[]v1.Container", "map[string]string", "v1.RestartPolicy", "string"
  TypeId element;             ///< list and map: type of the elements, else TypeId{0}
  bool element_is_pointer;    ///< list and map of pointers
  std::uint16_t first_field;  ///< struct: fields()[first_field, +field_count) in Go declaration order
  std::uint16_t field_count;
  std::uint16_t first_key;  ///< struct: keys()[first_key, +key_count), sorted by JSON name, inlined structs flattened
  std::uint16_t key_count;
  std::uint16_t doc = 0;  ///< what one such object is: index into docs(); 0 = none
};

/// What the CRD demands of the value of one field, besides its type. Absent limits are -1. The pattern of quantities is
/// not repeated here: kQuantity implies it (kQuantityPattern). Elements of lists and maps have no constraints of their
/// own.
struct Constraint {
  std::span<const std::string_view> allowed;  ///< enum, in CRD order; empty = any
  std::string_view pattern;                   ///< regular expression of the CRD, or empty
  std::int32_t min_length, max_length;        ///< characters
  std::int32_t min_items;
  bool has_minimum;
  std::int64_t minimum;
  std::span<const std::string_view> map_keys;  ///< list type map: JSON names of the keys; empty otherwise
  bool is_set;                                 ///< list type set: entries are unique
  bool has_maximum = false;
  std::int64_t maximum = 0;
};

/// What the CRDs demand of every quantity written as text.
inline constexpr std::string_view kQuantityPattern =
    R"(^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$)";

/// One field of a struct.
struct Field {
  std::string_view json_name;  ///< empty for an inlined struct
  std::string_view go_name;    ///< as the hash dump prints it
  TypeId type;                 ///< pointee's type if `is_pointer`
  bool is_pointer;
  bool omit_empty;        ///< json:",omitempty" or ",omitzero"; Go ignores the former on structs that are no pointers
  bool is_inlined;        ///< embedded struct whose keys sit in the parent object
  bool is_required;       ///< listed in the CRD's `required`
  bool is_pruned;         ///< no property in the CRD: strict validation calls it unknown
  bool is_extended;       ///< exists only under --api extended (docs/extensions.md)
  bool is_int_or_string;  ///< CRD: x-kubernetes-int-or-string
  std::string_view crd_default;  ///< JSON text of the CRD default, or empty
  std::uint16_t constraint;      ///< index into constraints(); 0 = none
  std::uint16_t doc;             ///< index into docs(); 0 = none
  bool omit_zero = false;        ///< json:",omitzero": left out if zero, structs too
};

/// True if Go's encoder writes the field even when the manifest does not have it: as the zero value of its type (`""`,
/// 0, false, {}, null for lists and maps). That is what the defaulting webhook adds to stored objects (admission 2.4).
/// Inlined structs have no key of their own; ask about their fields.
constexpr bool is_always_written(const Field& f, const Type& t) {
  if (f.is_inlined || f.is_pointer || f.omit_zero) return false;
  return !f.omit_empty || t.kind == TypeKind::kStruct || t.kind == TypeKind::kQuantity || t.kind == TypeKind::kTime ||
         t.kind == TypeKind::kDuration || t.kind == TypeKind::kIntOrString;
}

/// A field by its JSON name, inlined structs flattened. The flags repeat what the field says, for walks over all keys.
struct Key {
  std::string_view json_name;
  FieldId field;
  bool is_required;     ///< Field::is_required
  bool may_be_written;  ///< a value appears where none is given: the CRD's default, Go's zero or null
};

std::span<const Type> types();
std::span<const Field> fields();
std::span<const Key> keys();
std::span<const Constraint> constraints();
std::span<const std::string_view> docs();  ///< descriptions from the CRDs

inline const Type& type(TypeId id) { return types()[static_cast<std::size_t>(id)]; }
inline const Field& field(FieldId id) { return fields()[static_cast<std::size_t>(id)]; }
inline std::span<const Field> fields_of(const Type& t) { return fields().subspan(t.first_field, t.field_count); }
inline std::span<const Key> keys_of(const Type& t) { return keys().subspan(t.first_key, t.key_count); }

/// The field called `json_name` in struct `t` (inlined structs included), or nullptr. Binary search; exact case.
const Field* find_field(const Type& t, std::string_view json_name);

/// Root types. Each includes apiVersion, kind and the full metadata; the template that is hashed has metadata only.
/// Built-in kinds share the types below them with the CRDs (v1.PodSpec, v1.ResourceClaimSpec), so `is_pruned`,
/// `is_required` and defaults there are the CRD's.
enum class Root : std::uint8_t {
  kPodCliqueSet,
  kPodClique,
  kPodCliqueScalingGroup,
  kClusterTopologyBinding,
  kPodGang,
  kPod,
  kPodTemplateSpec,        ///< what is hashed
  kResourceClaimTemplate,  ///< resource.k8s.io/v1
};
TypeId root(Root r);

/// Type of a struct by the Go name the dump prints, for tests and for code that starts below a root ("v1.PodSpec").
/// Where several types print the same name, the one reachable from PodTemplateSpec,
/// then from the roots in their order. TypeId{0} if there is none; lists and maps have no entry.
TypeId type_named(std::string_view go_name);

}  // namespace grovec::schemas

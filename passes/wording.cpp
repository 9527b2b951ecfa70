#include "passes/wording.h"

#include "ir/base/edit_distance.h"

namespace grovec::passes {

using namespace ir;
using schemas::TypeKind;

std::string_view wanted_text(schemas::TypeKind kind) {
  switch (kind) {
    case TypeKind::kString:
    case TypeKind::kDuration:
    case TypeKind::kTime:
      return "a string";
    case TypeKind::kBool:
      return "true or false";
    case TypeKind::kInt32:
    case TypeKind::kInt64:
      return "a whole number";
    case TypeKind::kDouble:
      return "a number";
    case TypeKind::kQuantity:
      return "a quantity";
    case TypeKind::kIntOrString:
      return "a whole number or a string";
    case TypeKind::kList:
      return "a list";
    case TypeKind::kRaw:
    case TypeKind::kStruct:
    case TypeKind::kMap:
      return "an object";
  }
  return "";
}

std::string_view json_kind(const Value& v) {
  switch (v.kind()) {
    case ValueKind::kNull:
      return "null";
    case ValueKind::kBool:
      return v.as_bool() ? "`true`" : "`false`";
    case ValueKind::kInt:
    case ValueKind::kDouble:
      return "a number";
    case ValueKind::kString:
      return "a string";
    case ValueKind::kSequence:
      return "a list";
    default:
      return "an object";
  }
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
  std::string_view near = nearest_name(word, candidates);
  return near.empty() ? std::string() : "; did you mean `" + std::string(near) + "`?";
}

}  // namespace grovec::passes

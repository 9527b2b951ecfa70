#include "ir/hash/template_dump.h"

#include "ir/quantity.h"
#include "ir/value/writer.h"
#include "schemas/schema.h"

namespace grovec::ir {

using schemas::Field;
using schemas::Type;
using schemas::TypeId;
using schemas::TypeKind;

namespace {

constexpr std::string_view kZeroTime = "{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}";

class Dumper {
 public:
  explicit Dumper(std::string& out) : out_(out) {}

  // `(type)body`, or `(*type)<nil>` for an absent pointer.
  void typed(const Field& field, const Value* v) {
    const Type& type = schemas::type(field.type);
    if (v && v->is_null()) v = nullptr;
    out_ += field.is_pointer ? "(*" : "(";
    out_ += type.go_name;
    out_ += ')';
    if (field.is_pointer && !v)
      out_ += "<nil>";
    else
      body(type, v);
  }

  void structure(const Type& type, const Value* v) {
    out_ += '{';
    bool first = true;
    for (const Field& field : schemas::fields_of(type)) {
      if (!first) out_ += ' ';
      first = false;
      out_ += field.go_name;
      out_ += ':';
      // The keys of an embedded struct sit in the parent; the dump nests it all the same.
      if (field.is_inlined)
        typed(field, v ? v : &kEmpty);
      else
        typed(field, v && !field.is_pruned ? v->find(field.json_name) : nullptr);
    }
    out_ += '}';
  }

 private:
  static constexpr Value kEmpty{};

  void body(const Type& type, const Value* v) {
    switch (type.kind) {
      case TypeKind::kString:
      case TypeKind::kDuration:
        if (v) out_ += v->as_string();
        break;
      case TypeKind::kBool:
        out_ += v && v->as_bool() ? "true" : "false";
        break;
      case TypeKind::kInt32:
      case TypeKind::kInt64:
      case TypeKind::kDouble:
        number(v);
        break;
      case TypeKind::kQuantity:
        quantity(v);
        break;
      case TypeKind::kIntOrString:
        int_or_string(v);
        break;
      case TypeKind::kTime:
        out_ += kZeroTime;
        break;
      case TypeKind::kRaw:
        out_ += "<nil>";
        break;
      case TypeKind::kStruct:
        structure(type, v);
        break;
      case TypeKind::kList:
        sequence(type, v);
        break;
      case TypeKind::kMap:
        mapping(type, v);
        break;
    }
  }

  void number(const Value* v) {
    if (v && v->kind() == ValueKind::kDouble)
      out_ += std::to_string(static_cast<std::int64_t>(v->as_double()));
    else
      out_ += std::to_string(v ? v->as_int() : 0);
  }

  void quantity(const Value* v) {
    if (!v) {  // the zero value of Go, not the parsed text `0`
      out_ +=
          "{i:(resource.int64Amount){value:(int64)0 scale:(resource.Scale)0} "
          "d:(resource.infDecAmount){Dec:(*inf.Dec)<nil>} s:(string) Format:(resource.Format)}";
      return;
    }
    const std::string text = v->is_string() ? std::string(v->as_string()) : to_text(*v, Format::kJson);
    if (std::optional<Quantity> q = parse_quantity(text)) append_dump(*q, out_);
  }

  void int_or_string(const Value* v) {
    const bool is_text = v && v->is_string();
    out_ += is_text ? "{Type:(intstr.Type)1 IntVal:(int32)0 StrVal:(string)" : "{Type:(intstr.Type)0 IntVal:(int32)";
    if (is_text) {
      out_ += v->as_string();
    } else {
      number(v);
      out_ += " StrVal:(string)";
    }
    out_ += '}';
  }

  void sequence(const Type& type, const Value* v) {
    if (!v) {
      out_ += "<nil>";
      return;
    }
    out_ += '[';
    bool first = true;
    for (const Value& item : v->items()) {
      if (!first) out_ += ' ';
      first = false;
      body(schemas::type(type.element), item.is_null() ? nullptr : &item);
    }
    out_ += ']';
  }

  void mapping(const Type& type, const Value* v) {
    if (!v) {
      out_ += "<nil>";
      return;
    }
    out_ += "map[";
    bool first = true;
    for (const Member& m : v->members()) {
      if (!first) out_ += ' ';
      first = false;
      out_ += m.key;
      out_ += ':';
      body(schemas::type(type.element), m.value.is_null() ? nullptr : &m.value);
    }
    out_ += ']';
  }

  std::string& out_;
};

Value or_null(const Value* v) { return v ? *v : Value::null(); }

}  // namespace

void dump_pod_template(const Value* labels, const Value* annotations, const Value& pod_spec,
                       std::string_view priority_class_name, std::string& out) {
  Arena arena;
  MappingBuilder spec(arena, pod_spec);
  spec.set("priorityClassName", Value::string(priority_class_name));
  const Value metadata =
      make_mapping(arena, {{"labels", kNowhere, or_null(labels)}, {"annotations", kNowhere, or_null(annotations)}});
  const Value root = make_mapping(arena, {{"metadata", kNowhere, metadata}, {"spec", kNowhere, spec.build()}});
  const Type& type = schemas::type(schemas::root(schemas::Root::kPodTemplateSpec));
  out += "(*v1.PodTemplateSpec)";
  Dumper(out).structure(type, &root);
}

std::string safe_encode(std::uint64_t sum) {
  // Digit d stands at index ('0' + d) mod 27 of bcdfghjklmnpqrstvwxz2456789.
  constexpr std::string_view kDigits = "456789bcdf";
  std::string text = std::to_string(sum);
  for (char& c : text) c = kDigits[static_cast<std::size_t>(c - '0')];
  return text;
}

}  // namespace grovec::ir

#include "schemas/json_schema.h"

#include <algorithm>
#include <limits>
#include <string_view>
#include <vector>

#include "schemas/schema.h"

namespace grovec::schemas {
namespace {

using namespace std::string_view_literals;

/// What Go's duration parser takes.
constexpr std::string_view kDurationPattern = R"(^[-+]?(0|(([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$)";

std::string quoted(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      (out += '\\') += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out.append("\\u00") += kHex[static_cast<unsigned char>(c) >> 4U];
      out += kHex[static_cast<unsigned char>(c) & 15U];
    } else {
      out += c;
    }
  }
  return out += '"';
}

/// Writes JSON, indented by two spaces. Values are JSON texts.
class Writer {
 public:
  void member(std::string_view key, std::string_view value) {
    next();
    (out_ += quoted(key)).append(": ").append(value);
  }
  void text(std::string_view key, std::string_view value) { member(key, quoted(value)); }
  void open(std::string_view key) {
    next();
    (out_ += quoted(key)) += ": ";
    open();
  }
  void open() {
    out_ += '{';
    ++depth_;
    first_ = true;
  }
  void close() {
    --depth_;
    if (!first_) line();
    out_ += '}';
    first_ = false;
  }
  void texts(std::string_view key, std::span<const std::string_view> values, std::string_view last = "") {
    std::string list = "[";
    for (const std::string_view value : values) (list += list.size() == 1 ? "" : ", ") += quoted(value);
    member(key, list.append(last) += ']');
  }
  std::string take() && { return std::move(out_ += '\n'); }

 private:
  void next() {
    if (!first_) out_ += ',';
    first_ = false;
    line();
  }
  void line() { (out_ += '\n').append(2 * depth_, ' '); }

  std::string out_;
  std::size_t depth_ = 0;
  bool first_ = true;
};

/// Built once for each call of json_schema().
class Generator {
 public:
  explicit Generator(bool extended) : extended_(extended) {}
  std::string run();

 private:
  void object_body(TypeId id);
  void type_body(TypeId id, bool nullable);
  void name_type(std::string_view name, bool nullable);
  void property(const Type& parent, const Field& f);
  void constraint_body(const Field& f, bool nullable);
  void required(const Type& t);
  void version_and_kind();
  void scalar_definitions();
  std::string reference(TypeId id);
  [[nodiscard]] bool is_present(const Field& f) const { return !f.is_pruned && (extended_ || !f.is_extended); }

  bool extended_;
  Writer json_;
  std::vector<TypeId> definitions_;  // in order of first use; grows while it is worked off
};

/// Name of a struct's definition: its Go name. Where the CRD prunes embedded metadata, the same Go type is an empty
/// object.
std::string definition_name(TypeId id) {
  const Type& t = type(id);
  std::string name(t.go_name);
  if (type_named(t.go_name) != id && std::ranges::all_of(fields_of(t), &Field::is_pruned)) name += "_pruned";
  return name;
}

std::string Generator::reference(TypeId id) {
  if (std::ranges::find(definitions_, id) == definitions_.end()) definitions_.push_back(id);
  return "#/definitions/" + definition_name(id);
}

/// True if nothing refuses the zero value that Go's encoder writes for a missing field.
bool passes_as_zero(const Field& f) {
  const Type& t = type(f.type);
  if (!is_always_written(f, t) || t.kind == TypeKind::kList || t.kind == TypeKind::kMap) return false;
  const Constraint& c = constraints()[f.constraint];
  if (t.kind == TypeKind::kStruct)
    return std::ranges::all_of(keys_of(t), [](const Key& key) {
      const Field& own = field(key.field);
      return !own.is_required || !own.crd_default.empty() || passes_as_zero(own);
    });
  return c.allowed.empty() && c.min_length <= 0 && c.pattern.empty() && !(c.has_minimum && c.minimum > 0);
}

/// Whether a manifest needs the field; json_schema.h says by which rule.
bool is_needed(const Type& parent, const Field& f) {
  if (!f.is_required || !f.crd_default.empty()) return false;
  const bool is_groves = parent.go_name.starts_with("v1alpha1.");
  return !is_groves || f.json_name == "name" || !passes_as_zero(f);  // the validating webhook refuses empty names
}

void Generator::name_type(std::string_view name, bool nullable) {
  if (!nullable) return json_.text("type", name);
  const std::string_view names[] = {name, "null"};
  json_.texts("type", names);
}

/// The keywords that describe a value of type `id`, inside an object that is already open. Definitions allow null.
void Generator::type_body(TypeId id, bool nullable) {
  const Type& t = type(id);
  switch (t.kind) {
    case TypeKind::kString:
      return name_type("string", nullable);
    case TypeKind::kBool:
      return name_type("boolean", nullable);
    case TypeKind::kInt32:
    case TypeKind::kInt64:
      return name_type("integer", nullable);
    case TypeKind::kDouble:
      return name_type("number", nullable);
    case TypeKind::kQuantity:
      return json_.text("$ref", "#/definitions/quantity");
    case TypeKind::kIntOrString:
      return json_.text("$ref", "#/definitions/int-or-string");
    case TypeKind::kDuration:
      return json_.text("$ref", "#/definitions/duration");
    case TypeKind::kTime:
      return json_.text("$ref", "#/definitions/time");
    case TypeKind::kRaw:
      return name_type("object", nullable);
    case TypeKind::kStruct:
      return json_.text("$ref", reference(id));
    case TypeKind::kList:
    case TypeKind::kMap:
      json_.open(t.kind == TypeKind::kList ? "items" : "additionalProperties");
      type_body(t.element, true);
      json_.close();
      return name_type(t.kind == TypeKind::kList ? "array" : "object", nullable);
  }
}

void Generator::constraint_body(const Field& f, bool nullable) {
  using Int32 = std::numeric_limits<std::int32_t>;
  const Constraint& c = constraints()[f.constraint];
  const bool is_int32 = type(f.type).kind == TypeKind::kInt32;
  if (!c.allowed.empty()) json_.texts("enum", c.allowed, nullable ? ", null" : "");
  if (!c.pattern.empty()) json_.text("pattern", c.pattern);
  if (c.min_length >= 0) json_.member("minLength", std::to_string(c.min_length));
  if (c.max_length >= 0) json_.member("maxLength", std::to_string(c.max_length));
  if (c.min_items >= 0) json_.member("minItems", std::to_string(c.min_items));
  if (c.has_minimum || is_int32) json_.member("minimum", std::to_string(c.has_minimum ? c.minimum : Int32::min()));
  if (c.has_maximum || is_int32) json_.member("maximum", std::to_string(c.has_maximum ? c.maximum : Int32::max()));
  if (c.is_set) json_.member("uniqueItems", "true");
}

void Generator::property(const Type& parent, const Field& f) {
  const bool nullable = !is_needed(parent, f);
  json_.open(f.json_name);
  // Beside a `$ref`, validators ignore the description (draft-07) and editors show it.
  if (f.doc != 0) json_.text("description", docs()[f.doc]);
  if (!f.crd_default.empty()) json_.member("default", f.crd_default);
  constraint_body(f, nullable);
  type_body(f.type, nullable);
  json_.close();
}

void Generator::required(const Type& t) {
  std::vector<std::string_view> names;
  for (const Key& key : keys_of(t))
    if (is_present(field(key.field)) && is_needed(t, field(key.field))) names.push_back(key.json_name);
  if (!names.empty()) json_.texts("required", names);
}

void Generator::object_body(TypeId id) {
  const Type& t = type(id);
  if (t.doc != 0) json_.text("description", docs()[t.doc]);
  json_.member("additionalProperties", "false");
  json_.open("properties");
  for (const Key& key : keys_of(t))
    if (is_present(field(key.field))) property(t, field(key.field));
  json_.close();
  required(t);
  name_type("object", true);
}

void Generator::version_and_kind() {
  const Type& set = type(root(Root::kPodCliqueSet));
  constexpr std::string_view kValues[][2] = {{"apiVersion", "grove.io/v1alpha1"}, {"kind", "PodCliqueSet"}};
  for (const auto& [name, value] : kValues) {
    json_.open(name);
    json_.text("description", docs()[find_field(set, name)->doc]);
    json_.text("const", value);
    json_.close();
  }
}

void Generator::scalar_definitions() {
  json_.open("quantity");
  json_.text("pattern", kQuantityPattern);
  json_.member("type", R"(["string", "number", "null"])");
  json_.close();
  json_.open("int-or-string");
  json_.member("type", R"(["integer", "string", "null"])");
  json_.close();
  json_.open("duration");
  json_.text("pattern", kDurationPattern);
  json_.member("type", R"(["string", "null"])");
  json_.close();
  json_.open("time");
  json_.text("format", "date-time");
  json_.member("type", R"(["string", "null"])");
  json_.close();
}

std::string Generator::run() {
  const Type& set = type(root(Root::kPodCliqueSet));
  json_.open();
  json_.text("$schema", "http://json-schema.org/draft-07/schema#");
  json_.text("title", "PodCliqueSet");
  if (set.doc != 0) json_.text("description", docs()[set.doc]);
  json_.member("additionalProperties", "false");
  json_.open("properties");
  version_and_kind();
  for (const std::string_view name : {"metadata"sv, "spec"sv, "status"sv}) property(set, *find_field(set, name));
  json_.close();
  json_.member("required", R"(["apiVersion", "kind", "metadata", "spec"])");
  json_.text("type", "object");

  json_.open("definitions");
  scalar_definitions();
  for (std::size_t i = 0; i < definitions_.size(); ++i) {
    const TypeId id = definitions_[i];
    json_.open(definition_name(id));
    object_body(id);
    json_.close();
  }
  json_.close();
  json_.close();
  return std::move(json_).take();
}

}  // namespace

std::string json_schema(bool extended) { return Generator(extended).run(); }

}  // namespace grovec::schemas

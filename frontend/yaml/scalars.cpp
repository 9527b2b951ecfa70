#include "frontend/yaml/scalars.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "ir/base/utf8.h"
#include "ir/value/resolve.h"

namespace grovec::frontend {

using ir::Scalar;
using ir::ScalarType;
using ir::Value;

namespace {

constexpr std::string_view kTagPrefix = "tag:yaml.org,2002:";

/// Standard base64 with padding; line breaks between the characters do not count.
std::optional<std::string> decode_base64(std::string_view text) {
  const auto digit = [](char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
  };
  std::string out;
  std::uint32_t bits = 0;
  int digits = 0;
  int padding = 0;
  for (char c : text) {
    if (c == '\n' || c == '\r') continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const int d = digit(c);
    if (d < 0 || padding > 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(d);
    if (++digits % 4 != 0) continue;
    for (int shift = 16; shift >= 0; shift -= 8) out += static_cast<char>(bits >> shift & 0xFF);
    bits = 0;
  }
  const int rest = digits % 4;
  if (rest == 1 || padding != (rest == 0 ? 0 : 4 - rest)) return std::nullopt;
  if (rest == 3) out += static_cast<char>(bits >> 10 & 0xFF);
  if (rest == 2) out += static_cast<char>(bits >> 4 & 0xFF);
  if (rest == 3) out += static_cast<char>(bits >> 2 & 0xFF);
  return out;
}

/// Every byte that is not UTF-8 becomes U+FFFD, as when Go writes JSON.
std::string with_replacements(std::string_view text) {
  std::string out;
  while (true) {
    const std::size_t good = find_invalid_utf8(text);
    out += text.substr(0, good);
    if (good == text.size()) return out;
    out += "\xEF\xBF\xBD";
    text.remove_prefix(good + 1);
  }
}

Value binary(Context& context, const ScalarText& s) {
  if (const auto bytes = decode_base64(s.text))
    return Value::string(context.arena.copy(with_replacements(*bytes)), s.at, s.style);
  context.diags.report(s.at, diag::BadBase64);
  return Value::null(s.at);
}

double not_finite(std::string_view text) {
  if (text.find_first_of("nN") == 1 && (text[2] | 0x20) == 'a') return std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  return text[0] == '-' ? -infinity : infinity;
}

Value of_type(Context& context, const ScalarText& s, const Scalar& scalar) {
  switch (scalar.type) {
    case ScalarType::kNull:
      return Value::null(s.at);
    case ScalarType::kBool:
      return Value::boolean(scalar.boolean, s.at);
    case ScalarType::kInt:
      return Value::integer(scalar.integer, s.at);
    case ScalarType::kFloat:
      return Value::real(scalar.real, s.at);
    case ScalarType::kNotFinite:
      if (s.is_key) return Value::real(not_finite(s.text), s.at);
      context.diags.report(s.at, diag::NumberNotFinite, s.text);
      return Value::null(s.at);
    case ScalarType::kString:
    case ScalarType::kTimestamp:
      break;
  }
  return Value::string(s.text, s.at, s.style);
}

/// A scalar with one of YAML's own tags that say what it is.
std::optional<Value> tagged(Context& context, const ScalarText& s, std::string_view name) {
  const Scalar scalar = ir::resolve_scalar(s.text);
  const ScalarType type = scalar.type;
  const bool is_number = type == ScalarType::kFloat || type == ScalarType::kNotFinite;
  bool fits;
  if (name == "int")
    fits = type == ScalarType::kInt;
  else if (name == "float")
    fits = is_number || type == ScalarType::kInt;
  else if (name == "bool")
    fits = type == ScalarType::kBool;
  else if (name == "null")
    fits = type == ScalarType::kNull;
  else if (name == "timestamp")
    fits = type == ScalarType::kTimestamp;
  else
    return std::nullopt;
  if (!fits) {
    context.diags.report(s.at, diag::TagMismatch, s.text, "!!" + std::string(name));
    return Value::null(s.at);
  }
  if (name == "float" && type == ScalarType::kInt) return Value::real(static_cast<double>(scalar.integer), s.at);
  return of_type(context, s, scalar);
}

}  // namespace

Value make_scalar(Context& context, const ScalarText& s) {
  if (s.tag.empty()) {
    if (s.style != ir::Style::kPlain) return Value::string(s.text, s.at, s.style);
    return of_type(context, s, ir::resolve_scalar(s.text));
  }
  if (s.tag.starts_with(kTagPrefix)) {
    const std::string_view name = s.tag.substr(kTagPrefix.size());
    if (name == "binary") return binary(context, s);
    if (const auto v = tagged(context, s, name)) return *v;
  }
  return Value::string(s.text, s.at, s.style);  // !!str, and tags that nobody knows
}

std::string float_key_text(double value) {
  const auto narrow = static_cast<float>(value);
  if (std::isinf(narrow)) return narrow < 0 ? "-.inf" : ".inf";
  if (std::isnan(narrow)) return ".nan";
  char buffer[64];
  // Shortest digits first: d.ddde±xx. The exponent decides between the two forms, with Go's limits.
  const char* end = std::to_chars(buffer, buffer + sizeof buffer, narrow, std::chars_format::scientific).ptr;
  const std::string_view scientific(buffer, static_cast<std::size_t>(end - buffer));
  const std::size_t e = scientific.find('e');
  int exponent = 0;
  const char* digits = buffer + e + (buffer[e + 1] == '+' ? 2 : 1);
  std::from_chars(digits, end, exponent);
  constexpr int kFirstScientific = 6;
  if (exponent < -4 || exponent >= kFirstScientific) return std::string(scientific);
  end = std::to_chars(buffer, buffer + sizeof buffer, narrow, std::chars_format::fixed).ptr;
  return {buffer, static_cast<std::size_t>(end - buffer)};
}

bool make_key(Context& context, const Value& value, std::string_view written, std::string_view& key) {
  switch (value.kind()) {
    case ir::ValueKind::kString:
      key = value.as_string();
      return true;
    case ir::ValueKind::kBool: {
      key = value.as_bool() ? "true" : "false";
      if (ir::resolve_scalar(written).is_short_bool)
        context.diags.report(value.at(), diag::BooleanKey, written, key)
            .fix(value.at(), "\"" + std::string(written) + "\"");
      return true;
    }
    case ir::ValueKind::kInt:
      key = context.arena.copy(std::to_string(value.as_int()));
      return true;
    case ir::ValueKind::kDouble:
      key = context.arena.copy(float_key_text(value.as_double()));
      return true;
    case ir::ValueKind::kNull:
      context.diags.report(value.at(), diag::KeyIsNull);
      return false;
    default:
      break;
  }
  DiagnosticBuilder finding = context.diags.report(value.at(), diag::KeyNotScalar);
  const Origin& at = context.origins[value.at()];
  const std::string_view text = context.sources.text(at.source);
  const std::uint32_t outer = at.begin > 0 ? at.begin - 1 : 0;
  if (text.substr(outer, 2) == "{{") finding.note(value.at(), diag::TemplateText);
  return false;
}

}  // namespace grovec::frontend

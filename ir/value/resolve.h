/// \file What a plain YAML scalar means (reference: libraries 3.3): the rules of the reader, and the reason why the
/// writer quotes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace grovec::ir {

enum class ScalarType : std::uint8_t {
  kString,
  kNull,
  kBool,
  kInt,        ///< fits int64
  kFloat,      ///< also whole numbers beyond int64
  kNotFinite,  ///< .inf and .nan: no JSON
  kTimestamp,  ///< read as a string, but quoted when written
};

struct Scalar {
  ScalarType type = ScalarType::kString;
  bool boolean = false;
  bool is_short_bool = false;  ///< y, n, on, off, yes, no: a boolean to YAML 1.1 only
  std::int64_t integer = 0;
  double real = 0;
};

/// Type and value of an untagged plain scalar.
Scalar resolve_scalar(std::string_view text);

/// A decimal floating-point number as Go's strconv.ParseFloat reads it; nothing if out of range or something else.
/// Accepts `[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?` only.
std::optional<double> parse_decimal(std::string_view text);

/// Digits separated by colons, which other YAML 1.1 readers take for a base-60 number.
bool is_base60(std::string_view text);

}  // namespace grovec::ir

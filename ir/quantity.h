/// \file Kubernetes resource quantities: parsing, canonical text, and the form that the hash dump prints.
///
/// Rules: reference expansion 1 (which texts stay as written) and 13.4; k8s.io/apimachinery resource.Quantity.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace grovec::ir {

/// A parsed quantity as the Go library holds it.
struct Quantity {
  enum class Format : std::uint8_t { kDecimalSI, kBinarySI, kDecimalExponent };
  std::int64_t value = 0;            ///< int64Amount.value; 0 if `is_big`
  std::int32_t scale = 0;            ///< int64Amount.scale, power of ten
  bool is_big = false;               ///< does not fit: big-decimal form
  bool negative = false;             ///< big-decimal form only
  std::vector<std::uint64_t> words;  ///< big-decimal form: |value| x 10^9, little-endian, no leading zeros
  std::string cached;                ///< the text the Go library keeps, or empty
  Format format = Format::kDecimalSI;
};

/// Without blanks around it. Go trims the JSON text, in which tabs and line breaks are escapes, so those stay.
std::string_view trimmed_quantity(std::string_view text);
/// Parses as resource.ParseQuantity does with a text that is trimmed; nothing if the text is no quantity.
std::optional<Quantity> parse_quantity(std::string_view text);

/// Text after admission: canonical, except for those texts that stay as written. Equal to `text` if nothing changes.
std::string canonical_text(std::string_view text);
std::string canonical_text(const Quantity& quantity);

/// Body of a quantity in the hash dump (reference: expansion 13.4), for text that has gone through admission.
void append_dump(const Quantity& quantity, std::string& out);

/// <0, 0, >0.
int compare(const Quantity& a, const Quantity& b);
bool is_zero(const Quantity& q);
/// Value rounded up to a whole number, saturated; for totals (GPUs, bytes) and millis for CPU.
std::int64_t rounded_up(const Quantity& q);
std::int64_t milli_value(const Quantity& q);

}  // namespace grovec::ir

#include "ir/duration.h"

#include <cstdlib>

namespace grovec::ir {

namespace {

struct Unit {
  std::string_view text;
  std::uint64_t nanoseconds;
};
// Longer texts first: `ms` before `m`.
constexpr Unit kUnits[] = {{"ns", 1},
                           {"us", 1'000},
                           {"\xC2\xB5s", 1'000},  // micro sign
                           {"\xCE\xBCs", 1'000},  // Greek mu
                           {"ms", 1'000'000},
                           {"s", 1'000'000'000},
                           {"m", 60'000'000'000},
                           {"h", 3'600'000'000'000}};

constexpr std::uint64_t kLimit = std::uint64_t{1} << 63;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Digits before the point; false on overflow.
bool leading_int(std::string_view& text, std::uint64_t& value) {
  for (value = 0; !text.empty() && is_digit(text[0]); text.remove_prefix(1)) {
    if (value > kLimit / 10) return false;
    value = value * 10 + static_cast<std::uint64_t>(text[0] - '0');
    if (value > kLimit) return false;
  }
  return true;
}

// Digits behind the point; more than fit are cut, as Go cuts them.
void leading_fraction(std::string_view& text, std::uint64_t& value, double& scale) {
  value = 0;
  scale = 1;
  for (bool full = false; !text.empty() && is_digit(text[0]); text.remove_prefix(1)) {
    if (full) continue;
    if (value > (kLimit - 1) / 10) {
      full = true;
      continue;
    }
    std::uint64_t next = value * 10 + static_cast<std::uint64_t>(text[0] - '0');
    if (next > kLimit) {
      full = true;
      continue;
    }
    value = next;
    scale *= 10;
  }
}

const Unit* leading_unit(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && text[length] != '.' && !is_digit(text[length])) ++length;
  for (const Unit& u : kUnits)
    if (u.text == text.substr(0, length)) {
      text.remove_prefix(length);
      return &u;
    }
  return nullptr;
}

// One number with its unit.
bool leading_part(std::string_view& text, std::uint64_t& sum) {
  std::uint64_t whole = 0, fraction = 0;
  double scale = 1;
  if (text[0] != '.' && !is_digit(text[0])) return false;
  const std::size_t before = text.size();
  if (!leading_int(text, whole)) return false;
  bool any = text.size() != before;
  if (!text.empty() && text[0] == '.') {
    text.remove_prefix(1);
    const std::size_t behind = text.size();
    leading_fraction(text, fraction, scale);
    any |= text.size() != behind;
  }
  const Unit* unit = any ? leading_unit(text) : nullptr;
  if (!unit || whole > kLimit / unit->nanoseconds) return false;
  whole *= unit->nanoseconds;
  if (fraction > 0)
    whole +=
        static_cast<std::uint64_t>(static_cast<double>(fraction) * (static_cast<double>(unit->nanoseconds) / scale));
  if (whole > kLimit) return false;
  sum += whole;
  return sum <= kLimit;
}

}  // namespace

std::optional<std::int64_t> parse_duration(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (text == "0") return 0;
  if (text.empty()) return std::nullopt;
  std::uint64_t sum = 0;
  while (!text.empty())
    if (!leading_part(text, sum)) return std::nullopt;
  if (negative) return static_cast<std::int64_t>(0 - sum);
  if (sum > kLimit - 1) return std::nullopt;
  return static_cast<std::int64_t>(sum);
}

namespace {

// `value` with `digits` decimals, trailing zeros removed.
std::string decimal(std::uint64_t value, int digits) {
  std::uint64_t unit = 1;
  for (int i = 0; i < digits; ++i) unit *= 10;
  std::string fraction = std::to_string(unit + value % unit).substr(1);
  while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
  return std::to_string(value / unit) + (fraction.empty() ? "" : "." + fraction);
}

}  // namespace

std::string duration_text(std::int64_t nanoseconds) {
  if (nanoseconds == 0) return "0s";
  std::uint64_t n =
      nanoseconds < 0 ? 0 - static_cast<std::uint64_t>(nanoseconds) : static_cast<std::uint64_t>(nanoseconds);
  std::string sign = nanoseconds < 0 ? "-" : "";
  if (n < 1'000) return sign + std::to_string(n) + "ns";
  if (n < 1'000'000) return sign + decimal(n, 3) + "\xC2\xB5s";
  if (n < 1'000'000'000) return sign + decimal(n, 6) + "ms";
  std::uint64_t minutes = n / 60'000'000'000;
  std::string out = decimal(n % 60'000'000'000, 9) + "s";
  if (minutes > 0) out = std::to_string(minutes % 60) + "m" + out;
  if (minutes >= 60) out = std::to_string(minutes / 60) + "h" + out;
  return sign + out;
}

}  // namespace grovec::ir

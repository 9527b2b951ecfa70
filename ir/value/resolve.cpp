#include "ir/value/resolve.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <string>

namespace grovec::ir {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_sign(char c) { return c == '+' || c == '-'; }

template <std::size_t N>
bool is_one_of(std::string_view text, const std::string_view (&list)[N]) {
  for (std::string_view s : list)
    if (s == text) return true;
  return false;
}

constexpr std::string_view kNulls[] = {"", "~", "null", "Null", "NULL"};
constexpr std::string_view kTrue[] = {"true", "True", "TRUE"};
constexpr std::string_view kFalse[] = {"false", "False", "FALSE"};
constexpr std::string_view kShortTrue[] = {"y", "Y", "yes", "Yes", "YES", "on", "On", "ON"};
constexpr std::string_view kShortFalse[] = {"n", "N", "no", "No", "NO", "off", "Off", "OFF"};
constexpr std::string_view kNotFinite[] = {".nan", ".NaN", ".NAN"};
constexpr std::string_view kInfinite[] = {".inf", ".Inf", ".INF"};

Scalar boolean(bool value, bool is_short) {
  Scalar s;
  s.type = ScalarType::kBool;
  s.boolean = value;
  s.is_short_bool = is_short;
  return s;
}

Scalar of_type(ScalarType type) {
  Scalar s;
  s.type = type;
  return s;
}

Scalar integer(std::int64_t value) {
  Scalar s = of_type(ScalarType::kInt);
  s.integer = value;
  return s;
}

Scalar real(double value) {
  Scalar s = of_type(ScalarType::kFloat);
  s.real = value;
  return s;
}

/// Words: everything that is listed rather than computed.
std::optional<Scalar> resolve_word(std::string_view text) {
  if (text.size() > 5) return std::nullopt;
  if (is_one_of(text, kNulls)) return of_type(ScalarType::kNull);
  if (is_one_of(text, kTrue)) return boolean(true, false);
  if (is_one_of(text, kFalse)) return boolean(false, false);
  if (is_one_of(text, kShortTrue)) return boolean(true, true);
  if (is_one_of(text, kShortFalse)) return boolean(false, true);
  if (is_one_of(text, kNotFinite)) return of_type(ScalarType::kNotFinite);
  std::string_view unsigned_part = text.empty() || !is_sign(text[0]) ? text : text.substr(1);
  if (is_one_of(unsigned_part, kInfinite)) return of_type(ScalarType::kNotFinite);
  return std::nullopt;
}

/// Whole numbers as Go's strconv.ParseInt and ParseUint read them with base 0: 0x, 0o, 0b and a leading 0 for octal.
std::optional<Scalar> resolve_integer(std::string_view text) {
  std::string_view rest = text;
  const bool has_sign = !rest.empty() && is_sign(rest[0]);
  const bool negative = has_sign && rest[0] == '-';
  if (has_sign) rest.remove_prefix(1);
  int base = 10;
  if (rest.size() >= 2 && rest[0] == '0') {
    const char c = static_cast<char>(rest[1] | 0x20);
    base = c == 'x' ? 16 : c == 'o' ? 8 : c == 'b' ? 2 : 8;
    rest.remove_prefix(c == 'x' || c == 'o' || c == 'b' ? 2 : 1);
  }
  std::uint64_t magnitude = 0;
  auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), magnitude, base);
  if (error != std::errc() || end != rest.data() + rest.size()) return std::nullopt;
  constexpr std::uint64_t kLimit = std::uint64_t{1} << 63;
  if (magnitude < kLimit) {
    const auto value = static_cast<std::int64_t>(magnitude);
    return integer(negative ? -value : value);
  }
  if (negative && magnitude == kLimit) return integer(std::numeric_limits<std::int64_t>::min());
  if (has_sign) return std::nullopt;  // the unsigned reading takes no sign
  return real(static_cast<double>(magnitude));
}

/// `0b` takes a sign behind the prefix, by accident of the reference.
std::optional<Scalar> resolve_odd_binary(std::string_view text) {
  if (text.size() < 4 || text.substr(0, 2) != "0b" || !is_sign(text[2])) return std::nullopt;
  std::uint64_t magnitude = 0;
  auto [end, error] = std::from_chars(text.data() + 3, text.data() + text.size(), magnitude, 2);
  if (error != std::errc() || end != text.data() + text.size() || magnitude >> 63) return std::nullopt;
  const auto value = static_cast<std::int64_t>(magnitude);
  return integer(text[2] == '-' ? -value : value);
}

/// Reads the parts of a timestamp as Go's time.Parse does.
class TimestampReader {
 public:
  explicit TimestampReader(std::string_view text) : rest_(text) {}

  bool matches() {
    if (!date()) return false;
    if (rest_.empty()) return true;
    if (rest_[0] == 'T' || rest_[0] == 't') {
      rest_.remove_prefix(1);
      return time() && zone() && rest_.empty();
    }
    if (rest_[0] != ' ') return false;
    while (!rest_.empty() && rest_[0] == ' ') rest_.remove_prefix(1);
    return time() && rest_.empty();
  }

 private:
  bool literal(char c) {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// One or two digits; exactly two if `fixed`.
  bool number(int low, int high, int& out, bool fixed = false) {
    if (rest_.empty() || !is_digit(rest_[0])) return false;
    out = rest_[0] - '0';
    std::size_t used = 1;
    if (rest_.size() > 1 && is_digit(rest_[1])) {
      out = out * 10 + (rest_[1] - '0');
      used = 2;
    } else if (fixed) {
      return false;
    }
    rest_.remove_prefix(used);
    return out >= low && out <= high;
  }
  bool date() {
    int year = 0;
    for (int i = 0; i < 4; ++i) {
      if (rest_.empty() || !is_digit(rest_[0])) return false;
      year = year * 10 + (rest_[0] - '0');
      rest_.remove_prefix(1);
    }
    int month = 0;
    int day = 0;
    if (!literal('-') || !number(1, 12, month) || !literal('-') || !number(1, 31, day)) return false;
    constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= kDays[month - 1] + (month == 2 && leap ? 1 : 0);
  }
  bool time() {
    int part = 0;
    if (!number(0, 23, part) || !literal(':') || !number(0, 59, part) || !literal(':') || !number(0, 59, part))
      return false;
    if (rest_.size() >= 2 && (rest_[0] == '.' || rest_[0] == ',') && is_digit(rest_[1])) {
      rest_.remove_prefix(1);
      while (!rest_.empty() && is_digit(rest_[0])) rest_.remove_prefix(1);
    }
    return true;
  }
  bool zone() {
    if (literal('Z')) return true;
    int part = 0;
    if (rest_.size() != 6 || !is_sign(rest_[0])) return false;
    rest_.remove_prefix(1);
    return number(0, 24, part, true) && literal(':') && number(0, 60, part, true);
  }

  std::string_view rest_;
};

/// Whether each underscore stands between two digits.
bool separates_digits(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '_' && (i == 0 || i + 1 == text.size() || !is_digit(text[i - 1]) || !is_digit(text[i + 1])))
      return false;
  return true;
}

bool is_timestamp(std::string_view text) {
  return text.size() >= 8 && text[4] == '-' && TimestampReader(text).matches();
}

}  // namespace

std::optional<double> parse_decimal(std::string_view text) {
  std::string_view s = text;
  const bool negative = !s.empty() && s[0] == '-';
  if (!s.empty() && is_sign(s[0])) s.remove_prefix(1);
  std::size_t i = 0;
  while (i < s.size() && is_digit(s[i])) ++i;
  const std::size_t whole = i;
  if (i < s.size() && s[i] == '.') {
    ++i;
    while (i < s.size() && is_digit(s[i])) ++i;
    if (whole == 0 && i == 1) return std::nullopt;
  } else if (whole == 0) {
    return std::nullopt;
  }
  if (i < s.size() && (s[i] | 0x20) == 'e') {
    ++i;
    if (i < s.size() && is_sign(s[i])) ++i;
    const std::size_t digits = i;
    while (i < s.size() && is_digit(s[i])) ++i;
    if (i == digits) return std::nullopt;
  }
  if (i != s.size()) return std::nullopt;
  double value = 0;
  auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
  if (error == std::errc::result_out_of_range) {
    // Too large is an error to the reference, too small is zero; from_chars does not tell them apart.
    const std::size_t e = s.find_first_of("eE");
    const bool tiny = e != std::string_view::npos ? s[e + 1] == '-' : s.find_first_of("123456789") > s.find('.');
    if (!tiny) return std::nullopt;
    value = 0;
  } else if (error != std::errc() || end != s.data() + s.size()) {
    return std::nullopt;
  }
  return negative ? -value : value;
}

bool is_base60(std::string_view text) {
  std::size_t i = 0;
  if (i < text.size() && is_sign(text[i])) ++i;
  if (i >= text.size() || !is_digit(text[i])) return false;
  while (i < text.size() && (is_digit(text[i]) || text[i] == '_')) ++i;
  if (i >= text.size() || text[i] != ':') return false;
  while (i < text.size() && text[i] == ':') {
    ++i;
    if (i >= text.size() || !is_digit(text[i])) return false;
    if (text[i] <= '5' && i + 1 < text.size() && is_digit(text[i + 1])) ++i;
    ++i;
  }
  if (i < text.size() && text[i] == '.') {
    ++i;
    while (i < text.size() && (is_digit(text[i]) || text[i] == '_')) ++i;
  }
  return i == text.size();
}

Scalar resolve_scalar(std::string_view text) {
  if (text.empty()) return of_type(ScalarType::kNull);
  const char first = text[0];
  const bool numeric = is_digit(first) || is_sign(first);
  if (!numeric && first != '.') {
    constexpr std::string_view kWordStarts = "yYnNtTfFoO~";
    if (kWordStarts.find(first) == std::string_view::npos) return {};
    if (auto word = resolve_word(text)) return *word;
    return {};
  }
  if (auto word = resolve_word(text)) return *word;
  if (first != '.' && is_timestamp(text)) return of_type(ScalarType::kTimestamp);
  std::string without;
  if (text.find('_') != std::string_view::npos) {
    // Behind a leading point the reference takes underscores only where Go does.
    if (first == '.' && !separates_digits(text)) return {};
    for (char c : text)
      if (c != '_') without += c;
    text = without;
  }
  if (first == '.') {
    if (auto value = parse_decimal(text)) return real(*value);
    return {};
  }
  if (auto value = resolve_integer(text)) return *value;
  if (auto value = parse_decimal(text)) return real(*value);
  if (auto value = resolve_odd_binary(text)) return *value;
  return {};
}

}  // namespace grovec::ir

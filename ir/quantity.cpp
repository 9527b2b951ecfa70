#include "ir/quantity.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <span>

namespace grovec::ir {

namespace {

using Words = std::vector<std::uint64_t>;

constexpr std::size_t kLongestText = 1024;  // bytes; bounds the work on big numbers
constexpr int kNano = -9;                   // the Go library keeps nothing finer

// ---- big numbers: just enough for the big-decimal form
// ---------------------------------------------------------------

void trim(Words& w) {
  while (!w.empty() && w.back() == 0) w.pop_back();
}

void multiply_add(Words& w, std::uint64_t factor, std::uint64_t addend) {
  unsigned __int128 carry = addend;
  for (std::uint64_t& word : w) {
    carry += static_cast<unsigned __int128>(word) * factor;
    word = static_cast<std::uint64_t>(carry);
    carry >>= 64;
  }
  if (carry != 0) w.push_back(static_cast<std::uint64_t>(carry));
}

// Divides in place; the remainder.
std::uint64_t divide(Words& w, std::uint64_t divisor) {
  unsigned __int128 rest = 0;
  for (std::size_t i = w.size(); i-- > 0;) {
    rest = (rest << 64) | w[i];
    w[i] = static_cast<std::uint64_t>(rest / divisor);
    rest %= divisor;
  }
  trim(w);
  return static_cast<std::uint64_t>(rest);
}

int compare_words(const Words& a, const Words& b) {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  for (std::size_t i = a.size(); i-- > 0;)
    if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
  return 0;
}

void scale_up(Words& w, int tens) {
  for (int i = 0; i < tens && !w.empty(); ++i) multiply_add(w, 10, 0);
}

std::string decimal(Words w) {
  std::string digits;
  while (!w.empty()) digits += static_cast<char>('0' + divide(w, 10));
  std::reverse(digits.begin(), digits.end());
  return digits.empty() ? "0" : digits;
}

// ---- suffixes
// --------------------------------------------------------------------------------------------------------

struct Suffix {
  std::string_view text;
  int exponent;  // of ten, or of two for binary ones
};
constexpr Suffix kDecimal[] = {{"n", -9}, {"u", -6}, {"m", -3}, {"", 0},   {"k", 3},
                               {"M", 6},  {"G", 9},  {"T", 12}, {"P", 15}, {"E", 18}};
constexpr Suffix kBinary[] = {{"Ki", 10}, {"Mi", 20}, {"Gi", 30}, {"Ti", 40}, {"Pi", 50}, {"Ei", 60}};

std::string_view suffix_for(std::span<const Suffix> table, int exponent) {
  for (const Suffix& s : table)
    if (s.exponent == exponent) return s.text;
  return {};
}

struct Parts {
  bool negative = false;
  std::string digits;  // numerator without leading zeros ("0" if none), then the denominator
  int fraction = 0;    // digits of the denominator
  int numerator = 0;   // digits of the numerator
  int exponent = 0;
  bool has_digits = true;
  Quantity::Format format = Quantity::Format::kDecimalSI;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool read_suffix(std::string_view text, Parts& p) {
  for (const Suffix& s : kDecimal)
    if (s.text == text) {
      p.exponent = s.exponent;
      return true;
    }
  for (const Suffix& s : kBinary)
    if (s.text == text) {
      p.exponent = s.exponent;
      p.format = Quantity::Format::kBinarySI;
      return true;
    }
  if (text.size() < 2 || (text[0] != 'e' && text[0] != 'E')) return false;
  text.remove_prefix(text[1] == '+' ? 2 : 1);
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), p.exponent);
  p.format = Quantity::Format::kDecimalExponent;
  return error == std::errc() && end == text.data() + text.size() && std::abs(p.exponent) < 1'000'000;
}

std::optional<Parts> split(std::string_view text) {
  Parts p;
  if (text.empty() || text.size() > kLongestText) return std::nullopt;
  std::size_t at = 0;
  if (text[0] == '-' || text[0] == '+') {
    p.negative = text[0] == '-';
    ++at;
  }
  std::size_t digits = 0;
  while (at < text.size() && text[at] == '0') ++at, ++digits;
  while (at < text.size() && is_digit(text[at])) p.digits += text[at++], ++digits;
  if (p.digits.empty()) p.digits = "0";
  p.numerator = static_cast<int>(p.digits.size());
  if (at < text.size() && text[at] == '.') {
    ++at;
    while (at < text.size() && is_digit(text[at])) p.digits += text[at++], ++p.fraction, ++digits;
  }
  p.has_digits = digits > 0;
  if (!read_suffix(text.substr(at), p)) return std::nullopt;
  return p;
}

std::optional<std::int64_t> small_value(const Parts& p) {
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(p.digits.data(), p.digits.data() + p.digits.size(), value);
  if (error != std::errc() || end != p.digits.data() + p.digits.size()) return std::nullopt;
  return value;
}

// The form with an int64 (reference: expansion 13.4, rules 3 and 4).
std::optional<Quantity> small_form(const Parts& p, std::string_view text) {
  const bool binary = p.format == Quantity::Format::kBinarySI;
  const int digits = static_cast<int>(p.digits.size());
  int precision = 18 - digits;
  if (binary) precision = p.fraction > 0 ? -1 : 15 - p.numerator - p.exponent * 3 / 10 - 1;
  const int scale = (binary ? 0 : p.exponent) - p.fraction;
  if (precision < 0 || scale < kNano) return std::nullopt;
  std::optional<std::int64_t> number = small_value(p);
  if (!number) return std::nullopt;
  Quantity q;
  q.format = p.format;
  q.scale = scale;
  std::int64_t value = *number;
  if (binary && __builtin_mul_overflow(value, std::int64_t{1} << p.exponent, &value)) return std::nullopt;
  q.value = p.negative ? -value : value;
  const bool keeps = binary ? (*number & 7) != 0 : scale % 3 == 0 && p.digits[0] != '0' && !p.digits.ends_with("000");
  if (keeps) q.cached = text;
  return q;
}

// The big-decimal form: |value| x 10^9, rounded up (rule 5).
Quantity big_form(const Parts& p) {
  Quantity q;
  q.is_big = true;
  q.negative = p.negative;
  q.format = p.format;
  for (char c : p.digits) multiply_add(q.words, 10, static_cast<std::uint64_t>(c - '0'));
  trim(q.words);
  int tens = 9 - p.fraction;
  if (p.format == Quantity::Format::kBinarySI)
    for (int i = 0; i < p.exponent; ++i) multiply_add(q.words, 2, 0);
  else
    tens += p.exponent;
  if (tens >= 0) {
    scale_up(q.words, std::min(tens, 4096));
  } else {
    bool rest = false;
    for (int i = 0; i < -tens && !q.words.empty(); ++i) rest |= divide(q.words, 10) != 0;
    if (rest) {
      multiply_add(q.words, 1, 1);
      if (q.words.empty()) q.words.push_back(1);
    }
  }
  if (q.format == Quantity::Format::kBinarySI) {
    Words most{0x7FFFFFFFFFFFFFFFull}, one{1'000'000'000ull};
    multiply_add(most, 1'000'000'000ull, 0);
    if (compare_words(q.words, most) > 0) q.words = most;
    if (!q.words.empty() && compare_words(q.words, one) < 0) q.format = Quantity::Format::kDecimalSI;
  }
  return q;
}

// |value| and power of ten, without trailing zeros.
struct Canonical {
  std::string digits;
  int exponent = 0;
  bool negative = false;
};

Canonical canonical_of(const Quantity& q) {
  Canonical c;
  if (q.is_big) {
    c.digits = decimal(q.words);
    c.exponent = -9;
    c.negative = q.negative;
  } else {
    c.digits =
        std::to_string(q.value < 0 ? 0 - static_cast<std::uint64_t>(q.value) : static_cast<std::uint64_t>(q.value));
    c.exponent = q.scale;
    c.negative = q.value < 0;
  }
  while (c.digits.size() > 1 && c.digits.back() == '0') c.digits.pop_back(), ++c.exponent;
  return c;
}

// The whole value if it is one, as binary text wants it.
std::optional<Words> whole_value(const Quantity& q) {
  Canonical c = canonical_of(q);
  if (c.exponent < 0) return std::nullopt;
  Words w;
  for (char d : c.digits) multiply_add(w, 10, static_cast<std::uint64_t>(d - '0'));
  trim(w);
  scale_up(w, c.exponent);
  return w;
}

bool below_1024(const Quantity& q) {
  Canonical c = canonical_of(q);
  double magnitude = std::atof(c.digits.c_str()) * std::pow(10.0, c.exponent);
  return magnitude < 1024;
}

std::string decimal_text(const Quantity& q) {
  Canonical c = canonical_of(q);
  while (c.exponent % 3 != 0) c.digits += '0', --c.exponent;
  std::string out = (c.negative ? "-" : "") + c.digits;
  if (q.format == Quantity::Format::kDecimalExponent) {
    if (c.exponent != 0) out += "e" + std::to_string(c.exponent);
    return out;
  }
  // An exponent without a suffix is lost, as upstream loses it.
  return out + std::string(suffix_for(kDecimal, c.exponent));
}

void append_number(std::string& out, std::int64_t n) { out += std::to_string(n); }

}  // namespace

std::string_view trimmed_quantity(std::string_view text) {
  constexpr std::string_view kBlanks[] = {" ", "\xC2\x85", "\xC2\xA0", "\xE3\x80\x80"};
  auto is_blank = [](char c) { return c == ' ' || static_cast<unsigned char>(c) >= 0x80; };
  if (!text.empty() && !is_blank(text.front()) && !is_blank(text.back())) return text;  // as nearly all are
  for (bool again = true; again;) {
    again = false;
    for (std::string_view blank : kBlanks) {
      if (text.starts_with(blank)) again = true, text.remove_prefix(blank.size());
      if (text.ends_with(blank)) again = true, text.remove_suffix(blank.size());
    }
  }
  return text;
}

std::optional<Quantity> parse_quantity(std::string_view text) {
  text = trimmed_quantity(text);
  if (text == "0") {
    Quantity zero;
    zero.cached = "0";
    return zero;
  }
  std::optional<Parts> p = split(text);
  if (!p) return std::nullopt;
  if (std::optional<Quantity> small = small_form(*p, text)) return small;
  if (!p->has_digits) return std::nullopt;  // `Gi` is 0 to the Go library, but `Pi` is an error
  return big_form(*p);
}

bool is_zero(const Quantity& q) { return q.is_big ? q.words.empty() : q.value == 0; }

std::string canonical_text(const Quantity& q) {
  if (!q.cached.empty()) return q.cached;
  if (is_zero(q)) return "0";
  if (q.format == Quantity::Format::kBinarySI && !below_1024(q)) {
    if (std::optional<Words> w = whole_value(q)) {
      int exponent = 0;
      for (Words rest = *w; exponent < 60 && divide(rest, 1024) == 0; exponent += 10) *w = rest;
      bool negative = q.is_big ? q.negative : q.value < 0;
      return (negative ? "-" : "") + decimal(*w) + std::string(suffix_for(kBinary, exponent));
    }
  }
  Quantity plain = q;
  if (plain.format == Quantity::Format::kBinarySI) plain.format = Quantity::Format::kDecimalSI;
  return decimal_text(plain);
}

std::string canonical_text(std::string_view text) {
  std::optional<Quantity> q = parse_quantity(text);
  return q ? canonical_text(*q) : std::string(text);
}

void append_dump(const Quantity& q, std::string& out) {
  out += "{i:(resource.int64Amount){value:(int64)";
  append_number(out, q.is_big ? 0 : q.value);
  out += " scale:(resource.Scale)";
  append_number(out, q.is_big ? 0 : q.scale);
  out += "} d:(resource.infDecAmount){Dec:(*inf.Dec)";
  if (q.is_big) {
    out += "{unscaled:(big.Int){neg:(bool)";
    out += q.negative ? "true" : "false";
    out += " abs:(big.nat)";
    if (q.words.empty()) {
      out += "<nil>";
    } else {
      out += '[';
      for (std::size_t i = 0; i < q.words.size(); ++i) out += (i ? " " : "") + std::to_string(q.words[i]);
      out += ']';
    }
    out += "} scale:(inf.Scale)9}";
  } else {
    out += "<nil>";
  }
  out += "} s:(string)" + q.cached + " Format:(resource.Format)";
  switch (q.format) {
    case Quantity::Format::kDecimalSI:
      out += "DecimalSI";
      break;
    case Quantity::Format::kBinarySI:
      out += "BinarySI";
      break;
    case Quantity::Format::kDecimalExponent:
      out += "DecimalExponent";
      break;
  }
  out += '}';
}

namespace {

// |value| x 10^9, exactly; values finer than that do not exist.
Words in_nanos(const Quantity& q) {
  if (q.is_big) return q.words;
  Words w;
  std::uint64_t magnitude = q.value < 0 ? 0 - static_cast<std::uint64_t>(q.value) : static_cast<std::uint64_t>(q.value);
  if (magnitude != 0) w.push_back(magnitude);
  scale_up(w, std::min(q.scale - kNano, 4096));
  return w;
}

bool is_negative(const Quantity& q) { return q.is_big ? q.negative : q.value < 0; }

std::int64_t rounded_up(const Quantity& q, std::uint64_t nanos_per_unit) {
  Words w = in_nanos(q);
  if (divide(w, nanos_per_unit) != 0 && !is_negative(q)) {
    if (w.empty())
      w.push_back(1);
    else
      multiply_add(w, 1, 1);
  }
  constexpr auto kMost = std::uint64_t{0x7FFFFFFFFFFFFFFF};
  std::uint64_t magnitude = w.empty() ? 0 : w.size() > 1 || w[0] > kMost ? kMost : w[0];
  return is_negative(q) ? -static_cast<std::int64_t>(magnitude) : static_cast<std::int64_t>(magnitude);
}

}  // namespace

int compare(const Quantity& a, const Quantity& b) {
  bool zero_a = is_zero(a), zero_b = is_zero(b);
  bool negative_a = is_negative(a) && !zero_a, negative_b = is_negative(b) && !zero_b;
  if (negative_a != negative_b) return negative_a ? -1 : 1;
  int magnitude = compare_words(in_nanos(a), in_nanos(b));
  return negative_a ? -magnitude : magnitude;
}

std::int64_t rounded_up(const Quantity& q) { return rounded_up(q, 1'000'000'000); }
std::int64_t milli_value(const Quantity& q) { return rounded_up(q, 1'000'000); }

}  // namespace grovec::ir

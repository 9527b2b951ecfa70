#include "runtime/decide/instant.h"

#include <array>
#include <charconv>

namespace grovec::decide {

namespace {

// Days since 1970-01-01 of a day of the Gregorian calendar, and back (Howard Hinnant's formulas).
std::int64_t days_from_civil(std::int64_t y, unsigned m, unsigned d) {
  y -= m <= 2;
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const auto yoe = static_cast<unsigned>(y - era * 400);
  const unsigned doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
  const unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146097 + static_cast<std::int64_t>(doe) - 719468;
}

struct Civil {
  std::int64_t year;
  unsigned month, day;
};
Civil civil_from_days(std::int64_t z) {
  z += 719468;
  const std::int64_t era = (z >= 0 ? z : z - 146096) / 146097;
  const auto doe = static_cast<unsigned>(z - era * 146097);
  const unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const unsigned mp = (5 * doy + 2) / 153;
  const unsigned month = mp < 10 ? mp + 3 : mp - 9;
  return {static_cast<std::int64_t>(yoe) + era * 400 + (month <= 2), month, doy - (153 * mp + 2) / 5 + 1};
}

void put(char* at, unsigned width, unsigned value) {
  for (unsigned n = width; n-- > 0; value /= 10) at[n] = static_cast<char>('0' + value % 10);
}

// A number of exactly `width` digits at the front of `text`, taken off; -1 if there is none.
int take(std::string_view& text, std::size_t width) {
  int value = 0;
  if (text.size() < width) return -1;
  for (std::size_t n = 0; n < width; ++n) {
    if (text[n] < '0' || text[n] > '9') return -1;
    value = value * 10 + (text[n] - '0');
  }
  text.remove_prefix(width);
  return value;
}

bool take_char(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text[0]) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

// ".123456789" at the front, as nanoseconds; digits behind the ninth do not count.
std::int64_t take_fraction(std::string_view& text) {
  if (!take_char(text, ".")) return 0;
  std::int64_t ns = 0, unit = 100'000'000;
  for (; !text.empty() && text[0] >= '0' && text[0] <= '9'; text.remove_prefix(1), unit /= 10)
    ns += (text[0] - '0') * unit;
  return ns;
}

// "Z" or "+hh:mm", as seconds east of UTC.
std::optional<int> take_zone(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  const bool west = !text.empty() && text[0] == '-';
  if (!take_char(text, "+-")) return std::nullopt;
  const int hours = take(text, 2);
  if (!take_char(text, ":")) return std::nullopt;
  const int minutes = take(text, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || !text.empty()) return std::nullopt;
  return (west ? -1 : 1) * (hours * 3600 + minutes * 60);
}

}  // namespace

std::string time_text(Instant at) {
  std::int64_t s = at.seconds(), days = s / 86400;
  if (s % 86400 < 0) --days;
  const auto rest = static_cast<unsigned>(s - days * 86400);
  const Civil c = civil_from_days(days);
  std::string out = "0000-00-00T00:00:00Z";
  put(out.data(), 4, static_cast<unsigned>(c.year));
  put(out.data() + 5, 2, c.month);
  put(out.data() + 8, 2, c.day);
  put(out.data() + 11, 2, rest / 3600);
  put(out.data() + 14, 2, rest / 60 % 60);
  put(out.data() + 17, 2, rest % 60);
  return out;
}

std::optional<Instant> parse_time(std::string_view text) {
  const int year = take(text, 4);
  if (!take_char(text, "-")) return std::nullopt;
  const int month = take(text, 2);
  if (!take_char(text, "-")) return std::nullopt;
  const int day = take(text, 2);
  if (!take_char(text, "Tt ")) return std::nullopt;
  const int hour = take(text, 2);
  if (!take_char(text, ":")) return std::nullopt;
  const int minute = take(text, 2);
  if (!take_char(text, ":")) return std::nullopt;
  const int second = take(text, 2);
  if (year < 0 || month < 1 || month > 12 || day < 1 || day > 31) return std::nullopt;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return std::nullopt;
  const std::int64_t fraction = take_fraction(text);
  const std::optional<int> zone = take_zone(text);
  if (!zone) return std::nullopt;
  const std::int64_t days = days_from_civil(year, static_cast<unsigned>(month), static_cast<unsigned>(day));
  return Instant::from_seconds(days * 86400 + hour * 3600 + minute * 60 + second - *zone).plus(fraction);
}

}  // namespace grovec::decide

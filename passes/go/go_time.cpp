#include "passes/go/go_time.h"

#include <cstddef>

namespace grovec::passes {

namespace {

int two(std::string_view t, std::size_t i) {
  if (i + 2 > t.size() || t[i] < '0' || t[i] > '9' || t[i + 1] < '0' || t[i + 1] > '9') return -1;
  return (t[i] - '0') * 10 + (t[i + 1] - '0');
}

int days_in(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

}  // namespace

bool is_rfc3339(std::string_view t) {
  if (t.size() < 20 || t[4] != '-' || t[7] != '-' || t[10] != 'T' || t[13] != ':' || t[16] != ':') return false;
  int high = two(t, 0), low = two(t, 2), month = two(t, 5), day = two(t, 8);
  int hour = two(t, 11), minute = two(t, 14), second = two(t, 17);
  if (high < 0 || low < 0 || month < 1 || month > 12 || day < 1 || day > days_in(high * 100 + low, month)) return false;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return false;
  std::size_t i = 19;
  if (t[i] == '.' || t[i] == ',') {
    std::size_t start = ++i;
    while (i < t.size() && t[i] >= '0' && t[i] <= '9') ++i;
    if (i == start) return false;
  }
  std::string_view zone = t.substr(i);
  if (zone == "Z") return true;
  return zone.size() == 6 && (zone[0] == '+' || zone[0] == '-') && zone[3] == ':' && two(zone, 1) >= 0 &&
         two(zone, 1) <= 24 && two(zone, 4) >= 0 && two(zone, 4) < 60;
}

}  // namespace grovec::passes

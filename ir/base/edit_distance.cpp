#include "ir/base/edit_distance.h"

#include <algorithm>
#include <array>

namespace grovec {

namespace {
constexpr std::size_t kLongest = 64;
char fold(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
int substitution(char a, char b) { return a == b ? 0 : fold(a) == fold(b) ? 1 : 2; }
}  // namespace

int edit_distance_halves(std::string_view a, std::string_view b) {
  if (a.size() > kLongest || b.size() > kLongest) return 2 * static_cast<int>(kLongest);
  using Row = std::array<int, kLongest + 1>;
  Row before{}, last{}, row{};
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = 2 * static_cast<int>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = 2 * static_cast<int>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 2, row[j - 1] + 2, last[j - 1] + substitution(a[i - 1], b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 2);
    }
    before = last;
    last = row;
  }
  return last[b.size()];
}

std::string_view nearest_name(std::string_view word, std::span<const std::string_view> candidates) {
  std::string_view best;
  if (word.empty()) return best;
  int limit = std::max<int>(2, static_cast<int>(word.size() * 2 / 3));
  int best_distance = limit + 1;
  for (std::string_view candidate : candidates) {
    int d = edit_distance_halves(word, candidate);
    if (d < best_distance) {
      best_distance = d;
      best = candidate;
    }
  }
  return best;
}

}  // namespace grovec

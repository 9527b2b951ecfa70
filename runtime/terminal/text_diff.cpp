#include "runtime/terminal/text_diff.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "ir/base/utf8.h"

namespace grovec::cli {

namespace {

constexpr std::size_t kContext = 3;
constexpr std::size_t kMostCells = 16u << 20;  // of the table of common lines

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    out.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

/// ' ' both, '-' only before, '+' only after.
struct Edit {
  char sign;
  std::string_view line;
};

std::vector<Edit> edits(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b) {
  std::size_t head = 0, tail = 0;
  while (head < a.size() && head < b.size() && a[head] == b[head]) ++head;
  while (tail < a.size() - head && tail < b.size() - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) ++tail;
  const std::size_t n = a.size() - head - tail, m = b.size() - head - tail;
  std::vector<Edit> out;
  for (std::size_t i = 0; i < head; ++i) out.push_back({' ', a[i]});
  std::size_t i = 0, j = 0;
  if ((n + 1) * (m + 1) <= kMostCells) {
    std::vector<std::uint32_t> common((n + 1) * (m + 1), 0);  // of a[i..], b[j..]
    for (std::size_t x = n; x-- > 0;)
      for (std::size_t y = m; y-- > 0;)
        common[x * (m + 1) + y] = a[head + x] == b[head + y]
                                      ? common[(x + 1) * (m + 1) + y + 1] + 1
                                      : std::max(common[(x + 1) * (m + 1) + y], common[x * (m + 1) + y + 1]);
    while (i < n && j < m) {
      if (a[head + i] == b[head + j]) {
        out.push_back({' ', a[head + i++]});
        ++j;
      } else if (common[(i + 1) * (m + 1) + j] >= common[i * (m + 1) + j + 1]) {
        out.push_back({'-', a[head + i++]});
      } else {
        out.push_back({'+', b[head + j++]});
      }
    }
  }
  for (; i < n; ++i) out.push_back({'-', a[head + i]});
  for (; j < m; ++j) out.push_back({'+', b[head + j]});
  for (std::size_t k = a.size() - tail; k < a.size(); ++k) out.push_back({' ', a[k]});
  return out;
}

}  // namespace

std::string unified_diff(std::string_view before, std::string_view after, std::string_view name,
                         std::string_view after_is) {
  if (before == after) return {};
  const std::vector<Edit> all = edits(lines_of(before), lines_of(after));
  std::string out = "--- " + printable(name) + "\n+++ " + printable(name) + " (" + std::string(after_is) + ")\n";
  std::size_t old_line = 1, new_line = 1;
  for (std::size_t i = 0; i < all.size();) {
    std::size_t change = i;
    while (change < all.size() && all[change].sign == ' ') ++change;
    if (change == all.size()) break;
    const std::size_t begin = change - std::min(kContext, change - i);
    old_line += begin - i;
    new_line += begin - i;
    std::size_t end = change, equal = 0;
    for (std::size_t k = change; k < all.size() && equal <= 2 * kContext; ++k) {
      equal = all[k].sign == ' ' ? equal + 1 : 0;
      if (equal == 0) end = k + 1;
    }
    end = std::min(all.size(), end + kContext);
    std::size_t old_count = 0, new_count = 0;
    std::string body;
    for (std::size_t k = begin; k < end; ++k) {
      old_count += all[k].sign != '+';
      new_count += all[k].sign != '-';
      body.append(1, all[k].sign).append(all[k].line).append("\n");
    }
    out += "@@ -" + std::to_string(old_line) + "," + std::to_string(old_count) + " +" + std::to_string(new_line) + "," +
           std::to_string(new_count) + " @@\n" + body;
    old_line += old_count;
    new_line += new_count;
    i = end;
  }
  // Equal lines, but not the line break at the end.
  if (out.find("@@") == std::string::npos) out += "@@ the line break at the end @@\n";
  return out;
}

}  // namespace grovec::cli

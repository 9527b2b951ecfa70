#include "runtime/kube/versions.h"

#include <algorithm>

namespace grovec::kube {

namespace {
constexpr std::size_t kMostDigits = 39;  // 2^128 has as many

bool is_version(std::string_view text) {
  if (text.empty() || text.size() > kMostDigits || text[0] == '0') return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}
}  // namespace

std::optional<std::strong_ordering> compare_versions(std::string_view a, std::string_view b) {
  if (!is_version(a) || !is_version(b)) return std::nullopt;
  if (a.size() != b.size()) return a.size() <=> b.size();
  return a.compare(b) <=> 0;
}

}  // namespace grovec::kube

/// \file Whether two trees are equal to the last detail: content, styles, and the span of every node and key.
#pragma once

#include <string>

#include "ir/base/context.h"
#include "ir/value/value.h"

namespace grovec::test {

/// Empty if they are equal, else where and how they differ. `spans`: compare origins and styles, too.
inline std::string difference(const Origins& origins_a, const ir::Value& a, const Origins& origins_b,
                              const ir::Value& b, bool spans, const std::string& path = "$") {
  const auto same_place = [&](OriginId x, OriginId y) {
    const Origin& p = origins_a[x];
    const Origin& q = origins_b[y];
    return !spans || (p.begin == q.begin && p.end == q.end);
  };
  // 1e3 prints as 1000, which reads back as a whole number.
  const bool is_number = b.kind() == ir::ValueKind::kInt || b.kind() == ir::ValueKind::kDouble;
  if (a.kind() != b.kind() && (spans || !is_number)) return path + ": kinds differ";
  if (spans && a.style() != b.style()) return path + ": styles differ";
  if (!same_place(a.at(), b.at()))
    return path + ": spans differ, [" + std::to_string(origins_a[a.at()].begin) + ", " +
           std::to_string(origins_a[a.at()].end) + ") and [" + std::to_string(origins_b[b.at()].begin) + ", " +
           std::to_string(origins_b[b.at()].end) + ")";
  if (a.is_sequence()) {
    if (a.size() != b.size()) return path + ": sizes differ";
    for (std::size_t i = 0; i < a.size(); ++i) {
      std::string d =
          difference(origins_a, a.items()[i], origins_b, b.items()[i], spans, path + "[" + std::to_string(i) + "]");
      if (!d.empty()) return d;
    }
    return {};
  }
  if (a.is_mapping()) {
    if (a.size() != b.size()) return path + ": sizes differ";
    for (std::size_t i = 0; i < a.size(); ++i) {
      const ir::Member& m = a.members()[i];
      const ir::Member& n = b.members()[i];
      const std::string inner = path + "." + std::string(m.key);
      if (m.key != n.key) return inner + ": keys differ";
      if (!same_place(m.key_at, n.key_at)) return inner + ": spans of the key differ";
      std::string d = difference(origins_a, m.value, origins_b, n.value, spans, inner);
      if (!d.empty()) return d;
    }
    return {};
  }
  return ir::equal(a, b) ? std::string() : path + ": values differ";
}

}  // namespace grovec::test

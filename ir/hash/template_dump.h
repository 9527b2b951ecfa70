/// \file Upstream's hash of a pod template: a text dump of the Go struct, FNV-1a, and a safe alphabet (reference:
/// expansion 13).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ir/value/value.h"

namespace grovec::ir {

/// FNV-1a, 64 bits.
class Fnv1a {
 public:
  void add(std::string_view text) {
    for (char c : text) sum_ = (sum_ ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  }
  std::uint64_t sum() const { return sum_; }

 private:
  std::uint64_t sum_ = 14695981039346656037ull;
};

/// Appends the dump of a core/v1 PodTemplateSpec: labels and annotations of the clique template (nullptr = absent,
/// which differs from an empty map), its pod spec after admission, with `priority_class_name` in place of the pod
/// spec's own.
void dump_pod_template(const Value* labels, const Value* annotations, const Value& pod_spec,
                       std::string_view priority_class_name, std::string& out);

/// The sum in decimal, each digit mapped into the safe alphabet: 1 to 20 characters.
std::string safe_encode(std::uint64_t sum);

}  // namespace grovec::ir

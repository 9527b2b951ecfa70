/// \file A small world that stands for a large one: of equal set replicas, group replicas and pods a few are played,
/// and each stands for a range of real ones.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/driver/compile_set.h"

namespace grovec::plan {

struct IndexRange {
  std::uint32_t first = 0, count = 1;
  bool operator==(const IndexRange&) const = default;
};

/// How to read what happened in the world that was played. Made empty: it is the real one.
class Scale {
 public:
  std::vector<IndexRange> sets;                 ///< by index of the played set replica; empty = itself
  std::vector<std::vector<IndexRange>> groups;  ///< by GroupId, then by played group replica; empty = itself
  std::vector<std::uint32_t> pods;              ///< by CliqueId: real pods of each PodClique; 0 = as played
  std::vector<std::uint32_t> base_replicas;     ///< by GroupId: real minAvailable
  std::vector<std::uint32_t> played_base;       ///< by GroupId: minAvailable as played

  bool is_identity() const { return sets.empty() && groups.empty() && pods.empty(); }
  IndexRange set_range(std::uint32_t i) const;
  IndexRange group_range(ir::GroupId g, std::uint32_t j) const;
  std::uint32_t real_pods(ir::CliqueId c) const {
    const auto at = static_cast<std::size_t>(c);
    return at < pods.size() ? pods[at] : 0;
  }
  /// Places of the real objects that an object of the played world stands for, in order.
  std::vector<ir::ObjectPlace> real_places(const ir::ObjectPlace& place) const;
};

/// OLD and NEW with as few replicas and pods as show the same, and how to read them. Counts that the edit changes stay.
/// Values have no places; they are made in `arena`.
struct Small {
  ir::Value old, next;
  Scale scale;
};
Small shrunk(const driver::CompiledSet& old, const driver::CompiledSet& next, Arena& arena);

}  // namespace grovec::plan

/// \file What a PodClique waits for, as names with holes: for `startsAfter` and for the arguments of the init
/// container.
#pragma once

#include <vector>

#include "backends/backends.h"

namespace grovec::backends {

/// One PodClique, or `repeat` of them (the base replicas of a scaling group), and how many of its pods must be ready.
struct StartEntry {
  Value name;
  std::uint32_t repeat = 0;         ///< 0 = one name; else group replicas 0..repeat-1
  std::uint32_t min_available = 0;  ///< of the dependency's clique template
};

std::vector<StartEntry> start_entries(Arena& a, const ir::Desired& d, const ir::CliqueShape& shape);

/// A list with `item(name, minAvailable)` for each entry; repeats stay repeats.
template <class F>
Value start_list(Arena& a, const std::vector<StartEntry>& entries, F&& item) {
  std::vector<Value> items;
  for (const StartEntry& e : entries) {
    const Value v = item(e);
    if (e.repeat == 0) {
      items.push_back(v);
      continue;
    }
    ir::Repeat* repeat = &a.array<ir::Repeat>(1)[0];
    *repeat = {{ir::CountKind::kFixed, e.repeat}, ir::Hole::kGroupReplica, a.copy(std::span<const Value>(&v, 1))};
    items.push_back(Value::repeat(*repeat));
  }
  return ir::make_sequence(a, items);
}

}  // namespace grovec::backends

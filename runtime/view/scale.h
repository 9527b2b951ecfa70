/// \file What of a set can be scaled: its objects with a scale subresource, their bounds, and who owns each count.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/driver/compile.h"
#include "runtime/view/set.h"

namespace grovec::driver {

/// One object, or (`count` > 1) objects that differ only in the index of the set's replica.
struct ScaleTarget {
  std::string kind, name, range;  ///< `range`: `llm-0…3-decode`
  std::uint64_t count = 1;
  std::uint32_t current = 0;
  std::int64_t minimum = 0;             ///< below it, gangs are torn down; an autoscaler's own minimum if it has one
  std::optional<std::int64_t> maximum;  ///< none: nobody says
  std::string owner;                    ///< who sets the count
  std::string command;                  ///< `kubectl scale …`
};

/// A HorizontalPodAutoscaler or ScaledObject of the input.
struct OutsideScaler {
  std::string kind, name, namespace_, target_kind, target_name;
  std::optional<std::int64_t> minimum, maximum;
};
std::vector<OutsideScaler> outside_scalers(const Compilation& compilation);

/// The set, its scaling groups and standalone cliques; with `all`, one by one for each replica, and the members of
/// scaling groups as well.
std::vector<ScaleTarget> scale_targets(const SetView& view, const Selection& selection,
                                       const std::vector<OutsideScaler>& outside, bool all);

}  // namespace grovec::driver

/// \file Every generated name at the largest declared scale, against its limit.
#pragma once

#include <string>
#include <vector>

#include "ir/desired/objects.h"

namespace grovec::driver {

struct NameRow {
  enum class Section : std::uint8_t { kObject, kHost, kLabel, kBudget };
  Section section;
  std::string what;  ///< the kind, `host name`, or the label's key
  std::string text;  ///< the longest one
  std::size_t used = 0, limit = 0;
  std::int64_t left() const { return static_cast<std::int64_t>(limit) - static_cast<std::int64_t>(used); }
};

/// The largest declared scale counts replicas of the spec, of assumed counts, and the `maxReplicas` of autoscalers.
/// Cost: the number of descriptions.
std::vector<NameRow> name_rows(const ir::ObjectPlan& plan, const ir::World& world);

/// The row with the least room (nullptr if there are none).
const NameRow* tightest(const std::vector<NameRow>& rows);

}  // namespace grovec::driver

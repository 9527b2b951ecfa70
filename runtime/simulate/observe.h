/// \file The world of one set, as rules read it, out of the objects of a cluster.
#pragma once

#include <string_view>
#include <vector>

#include "runtime/simulate/store.h"

namespace grovec::simulate {

/// Whether an object is there on behalf of the set: the set itself, or its label says so.
bool belongs_to(const Object& object, std::string_view namespace_, std::string_view set);

/// A PodClique or group without the label, but with a controller of the set's names.
bool has_lost_label(const Object& object, std::string_view namespace_, std::string_view set);

/// Everything that belongs to a set, or whose controller does. Points into the store's objects: keep a copy of the
/// store as long as it is used. `failed` is what a caller remembers of its own writes.
decide::Observed observe(const Store& store, std::string_view namespace_, std::string_view set,
                         std::vector<decide::FailedWrite> failed = {});

}  // namespace grovec::simulate

/// \file How many units are down at once: pods of a standalone PodClique, replicas of a group, replicas of the set.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "runtime/simulate/store.h"

namespace grovec::simulator {

/// A pod's index is down from the deletion mark of the pod to the next Ready of the same index, unless a successor is
/// Ready already. A replica is down while an index of it is.
class Levels {
 public:
  /// Counts from here.
  void restart() { *this = {}; }
  void changed(const simulate::Change& change);

  std::uint32_t most_pods(const std::string& clique) const { return at(pods_, clique); }
  std::uint32_t most_group_replicas(const std::string& group) const { return at(groups_, group); }
  std::uint32_t most_set_replicas() const { return set_replicas_; }

 private:
  struct Slot {
    std::string clique, group, group_replica, set_replica, index;
    auto operator<=>(const Slot&) const = default;
  };
  static Slot slot_of(const simulate::Object& pod);
  static std::uint32_t at(const std::map<std::string, std::uint32_t>& peaks, const std::string& key);
  void measure();

  std::map<Slot, std::set<std::string>> ready_;  // uids
  std::set<Slot> down_;
  std::map<std::string, std::uint32_t> pods_, groups_;
  std::uint32_t set_replicas_ = 0;
};

}  // namespace grovec::simulator

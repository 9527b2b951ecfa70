#include "tests/simulator/levels.h"

#include <algorithm>

#include "ir/labels.h"

namespace grovec::simulator {

namespace keys = ir::keys;
using simulate::Change;
using simulate::Object;

Levels::Slot Levels::slot_of(const Object& pod) {
  const auto label = [&](std::string_view key) { return std::string(pod.label(key)); };
  return {label(keys::kPodClique), label(keys::kScalingGroup), label(keys::kScalingGroupReplicaIndex),
          label(keys::kSetReplicaIndex), label(keys::kPodIndex)};
}

std::uint32_t Levels::at(const std::map<std::string, std::uint32_t>& peaks, const std::string& key) {
  const auto found = peaks.find(key);
  return found == peaks.end() ? 0 : found->second;
}

void Levels::changed(const Change& change) {
  const Object& pod = change.object();
  if (pod.key.kind != simulate::Kind::kPod) return;
  const Slot slot = slot_of(pod);
  const auto* live = pod.as<decide::LivePod>();
  if (!change.after || pod.is_terminating()) {
    std::set<std::string>& ready = ready_[slot];
    const bool was_marked = change.before && change.before->is_terminating();
    ready.erase(pod.uid);
    if (ready.empty() && !was_marked) down_.insert(slot);
  } else if (live && live->ready) {
    ready_[slot].insert(pod.uid);
    down_.erase(slot);
  } else {
    ready_[slot].erase(pod.uid);
  }
  measure();
}

void Levels::measure() {
  std::map<std::string, std::uint32_t> pods;
  std::map<std::string, std::set<std::string>> groups;
  std::set<std::string> replicas;
  for (const Slot& slot : down_) {
    replicas.insert(slot.set_replica);
    if (slot.group.empty())
      ++pods[slot.clique];
    else
      groups[slot.group].insert(slot.group_replica);
  }
  for (const auto& [clique, n] : pods) pods_[clique] = std::max(pods_[clique], n);
  for (const auto& [group, which] : groups)
    groups_[group] = std::max(groups_[group], static_cast<std::uint32_t>(which.size()));
  set_replicas_ = std::max(set_replicas_, static_cast<std::uint32_t>(replicas.size()));
}

}  // namespace grovec::simulator

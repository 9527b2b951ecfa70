#include "tests/simulator/waits.h"

#include <algorithm>

#include "ir/labels.h"

namespace grovec::simulator {

using namespace ir;

namespace {

constexpr std::int64_t kMs = 1'000'000;

bool all_ready(const simulate::Store& store) {
  const auto& pods = store.all(Kind::kPod);
  return std::all_of(pods.begin(), pods.end(), [](const ObjectPtr& pod) {
    const auto* live = pod->as<decide::LivePod>();
    return live && live->ready && !live->is_marked();
  });
}

std::int64_t running_pods(const simulate::Store& store) {
  const auto& pods = store.all(Kind::kPod);
  return std::count_if(pods.begin(), pods.end(), [](const ObjectPtr& pod) {
    const auto* live = pod->as<decide::LivePod>();
    return live && live->phase == decide::PodPhase::kRunning && !live->is_marked();
  });
}

// Ready pods of a PodClique with the hash that it has now.
bool has_updated_pod(const simulate::Store& store, const Object& clique) {
  const std::string_view hash = clique.label(keys::kPodTemplateHash);
  const auto& pods = store.all(Kind::kPod);
  return std::any_of(pods.begin(), pods.end(), [&](const ObjectPtr& pod) {
    const auto* live = pod->as<decide::LivePod>();
    return live && live->ready && !live->is_marked() && pod->label(keys::kPodClique) == clique.key.name &&
           pod->label(keys::kPodTemplateHash) == hash;
  });
}

}  // namespace

bool holds(const Step& step, const simulate::Store& store, const simulate::Key& set_key, Instant now,
           Instant quiet_from) {
  const auto find = [&](Kind kind, const std::string& name) { return store.find({kind, set_key.namespace_, name}); };
  const ObjectPtr set = find(Kind::kPodCliqueSet, set_key.name);
  const auto* live_set = set ? set->as<decide::LiveSet>() : nullptr;
  const decide::SetUpdate* update = live_set && live_set->status.update ? &*live_set->status.update : nullptr;
  const bool has_seen = live_set && live_set->status.observed_generation.value_or(0) >= set->generation;
  const bool has_ended = update && update->ended && has_seen;
  switch (step.until) {
    case Until::kReadyAndQuiet:
      return all_ready(store) && now >= quiet_from.plus(kQuietInWait * kMs);
    case Until::kQuiet:
      return now >= quiet_from.plus(kQuietInWait * kMs);
    case Until::kEverythingGone:
      return store.size() == 0;
    case Until::kSetGone:
      return !set;
    case Until::kPodsRun:
      return running_pods(store) == step.number;
    case Until::kUpdateEnded:
      return has_ended;
    case Until::kPodSelected:
    case Until::kPodDone: {
      const ObjectPtr clique = find(Kind::kPodClique, step.object);
      const auto* live = clique ? clique->as<decide::LiveClique>() : nullptr;
      if (!live || !live->status.update) return has_ended;
      const decide::CliqueUpdate& u = *live->status.update;
      if (step.until == Until::kPodDone) return !u.completed.empty() || has_updated_pod(store, *clique) || has_ended;
      return !u.selected.empty() || !u.completed.empty() || has_ended;
    }
    case Until::kReplicaSelected: {
      const ObjectPtr group = find(Kind::kPodCliqueScalingGroup, step.object);
      const auto* live = group ? group->as<decide::LiveGroup>() : nullptr;
      if (!live || !live->status.update) return has_ended;
      return live->status.update->selected || !live->status.update->completed.empty() || has_ended;
    }
    case Until::kReplicaUpdated:
      return (update && update->current && update->current->index == step.number) || has_ended;
  }
  return false;
}

}  // namespace grovec::simulator

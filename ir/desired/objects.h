/// \file Which objects exist, in creation order: descriptions, the loops around them, and one enumeration of all
/// instances.
///
/// Layers are in creation order (reference: expansion 4). A layer loops over set replicas, then over its blocks; a
/// block over the replicas of a scaling group; a class over the pods of its PodClique. Memory does not grow with the
/// number of objects.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "ir/desired/world.h"
#include "ir/names.h"
#include "ir/object_key.h"

namespace grovec::ir {

/// An owner by key; uids are the writer's business.
struct OwnerPattern {
  ObjectKind kind;
  Value name;  ///< a text or a pattern, filled with the indices of what is owned
};

/// One object as a tree with holes: what all instances have in common, and where they differ.
struct Description {
  ObjectKind kind;
  Value name;          ///< metadata.name, a pattern
  OwnerPattern owner;  ///< also where the tree has no owner references
  Value tree;
};
enum class DescriptionId : std::uint32_t {};

/// What a class is repeated for, inside the loops around it.
enum class PodLoop : std::uint8_t {
  kNone,
  kPods,     ///< each pod of the PodClique
  kReplicas  ///< each index below the PodClique's `replicas`, whether it has such a pod or not
};

/// Objects that exist together: one for each index of the surrounding loops, or one for each pod.
struct ObjectClass {
  DescriptionId base;               ///< where j < minAvailable, or always if there is no group loop
  DescriptionId scaled;             ///< where j >= minAvailable
  std::optional<CliqueId> pods_of;  ///< the PodClique; set if and only if there is a loop
  PodLoop pod_loop = PodLoop::kNone;
};

enum class GroupLoop : std::uint8_t { kNone, kAllReplicas, kScaledReplicas };

struct Block {
  GroupLoop loop = GroupLoop::kNone;
  std::optional<GroupId> group;
  std::vector<ObjectClass> classes;
};

struct Layer {
  bool each_set_replica = true;
  std::vector<Block> blocks;
};

/// Everything a set compiles to.
struct ObjectPlan {
  Store<DescriptionId, Description> descriptions;
  std::vector<Layer> layers;
};

/// Calls `f(const Description&, const Instance&)` for every object in creation order, until it returns false.
template <class F>
bool enumerate(const ObjectPlan& plan, const World& world, F&& f) {
  auto each_class = [&](const ObjectClass& cls, const Instance& n, bool is_scaled) {
    const Description& d = plan.descriptions[is_scaled ? cls.scaled : cls.base];
    if (!cls.pods_of) return static_cast<bool>(f(d, n));
    Instance inner = n;
    const CountHole pods{CountKind::kCliqueReplicas, static_cast<std::uint32_t>(*cls.pods_of)};
    if (cls.pod_loop == PodLoop::kPods)
      return world.pods(pods, n).for_each(PodOrder::kByIndex, [&](std::uint32_t index, const PodSuffix& suffix) {
        inner.pod_index = index;
        inner.pod_suffix = suffix;
        return static_cast<bool>(f(d, static_cast<const Instance&>(inner)));
      });
    const std::uint32_t count = world.count(pods, n);
    for (inner.pod_index = 0; inner.pod_index < count; ++inner.pod_index)
      if (!f(d, static_cast<const Instance&>(inner))) return false;
    return true;
  };
  auto each_block = [&](const Block& block, std::uint32_t i) {
    Instance n;
    n.set_replica = i;
    std::uint32_t first = 0, last = 1, minimum = 0;
    if (block.loop != GroupLoop::kNone) {
      minimum = world.desired.min_available(*block.group);
      first = block.loop == GroupLoop::kScaledReplicas ? minimum : 0;
      last = world.group_replicas(i, *block.group);
    }
    for (std::uint32_t j = first; j < last; ++j) {
      n.group_replica = j;
      bool is_scaled = block.loop != GroupLoop::kNone && j >= minimum;
      n.scaled_gang = is_scaled ? j - minimum : 0;
      for (const ObjectClass& cls : block.classes)
        if (!each_class(cls, n, is_scaled)) return false;
    }
    return true;
  };
  for (const Layer& layer : plan.layers) {
    const std::uint32_t replicas = layer.each_set_replica ? world.replicas() : 1;
    for (std::uint32_t i = 0; i < replicas; ++i)
      for (const Block& block : layer.blocks)
        if (!each_block(block, i)) return false;
  }
  return true;
}

/// One object of the plan.
struct ObjectRef {
  DescriptionId description;
  Instance instance;
};

/// The object of this kind and name, if the plan has it. Cost: the number of descriptions, not of objects.
std::optional<ObjectRef> find_object(const ObjectPlan& plan, const World& world, ObjectKind kind,
                                     std::string_view name);

}  // namespace grovec::ir

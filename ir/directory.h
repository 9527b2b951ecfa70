/// \file Names of a set's objects, both ways: from kind and name to what the object is, and from that to its name.
///
/// At a live scale two objects can have one name, such as replica 2 of clique `a` of group `g` and a clique `g-2-a`: a
/// look-up gives both. Pods are found by suffix among those of a population; a name is never decoded to find an index.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/desired/objects.h"
#include "ir/object_key.h"

namespace grovec::ir {

/// What an object is: the part of the set it belongs to, and its indices.
struct ObjectPlace {
  ObjectKind kind{};
  Instance instance;  ///< i, j, gang, pod index and suffix; those that the kind has not are 0
  SetPart part;       ///< the group, the clique: of scaled gangs and group claims, of PodCliques, pods and their claims
  std::optional<DescriptionId> description;  ///< how to print it; none for the set itself and the binding
};

class Directory {
 public:
  /// The names that a plan has, its set and its topology binding. `plan` and `desired` must outlive it.
  Directory(const ObjectPlan& plan, const Desired& desired);

  /// Objects of this kind and name that exist in a world; more than one if their names meet. Cost: the number of parts
  /// of the set, not of objects.
  std::vector<ObjectPlace> find(const World& world, ObjectKind kind, std::string_view name) const;
  /// The first of them.
  std::optional<ObjectPlace> find_first(const World& world, ObjectKind kind, std::string_view name) const;
  /// What objects of this kind and name would be, whatever the counts: also a surplus PodClique's. A pod has its
  /// suffix, its index stays 0.
  std::vector<ObjectPlace> match(ObjectKind kind, std::string_view name) const;
  /// The pods that have this host name, `<pclq>-<index>`, in a world.
  std::vector<ObjectPlace> find_host(const World& world, std::string_view host) const;

  /// The identity of a place, as `find` and `match` give it or made by hand from kind, part and indices. Nothing if the
  /// set has no such part.
  std::optional<ObjectKey> key_of(const ObjectPlace& place) const;
  /// The owner of a place with a description.
  std::optional<ObjectKey> owner_of(const ObjectPlace& place) const;

  std::string clique_name(std::uint32_t i, std::uint32_t j, CliqueId c) const;
  std::string pod_name(std::uint32_t i, std::uint32_t j, CliqueId c, const PodSuffix& suffix) const;
  std::string host_name(std::uint32_t i, std::uint32_t j, CliqueId c, std::uint32_t index) const;
  std::string group_name(std::uint32_t i, GroupId g) const;
  std::string group_replica_name(std::uint32_t i, GroupId g, std::uint32_t j) const;
  std::string base_gang_name(std::uint32_t i) const;
  /// The gang that group replica j is in, base or scaled.
  std::string gang_name(std::uint32_t i, GroupId g, std::uint32_t j) const;
  /// The one PodCliqueSet replica's Service and base gang are called `P-i`.
  std::string service_name(std::uint32_t i) const { return base_gang_name(i); }
  std::string pod_address(std::uint32_t i, std::uint32_t j, CliqueId c, std::uint32_t index) const;

  // Several objects at once, as people read them: `text`, such as `[2-4]`, stands for the index that differs.
  std::string replica_names(std::string_view text) const;                                    ///< P-[…]
  std::string group_names(std::string_view text, GroupId g) const;                           ///< P-[…]-g
  std::string standalone_names(std::string_view text, CliqueId c) const;                     ///< P-[…]-c
  std::string group_replica_names(std::uint32_t i, GroupId g, std::string_view text) const;  ///< P-i-g-[…]
  std::string member_names(std::uint32_t i, std::string_view text, CliqueId c) const;        ///< P-i-g-[…]-c
  std::string scaled_gang_names(std::uint32_t i, GroupId g, std::string_view text) const;    ///< P-i-g-[…]

 private:
  /// Objects that are named alike: the loops around them and their descriptions.
  struct Entry {
    Value name;
    GroupLoop loop = GroupLoop::kNone;
    std::optional<GroupId> loop_group;
    SetPart part;
    std::optional<CliqueId> pods_of;
    PodLoop pod_loop = PodLoop::kNone;
    std::optional<DescriptionId> base, scaled;
    bool each_set_replica = false;
  };
  void add_entry(const Layer& layer, const Block& block, const ObjectClass& cls);
  std::optional<ObjectPlace> match(ObjectKind kind, const Entry& entry, std::string_view name) const;
  bool exists(const World& world, const Entry& entry, ObjectPlace& place) const;
  std::span<const Entry> entries(ObjectKind kind) const { return entries_[static_cast<std::size_t>(kind)]; }

  const ObjectPlan* plan_;
  const Desired* desired_;
  Arena arena_;
  std::array<std::vector<Entry>, kObjectKinds> entries_;
  std::vector<Value> cliques_, pods_, hosts_, addresses_;      // by CliqueId
  std::vector<Value> groups_, group_replicas_, scaled_gangs_;  // by GroupId
  Value base_gang_;
};

}  // namespace grovec::ir

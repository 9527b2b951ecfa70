/// \file Everything that was read of a cluster, sorted by namespace and set: what a status is made of.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/status/pod_facts.h"

namespace grovec::status {

/// Kinds that a status is made of.
enum class Read : std::uint8_t { kSets, kGroups, kCliques, kGangs, kPods, kClaims, kEvents, kOperator };
inline constexpr std::size_t kReads = 8;

struct SetFacts {
  std::shared_ptr<const decide::LiveSet> live;
  ir::Value spec, labels;
};

struct ClaimFacts {
  bool is_allocated = false;
};

/// A Warning that somebody wrote about an object; of each object only the last one of a reason is kept.
struct Warning {
  std::string reason, message;
  decide::Instant at;
};

/// Where labels say that a PodClique stands; -1 and empty = they do not.
struct LabelPlace {
  std::string group;
  std::int32_t set_replica = -1, group_replica = -1;
};
LabelPlace place_by_labels(const ir::Value& labels);

/// What belongs to one set, by label part-of.
struct SetWorld {
  std::optional<SetFacts> set;
  std::map<std::string, std::shared_ptr<const decide::LiveGroup>, std::less<>> groups;
  std::map<std::string, std::shared_ptr<const decide::LiveClique>, std::less<>> cliques;
  std::map<std::string, std::shared_ptr<const decide::LiveGang>, std::less<>> gangs;
  std::map<std::string, std::vector<PodFacts>, std::less<>> pods;  ///< by PodClique
  std::map<std::string, LabelPlace, std::less<>> pod_places;       ///< by PodClique: of its first pod
};

struct NamespaceWorld {
  std::map<std::string, SetWorld, std::less<>> sets;
  std::map<std::string, ClaimFacts, std::less<>> claims;
  std::map<std::string, std::vector<Warning>, std::less<>> warnings;  ///< by Kind/name
};

/// Whether somebody runs Grove, as far as it shows.
struct OperatorFacts {
  std::string lease;  ///< namespace/name of its Lease, if one was read
  std::string holder;
  decide::Instant renewed;
  std::int64_t lease_seconds = 0;
  std::string deployment;  ///< namespace/name, if one was read
  std::int64_t replicas = 0, available = 0;
};

class World {
 public:
  /// Takes any object; those that nothing is read from are passed over. `memory` owns the tree.
  void add(const ir::Value& object, const std::shared_ptr<const void>& memory);
  /// Sorts pods. After the last `add`.
  void finish();
  /// A kind was asked for and answered, even if there is none.
  void set_read(Read kind) { read_[static_cast<std::size_t>(kind)] = true; }
  bool has_read(Read kind) const { return read_[static_cast<std::size_t>(kind)]; }

  const std::map<std::string, NamespaceWorld, std::less<>>& namespaces() const { return namespaces_; }
  const OperatorFacts& operator_facts() const { return operator_; }
  /// The latest moment that any object names: when the world was read, or a little before.
  decide::Instant latest() const { return latest_; }

 private:
  void add_pod(const ir::Value& object);
  void add_event(NamespaceWorld& space, const ir::Value& object);
  void add_operator(const ir::Value& object);
  void see_times(const ir::Value& node, int depth);

  std::map<std::string, NamespaceWorld, std::less<>> namespaces_;
  OperatorFacts operator_;
  decide::Interner interner_;
  decide::Instant latest_;
  bool read_[kReads] = {};
};

/// `metadata.namespace`; what names none is in `default`.
std::string_view namespace_of(const ir::Value& object);

}  // namespace grovec::status

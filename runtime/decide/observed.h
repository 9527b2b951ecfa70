/// \file What lives in the cluster on behalf of one set: the fields that rules read, typed, and nothing else.
///
/// Live objects are immutable. Whoever owns them (a cache, the simulator, the explorer) makes a new object for a new
/// version and shares it by pointer; `Observed` only points at them. So what is expensive to know about a version (its
/// typed status, whether its spec equals the compiled one) is found out once: statuses when it is read, comparisons in
/// `memo` when they are first asked for.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ir/desired/objects.h"
#include "ir/value/value.h"
#include "runtime/decide/instant.h"
#include "runtime/decide/status.h"

namespace grovec::decide {

using Kind = ir::ObjectKind;

/// A count of replicas above this is taken for this one: more than any cluster has pods. So a slip of the pen
/// (`kubectl scale --replicas=2000000000`) costs no more memory than there is.
inline constexpr std::int64_t kMostReplicas = 200'000;

/// An object of the set's namespace (cluster-scoped kinds: of none).
struct ObjectKey {
  Kind kind = Kind::kPod;
  std::string name;
  auto operator<=>(const ObjectKey&) const = default;
};

/// Text that many objects share. Null = absent.
using SharedText = std::shared_ptr<const std::string>;

struct OwnerReference {
  std::string api_version, kind, name, uid;
  bool controller = false, block_deletion = false;
  bool operator==(const OwnerReference&) const = default;
};

/// metadata of every object but pods. Values live in `memory` of the object.
struct LiveMeta {
  std::string name, uid;
  std::uint64_t resource_version = 0;
  std::int64_t generation = 0;
  Instant created;
  std::optional<Instant> deleted;  ///< deletionTimestamp
  ir::Value labels, annotations;   ///< mappings, or null
  std::vector<std::string> finalizers;
  std::vector<OwnerReference> owners;

  std::string_view label(std::string_view key) const { return labels[key].as_string(); }
  std::string_view annotation(std::string_view key) const { return annotations[key].as_string(); }
  const OwnerReference* controller() const;
  bool has_finalizer(std::string_view finalizer) const;
};

/// A note about one version of an object, valid for one World: number of the world (upper 32 bits), bits of whoever
/// keeps the note (lower 32). Copying an object forgets it. Threads may race to write the same note.
class Memo {
 public:
  Memo() = default;
  Memo(const Memo&) {}
  Memo& operator=(const Memo&) {
    bits_.store(0, std::memory_order_relaxed);
    return *this;
  }
  std::optional<std::uint32_t> get(std::uint32_t world) const {
    const std::uint64_t bits = bits_.load(std::memory_order_relaxed);
    if (bits >> 32 != world) return std::nullopt;
    return static_cast<std::uint32_t>(bits);
  }
  void put(std::uint32_t world, std::uint32_t note) const {
    bits_.store(std::uint64_t{world} << 32 | note, std::memory_order_relaxed);
  }

 private:
  mutable std::atomic<std::uint64_t> bits_{0};
};

/// Labels of a pod, but index and template hash, as they are; shared by the pods of one PodClique. Sorted by key.
struct PodLabels {
  std::vector<std::pair<std::string, std::string>> items;
  std::string_view get(std::string_view key) const;
  bool operator==(const PodLabels&) const = default;
};

enum class PodPhase : std::uint8_t { kNone, kPending, kRunning, kSucceeded, kFailed, kUnknown };

/// A pod, without its spec. At most 400 bytes with everything that is not shared.
struct LivePod {
  std::string name, uid;
  std::uint64_t resource_version = 0;
  Instant created;
  std::optional<Instant> deleted;  ///< marked: it will be gone
  SharedText owner_uid;            ///< of the controller; null = none
  SharedText owner_name;           ///< of the controller
  std::shared_ptr<const PodLabels> labels;
  SharedText template_hash;    ///< grove.io/pod-template-hash; what it was born from, never rewritten
  SharedText hostname_clique;  ///< spec.hostname without the number at its end
  std::int32_t index = -1;     ///< the number at the end of spec.hostname; -1 = none
  std::int32_t index_label = -1;
  SharedText other_gates;  ///< scheduling gates of others, separated by commas; null = none
  Instant ready_since;     ///< lastTransitionTime of Ready=True
  PodPhase phase = PodPhase::kNone;
  bool owner_is_complete = true;  ///< apiVersion, kind, name, controller and blockOwnerDeletion are as we write them
  bool gated = false;             ///< carries grove.io/podgang-pending-creation
  bool has_node = false;
  bool scheduled = false;             ///< PodScheduled=True
  bool waits_at_gate = false;         ///< PodScheduled=False, reason SchedulingGated
  bool no_room = false;               ///< PodScheduled=False for another reason: the scheduler has tried
  bool ready = false;                 ///< Ready=True
  bool has_failed_once = false;       ///< a container or init container whose last termination was not 0
  bool mounts_former_secret = false;  ///< the token Secret of an older operator
  bool started_not_ready = false;     ///< a main container is started, but not ready
  bool has_unstarted = true;          ///< a main container is not started

  bool is_marked() const { return deleted.has_value(); }
  bool is_finished() const { return phase == PodPhase::kSucceeded || phase == PodPhase::kFailed; }
};

/// A PodClique. Its pod spec is interned: clones of one template share `memory`.
struct LiveClique {
  LiveMeta meta;
  std::int32_t replicas = 0;
  std::optional<std::int32_t> min_available;
  std::vector<std::string> starts_after;
  std::string role_name;
  ir::Value spec;  ///< whole
  CliqueStatus status;
  Instant status_written;              ///< our last write to the status, as exact as the owner knows; never: 0
  std::shared_ptr<const void> memory;  ///< owns what the Values point at
  Memo same;                           ///< of same.h

  const ir::Value& pod_spec() const { return spec["podSpec"]; }
};

/// A PodCliqueScalingGroup.
struct LiveGroup {
  LiveMeta meta;
  std::int32_t replicas = 0;
  std::optional<std::int32_t> min_available;
  std::vector<std::string> clique_names;
  ir::Value spec;
  GroupStatus status;
  Instant status_written;
  std::shared_ptr<const void> memory;
  Memo same;
};

/// The PodCliqueSet. What it asks for is in the World; here is what lives.
struct LiveSet {
  LiveMeta meta;
  std::int32_t replicas = 0;  ///< spec.replicas
  SetStatus status;
  Instant status_written;
  std::shared_ptr<const void> memory;
};

struct GangMember {
  std::string name;  ///< of the PodClique
  std::int32_t min_replicas = 0;
  std::vector<std::string> pods;  ///< podReferences, in stored order
};

/// A PodGang.
struct LiveGang {
  LiveMeta meta;
  ir::Value spec;
  std::vector<GangMember> members;  ///< spec.podgroups
  GangStatus status;
  Instant status_written;
  std::shared_ptr<const void> memory;
  Memo same;
};

/// Any other object of ours: services, autoscalers, claims, schedulers' PodGroups.
struct LiveObject {
  Kind kind = Kind::kService;
  LiveMeta meta;
  ir::Value tree;  ///< whole
  std::shared_ptr<const void> memory;
  Memo same;
};

enum class Verb : std::uint8_t { kCreate, kPatch, kDelete, kPatchStatus };

/// The answer to a write of ours that failed, or whose answer lacks what we sent (`lacks`). The caller keeps one for
/// each verb and object and drops it when a write of the same kind succeeds or the object's uid changes.
struct FailedWrite {
  Verb verb = Verb::kCreate;
  ObjectKey key;
  int code = 0;  ///< of HTTP; 0 = no answer
  std::string message;
  std::uint32_t count = 1;  ///< how often in a row
  Instant at;               ///< of the last one
  bool lacks = false;       ///< it succeeded, but `was_kept` says no
};

/// Whether a controller has the name of the set or of a group of it. So a PodClique or group is known that has lost its
/// label part-of and whose controller is gone.
bool is_named_after(std::string_view api_version, std::string_view kind, std::string_view name, std::string_view set);

/// The world of one set. Each list is sorted by name (byte order); pods and PodCliques include those whose controller
/// is gone (orphans) and those that are marked for deletion. An object belongs here if its label part-of names the set
/// or its controller is an object listed here; a PodClique or group without that label also if `is_named_after` says
/// so.
struct Observed {
  std::string name, namespace_;  ///< of the set, which may be gone
  const LiveSet* set = nullptr;
  std::vector<const LiveGroup*> groups;
  std::vector<const LiveClique*> cliques;
  std::vector<const LivePod*> pods;
  std::vector<const LiveGang*> gangs;
  std::vector<const LiveObject*> objects;  ///< sorted by kind, then name
  std::vector<FailedWrite> failed;         ///< sorted by key, then verb
};

/// Interns what many objects share. Not thread-safe; one for each reader.
class Interner {
 public:
  SharedText text(std::string_view text);  ///< null for an empty text
  std::shared_ptr<const PodLabels> labels(PodLabels labels);
  /// Forgets what nobody else holds any more.
  void sweep();

 private:
  std::vector<SharedText> texts_;                             // sorted by content
  std::vector<std::shared_ptr<const PodLabels>> label_sets_;  // sorted by content
};

/// One live object from the tree the API server sends. Values are kept by reference: `memory` owns the tree.
/// Never fails: what is missing or of a wrong type reads as absent.
std::shared_ptr<const LivePod> read_pod(const ir::Value& tree, Interner& interner);
std::shared_ptr<const LiveClique> read_clique(const ir::Value& tree, std::shared_ptr<const void> memory);
std::shared_ptr<const LiveGroup> read_group(const ir::Value& tree, std::shared_ptr<const void> memory);
std::shared_ptr<const LiveSet> read_set(const ir::Value& tree, std::shared_ptr<const void> memory);
std::shared_ptr<const LiveGang> read_gang(const ir::Value& tree, std::shared_ptr<const void> memory);
std::shared_ptr<const LiveObject> read_object(Kind kind, const ir::Value& tree, std::shared_ptr<const void> memory);

/// The pod that a PodClique gives birth to, as it is before anybody else has touched it: what `read_pod` makes of the
/// body of the create, without making the body. `uid`, `resource_version` and `created` are left to the caller.
LivePod newborn_pod(const LiveClique& clique, std::uint32_t index, const ir::PodSuffix& suffix, bool gated,
                    Interner& interner);

}  // namespace grovec::decide

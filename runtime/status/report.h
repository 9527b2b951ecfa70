/// \file The status of a set as a tree of rows, each with the reasons why it is not as it should be.
///
/// Pure: what was read goes in, rows come out. Wanted objects are found by the names that the set's template gives
/// them, surplus ones by their labels; a name is never taken apart.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ir/base/result.h"
#include "runtime/status/world.h"

namespace grovec::status {

/// What keeps something from running, in the order in which one leads to the other: the first cause first.
enum class Cause : std::uint8_t {
  kOperator,       ///< nobody runs Grove, or nobody has looked at the set
  kQuota,          ///< the API server refuses pods
  kError,          ///< lastErrors of the operator
  kTopology,       ///< levels of a topology that the cluster lacks
  kFailed,         ///< a pod failed, was evicted or is finished
  kDisrupted,      ///< preempted, drained, evicted
  kClaim,          ///< a ResourceClaim that is not there or not allocated
  kUnschedulable,  ///< the scheduler's message
  kScheduler,      ///< no scheduler has looked at it
  kImage,
  kContainer,
  kCrash,
  kNode,         ///< nothing is started on the node: volumes, network
  kProbe,        ///< a probe or a readiness gate
  kInit,         ///< an init container is at work
  kDeletion,     ///< being deleted, or a finalizer holds it
  kMissing,      ///< not made yet
  kStartOrder,   ///< an init container waits for other PodCliques
  kGate,         ///< a scheduling gate
  kUpdate,       ///< an update and what holds it
  kTermination,  ///< gang termination at the end of a delay
  kScale,        ///< scaled below its minimum
};
std::string_view cause_name(Cause cause);

struct Reason {
  Cause cause = Cause::kError;
  std::string sentence;
  auto operator<=>(const Reason&) const = default;
};

enum class RowKind : std::uint8_t { kReplica, kGroup, kGroupReplica, kClique, kPod };
std::string_view row_kind_name(RowKind kind);

struct Counts {
  std::int32_t wanted = 0, pods = 0, gated = 0, scheduled = 0, ready = 0, updated = 0, restarts = 0, minimum = 0;
  void add(const Counts& other);
};

/// One line. `state`: ready, not-ready, gated, pending, starting, failed, terminating, missing, surplus.
struct Row {
  RowKind kind = RowKind::kPod;
  std::string name, gang;
  std::string_view state;
  Counts counts;
  bool is_available = false;  ///< its minimum is Ready
  std::vector<Reason> reasons;
  std::vector<Row> children;
};

/// One PodGang: how many PodGroups have their minimum scheduled.
struct GangRow {
  std::string name, base;  ///< base: of a scaled gang
  std::string phase;
  bool is_there = false, is_initialized = false;
  std::int32_t groups = 0, groups_scheduled = 0;
};

struct UpdateReport {
  bool is_open = false;
  decide::Instant started;
  std::optional<decide::Instant> ended;
  std::optional<std::int32_t> replica;  ///< being updated
  std::int32_t updated_cliques = 0, total_cliques = 0, updated_groups = 0, total_groups = 0;
};

/// A reason with everything that has it.
struct GroupedReason {
  Reason reason;
  std::uint32_t count = 0;
  std::vector<std::string> objects;  ///< the first of them
};
inline constexpr std::size_t kMostObjects = 3;

struct SetReport {
  std::string name, namespace_;
  std::string_view state;  ///< healthy, updating, degraded, unavailable, terminating
  std::int32_t replicas = 0, available = 0, updated = 0;
  std::int32_t old_pods = 0;  ///< of an older template
  Counts counts;
  std::optional<UpdateReport> update;
  std::vector<Reason> reasons;     ///< of the set itself
  std::vector<GroupedReason> why;  ///< all reasons of the tree, first causes first
  std::vector<Row> rows;           ///< its replicas
  std::vector<GangRow> gangs;
  bool is_healthy() const { return state == "healthy"; }
};

/// A kind that was not read, and what was assumed instead.
struct Assumption {
  std::string kind, assumed;
};

struct Report {
  std::vector<SetReport> sets;
  std::vector<Assumption> assumptions;
  bool is_healthy() const;
};

struct ReportOptions {
  std::vector<std::string> names;      ///< sets; none = all
  std::string namespace_;              ///< empty = all
  std::string selector;                ///< labels of the set
  std::optional<decide::Instant> now;  ///< none = the latest moment that the objects name
};

/// A label selector: `a=b,c!=d,e,!f`. Error: what it cannot be read as.
Result<bool> is_selected(std::string_view selector, const ir::Value& labels);

/// Sets by namespace, then name. Error: a name that is not there (kContent), a bad selector (kUsage).
Result<Report> report_of(const World& world, const ReportOptions& options);

}  // namespace grovec::status

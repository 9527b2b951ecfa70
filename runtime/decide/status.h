/// \file The status of sets, groups, PodCliques and PodGangs as typed values, read once for each version of an object
/// (reference: admission 1.9, 1.11 to 1.13).
///
/// `to_value` writes what the API server would store; `from_value` reads anything and never fails: what is not there or
/// of another type is left at its default. `to_value(from_value(v))` equals v but for unknown fields, which a status
/// patch never names and so leaves alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ir/base/arena.h"
#include "ir/value/value.h"
#include "runtime/decide/instant.h"

namespace grovec::decide {

enum class Truth : std::uint8_t { kFalse, kTrue, kUnknown };

/// One entry of a list of conditions.
struct Condition {
  std::string type;
  Truth status = Truth::kUnknown;
  std::string reason, message;
  Instant since;  ///< lastTransitionTime, whole seconds: moves only when `status` changes
  std::int64_t observed_generation = 0;
  bool operator==(const Condition&) const = default;
};

/// Conditions in the order in which they are stored; at most one of a type counts (the first).
struct Conditions {
  std::vector<Condition> items;
  const Condition* find(std::string_view type) const;
  bool is(std::string_view type, Truth status) const;
  /// Sets status, reason and message; `since` only if the status changes or the condition is new.
  void set(std::string_view type, Truth status, std::string_view reason, std::string message, Instant now);
  void remove(std::string_view type);
  bool operator==(const Conditions&) const = default;
};

/// One entry of lastErrors.
struct LastError {
  std::string code, description;
  Instant observed_at;
  bool operator==(const LastError&) const = default;
};

/// updateProgress of a PodClique. `selected`/`completed`: names of pods that were ready when they were taken.
struct CliqueUpdate {
  Instant started;
  std::optional<Instant> ended;
  std::string set_hash, template_hash;
  std::string selected;  ///< readyPodsSelectedToUpdate.current; empty = none
  std::vector<std::string> completed;
  bool operator==(const CliqueUpdate&) const = default;
};

struct CliqueStatus {
  std::optional<std::int64_t> observed_generation;
  std::int32_t replicas = 0, ready = 0, updated = 0, gated = 0, scheduled = 0;
  std::string selector;  ///< hpaPodSelector; empty = absent (members of a group)
  std::string current_template_hash, current_set_hash;
  Conditions conditions;
  std::optional<CliqueUpdate> update;
  std::vector<LastError> last_errors;
  bool operator==(const CliqueStatus&) const = default;
};

/// updateProgress of a scaling group. `selected`/`completed`: replica indices that were available when they were taken.
struct GroupUpdate {
  Instant started;
  std::optional<Instant> ended;
  std::string set_hash;
  std::int32_t updated_cliques = 0, total_cliques = 0;
  std::optional<std::int32_t> selected;  ///< readyReplicaIndicesSelectedToUpdate.current
  std::vector<std::int32_t> completed;
  bool operator==(const GroupUpdate&) const = default;
};

struct GroupStatus {
  std::optional<std::int64_t> observed_generation;
  std::int32_t replicas = 0, scheduled = 0, available = 0, updated = 0;
  std::string selector;
  std::string current_set_hash;
  Conditions conditions;
  std::optional<GroupUpdate> update;
  std::vector<LastError> last_errors;
  bool operator==(const GroupStatus&) const = default;
};

/// The set replica that is being updated.
struct ReplicaUpdate {
  std::int32_t index = 0;
  Instant started;
  std::optional<Instant> ended;
  bool operator==(const ReplicaUpdate&) const = default;
};

/// updateProgress of a set.
struct SetUpdate {
  Instant started;
  std::optional<Instant> ended;
  std::int32_t updated_cliques = 0, total_cliques = 0, updated_groups = 0, total_groups = 0;
  std::optional<ReplicaUpdate> current;  ///< currentlyUpdating, at most one
  bool operator==(const SetUpdate&) const = default;
};

struct SetStatus {
  std::optional<std::int64_t> observed_generation;
  std::int32_t replicas = 0, updated = 0, available = 0;
  std::string selector;      ///< hpaPodSelector
  std::string current_hash;  ///< currentGenerationHash
  Conditions conditions;
  std::optional<SetUpdate> update;
  std::vector<LastError> last_errors;
  bool operator==(const SetStatus&) const = default;
};

struct GangStatus {
  std::string phase;
  Conditions conditions;
  bool operator==(const GangStatus&) const = default;
};

void read_status(const ir::Value& status, CliqueStatus& out);
void read_status(const ir::Value& status, GroupStatus& out);
void read_status(const ir::Value& status, SetStatus& out);
void read_status(const ir::Value& status, GangStatus& out);

ir::Value to_value(const CliqueStatus& status, Arena& arena);
ir::Value to_value(const GroupStatus& status, Arena& arena);
ir::Value to_value(const SetStatus& status, Arena& arena);
ir::Value to_value(const GangStatus& status, Arena& arena);

}  // namespace grovec::decide

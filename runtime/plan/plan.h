/// \file What an edit of a set does: `decide` itself, played from the world of OLD with NEW as the set, and read.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/decide/observed.h"
#include "runtime/driver/compile_set.h"

namespace grovec::plan {

/// From the least to the most that can happen.
enum class Action : std::uint8_t { kNoop, kInPlace, kScale, kPending, kRoll, kCreate, kDelete, kForbidden };
std::string_view name_of(Action action);  ///< "NOOP", "IN-PLACE", …

struct Amount {
  std::uint64_t pods = 0, gpus = 0;
  void add(std::uint64_t n, std::uint64_t gpus_each) {
    pods += n;
    gpus += n * gpus_each;
  }
};

/// `file:line:column` of a value; line 0 = nowhere.
struct Spot {
  std::string file;
  std::uint32_t line = 0, column = 0;
};

/// A field that differs. Values are JSON on one line; empty = absent.
struct Change {
  std::string path, old_text, new_text;
  Spot old_at, at;  ///< `at`: in NEW, or in OLD if NEW has no such field
  Action effect = Action::kNoop;
  std::string note;  ///< what is not obvious about it, or empty
};

struct ObjectChange {
  std::string kind, name;
  Action action = Action::kNoop;
  std::string reason;
};

/// Pods of one PodClique.
struct CliquePods {
  std::string name;
  std::uint64_t pods = 0;
};

/// A stretch of the roll: the pods of one PodClique one after the other, or a whole group replica; or pods that come or
/// go for good. Stretches of one number run side by side.
struct RollStep {
  std::uint32_t number = 0;
  Action action = Action::kRoll;
  std::string kind, name;
  Amount amount;
  std::uint64_t at_once = 0;  ///< so many of the pods at a time
  bool waits = false;         ///< for capacity that nothing of this edit sets free
  std::string reason;
};

struct Forbidden {
  std::string path, code, message, instead;
  Spot at;
};

/// What a dump says of a PodClique or group.
struct LiveCount {
  ir::ObjectKind kind = ir::ObjectKind::kPodClique;
  std::string name;
  std::uint32_t replicas = 0;
};

struct SetPlan {
  std::string namespace_, name;
  Action action = Action::kNoop;
  std::vector<Change> changes;
  std::vector<ObjectChange> objects;  ///< but those that nothing happens to
  Amount restarts, added, removed, pending;
  std::vector<CliquePods> podcliques;  ///< restarts by PodClique
  Amount down_at_once;
  std::uint64_t gangs_down = 0;
  std::vector<RollStep> steps;
  std::vector<Forbidden> forbidden;
  std::vector<std::string> notes;
  std::vector<LiveCount> live_counts;  ///< where the plan begins with a dump
  bool came_to_rest = true;
};

/// What a plan is made from. Null: the set does not exist there. Both are compiled with owner references.
struct Pair {
  const driver::CompiledSet* old = nullptr;
  const driver::CompiledSet* next = nullptr;
  const decide::Observed* live = nullptr;  ///< where to begin instead of where OLD has come to rest
};

struct PlanOptions {
  bool shrinks = true;          ///< equal replicas and pods need not be played one by one
  bool shrinks_always = false;  ///< also where there are few
};

/// Reads no files and no clock.
SetPlan plan_of(const Pair& pair, const PlanOptions& options = {});

/// The fields that differ, with their places; effects and notes are still to come.
std::vector<Change> changes_of(const driver::CompiledSet& old, const driver::CompiledSet& next);

}  // namespace grovec::plan

/// \file What a decision consists of: writes in steps, each with its reason, events, and when to look again.
///
/// Bodies are made by whoever carries a decision out (`body_of`), from what the action names. Owners are named by key;
/// the carrier knows their uids from the live objects or from its own answers.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ir/base/arena.h"
#include "runtime/decide/observed.h"

namespace grovec::decide {

/// Why a write happens. One line each in reasons.cpp, with the numbers and the text of `Why`.
enum class Reason : std::uint8_t {
  kMissing,         ///< wanted and not there
  kForeignEdit,     ///< a label, owner, finalizer or field of ours was changed by somebody else
  kSpecChanged,     ///< the set asks for something else
  kScaledIn,        ///< its index is not wanted any more (n[0] = wanted)
  kNotWanted,       ///< nothing wants it any more
  kPodGone,         ///< makes up for a pod that is gone or going
  kPodFinished,     ///< the pod has failed, was evicted or has finished
  kDuplicateIndex,  ///< another pod has the same index
  kDeadOwner,       ///< its PodClique (uid) is gone
  kAdopt,           ///< an orphan that fits
  kGateOpen,        ///< the gang it belongs to may be scheduled
  kReferences,      ///< podReferences follow the pods
  kMirror,          ///< labels or annotations follow the set
  kUpdateNotReady,  ///< old and not ready: replaced at once
  kUpdateSelected,  ///< old and ready: its turn
  kUpdateReplica,   ///< group replica: its turn
  kGangTerminated,  ///< below its minimum for longer than the termination delay
  kSetDeleted,      ///< the set goes
  kOwnerGone,       ///< left over from a set that is gone
  kFinalizer,       ///< nothing holds it back any more
  kFact,            ///< remembers something that an action relies on
  kStatus,          ///< status follows the world
  kHashAdopted,     ///< same template, other library version
};

struct Why {
  Reason reason = Reason::kMissing;
  std::array<std::int64_t, 3> n{};
  std::string text;  ///< a name, or empty
  bool operator==(const Why&) const = default;
};

/// Where the body of a create comes from.
struct Source {
  enum class From : std::uint8_t { kNone, kPlan, kClique };
  From from = From::kNone;
  ir::DescriptionId description{};  ///< kPlan
  ir::Instance instance;            ///< kPlan; kClique: pod_index and pod_suffix
  ObjectKey clique;                 ///< kClique: the live PodClique (it may be created in an earlier step)
  bool gated = false;               ///< kClique: born with the scheduling gate
};

/// One write. `change` is a JSON merge patch: of a patch, the whole request (exactly the fields that differ; null
/// removes); of a patch-status, {"status": …}; of a create, laid over the body from `source` (sizes, podReferences,
/// stored hashes). Values live in Decision::memory, in the plan or in live objects.
struct Action {
  Verb verb = Verb::kCreate;
  ObjectKey key;
  std::string uid;                     ///< what it was decided on; precondition. Empty for a create
  std::uint64_t resource_version = 0;  ///< precondition, if not 0
  Source source;
  ir::Value change;
  std::optional<ObjectKey> owner;  ///< of a create: the controller
  std::optional<ObjectKey> gang;   ///< of a create of a pod: skipped if a write to this PodGang has failed before it
  bool is_optional = false;        ///< a fact whose loss is bearable: a refusal holds nothing back
  bool read_owner_first = false;   ///< adoption: only if a live read says that the owner is there and not marked
  Why why;
};

/// Actions of a step may be carried out in any order or side by side. A step relies on those before it: an action
/// whose owner or source was not created is skipped, and a step is not begun if a fact (Reason::kFact) could not be
/// written before it.
using Step = std::vector<Action>;

/// An Event. Said once, when something changes: a caller that repeats a decision repeats the events.
struct Event {
  ObjectKey on;
  bool is_warning = false;
  std::string reason, message;
  bool operator==(const Event&) const = default;
};

struct Decision {
  std::vector<Step> steps;
  std::vector<Event> events;
  std::optional<Instant> next_look;  ///< nothing will change by itself before; none = never by itself
  std::shared_ptr<Arena> memory;     ///< of the Values; null if there are none

  bool empty() const { return steps.empty() && events.empty(); }
};

/// Whether both say the same, in the same order.
bool equal(const Action& a, const Action& b);
bool equal(const Decision& a, const Decision& b);

std::string_view name_of(Verb verb);      ///< "create", "patch", "delete", "patch-status"
std::string_view name_of(Reason reason);  ///< "missing", "gate-open", …
/// One line for people: "old and ready, its turn (2 of 3 are ready)".
std::string text_of(const Why& why);

}  // namespace grovec::decide

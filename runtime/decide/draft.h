/// \file A decision while it is being made: what the rules share and add to, in the order of decide.cpp.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "runtime/decide/actions.h"
#include "runtime/decide/live_view.h"
#include "runtime/decide/termination.h"

namespace grovec::decide {

/// Steps of a decision; empty ones fall out at the end.
enum class Stage : std::uint8_t {
  kFirst,        ///< the finalizer of the set: before anything that it is to guard
  kFacts,        ///< what later actions rely on
  kSetObjects,   ///< rights, services, autoscalers, domains, claims of the set
  kCliques,      ///< standalone PodCliques, scaling groups
  kMembers,      ///< members of groups, their claims, PodGangs: before any of their pods
  kGangObjects,  ///< the scheduler's PodGroups, claims of PodCliques
  kPods,         ///< births, adoptions, open gates
  kGoing,        ///< deletes and finalizers
  kGoingLast,    ///< deletes of what shows the reason for others that go
  kStatus,
  kCount,
};

/// A pod that this decision makes.
struct Birth {
  std::uint32_t index = 0, attempt = 0;
  std::string name;
  const LivePod* adopted = nullptr;  ///< instead of making one
};

/// What is decided about one cell, parallel to LiveView::cliques.
struct CellPlan {
  bool will_be_there = false;  ///< is there and stays, or is made by this decision
  std::vector<Birth> births;
  bool keeps_status = false;  ///< a fact that its status still shows could not be stored: the status is not written
};

/// What the set's status counts over its replicas.
struct SetNumbers {
  std::int32_t available = 0, updated = 0;
  std::int32_t cliques = 0, converged_cliques = 0, groups = 0, current_groups = 0;
  void add(const SetNumbers& other);
};

/// What comes of one set replica, or of the set itself: whether looking at it again at a later time, and nothing else
/// changed, may find anything new before `next_look` (parts.h).
struct PartNote {
  bool is_busy = false;  ///< writes, Events, or something that waits
  std::optional<Instant> next_look;
  SetNumbers numbers;
};

/// See \file. Owns the Values of the decision.
class Draft {
 public:
  Draft(const LiveView& view, Instant now);

  const LiveView& view;
  const Instant now;
  UpdatePlan updates;
  std::vector<CliqueState> states;  ///< parallel to LiveView::cliques
  TerminationPlan termination;
  std::vector<CellPlan> cells;     ///< parallel to LiveView::cliques
  std::vector<bool> groups_there;  ///< parallel to LiveView::groups: will be there
  std::vector<bool> gangs_there;   ///< parallel to LiveView::gangs: will be there, and list all their pods
  std::vector<PartNote> notes;     ///< parallel to LiveView::replicas, behind them the set's
  /// Parallel to Observed::objects: the i of the set replica that wants it; of the set's own: kNoReplica. `unclaimed`
  /// counts those that nobody wants.
  std::vector<std::uint32_t> objects_of;
  std::size_t unclaimed = 0;
  SetNumbers elsewhere;  ///< of set replicas that are not in the view

  Arena& arena();
  /// A text that lives as long as the decision.
  std::string_view keep(std::string_view text) { return arena().copy(text); }
  /// What is added, said and looked for from now on is about this replica (index into LiveView::replicas), or the set.
  void turn_to(std::uint32_t replica) { part_ = replica; }
  void turn_to_set() { part_ = static_cast<std::uint32_t>(notes.size() - 1); }
  /// It has to be looked at again whenever there is a look.
  void wait() { notes[part_].is_busy = true; }
  void add(Stage stage, Action action) {
    wait();
    steps_[static_cast<std::size_t>(stage)].push_back(std::move(action));
  }
  bool has_actions() const {
    return std::any_of(steps_.begin(), steps_.end(), [](const Step& s) { return !s.empty(); });
  }
  void say(Event event) {
    wait();
    decision_.events.push_back(std::move(event));
  }
  /// Nothing changes by itself before `at`; the earliest one counts.
  void look(Instant at);
  /// False while a write of this kind to this object has failed and it is too early to try again.
  bool may(Verb verb, const ObjectKey& key);
  /// Whether the write that failed has been asked for again, now or later.
  bool still_wants(const FailedWrite& f) const;
  std::vector<const FailedWrite*> asked_again;  ///< failures of writes that `may` was asked about
  /// The last failure of a write to an object; null if there is none.
  const FailedWrite* failure(Verb verb, const ObjectKey& key) const;

  /// A delete with the object's uid.
  void remove(Kind kind, const LiveMeta& meta, Why why, Stage stage = Stage::kGoing);
  void remove(const LivePod& pod, Why why);
  /// Takes one of our finalizers away, if it is there.
  void release(Kind kind, const LiveMeta& meta, std::string_view finalizer);

  Decision finish();

 private:
  Decision decision_;
  std::vector<Step> steps_;
  std::uint32_t part_ = 0;
};

Action action(Verb verb, ObjectKey key, Why why, std::string_view uid = {});

/// Takes a finalizer away; with resourceVersion, since the list is replaced.
Action release_action(Arena& arena, Kind kind, const LiveMeta& meta, std::string_view finalizer);

/// Seconds to wait after the n-th failure in a row: 1, 2, 4 … 300.
std::int64_t back_off_seconds(std::uint32_t failures);

/// Of everything that is observed, with hashes of another library version taken over; `stored` becomes the facts as
/// they are stored.
LiveView view_of(const World& world, const Observed& observed, Facts& stored);
/// All rules, for what is in the view.
void decide_all(Draft& d, const Facts& stored);

// The subjects, in the order in which decide.cpp calls them. Each adds to the draft.
Facts adopt_hashes(const LiveView& view);         // hashes.cpp
void write_facts(Draft& d, const Facts& stored);  // write_facts.cpp
void decide_objects(Draft& d);                    // objects.cpp: everything that is no Grove kind
void decide_groups(Draft& d);                     // groups.cpp
void decide_cliques(Draft& d);                    // cliques.cpp
void decide_pods(Draft& d);                       // pods.cpp
void decide_gangs(Draft& d);                      // gangs.cpp
void decide_gates(Draft& d);                      // gates.cpp
void decide_strays(Draft& d);                     // remove.cpp: what has no place
void decide_status(Draft& d);                     // write_status.cpp: formulas, and when to write

}  // namespace grovec::decide

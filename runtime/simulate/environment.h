/// \file Everything in the simulated cluster that moves by itself and is not the operator: scheduler, kubelets, garbage
/// collector, autoscalers.
///
/// Whatever one of them could do next is a Move: a value, found by looking at the objects, so a world can be copied,
/// and somebody who explores can ask for all moves and take any of them. Played by time, each move happens some
/// milliseconds after it became possible; how many comes from a seed.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/simulate/kubelet.h"
#include "runtime/simulate/scheduler.h"

namespace grovec::simulate {

enum class MoveKind : std::uint8_t {
  kSchedule,   ///< the scheduler binds what is first in line, or says that it finds no room
  kStart,      ///< a kubelet starts a bound pod, or its next init container
  kReady,      ///< its containers become ready
  kCrash,      ///< a container ends with an error and is started again
  kGone,       ///< nothing of a marked pod runs any more
  kCollect,    ///< the garbage collector deletes an object whose owners are gone
  kAutoscale,  ///< an autoscaler takes its target into its bounds
};
std::string_view name_of(MoveKind kind);

struct Move {
  MoveKind kind{};
  Key key;  ///< of the object; of kSchedule the pod, or none where the scheduler chooses
  Uid uid;
  auto operator<=>(const Move&) const = default;
};

/// Bounds of the delay before a kind of move, in milliseconds.
struct Delay {
  std::int64_t least = 0, most = 0;
};

struct EnvironmentOptions {
  SchedulerKind scheduler = SchedulerKind::kOneByOne;
  std::uint64_t seed = 1;
  Delay schedule{3, 12}, start{180, 280}, crash{20, 40}, gone{15, 60}, collect{5, 25};
  std::int64_t autoscale = 15'000;  ///< between two looks of an autoscaler
};

class Environment {
 public:
  explicit Environment(const EnvironmentOptions& options = {}) : options_(options), random_(options.seed) {}

  void set_scheduler(SchedulerKind kind) { options_.scheduler = kind; }
  std::vector<Node>& nodes() { return nodes_; }
  const std::vector<Node>& nodes() const { return nodes_; }
  /// By label grove.io/podclique.
  std::map<std::string, Behaviour>& behaviours() { return behaviours_; }
  /// The kubelet reports of this pod what somebody wrote by hand, from now on.
  void leave_alone(const Uid& pod) { left_alone_.insert(pod); }
  /// After a change of nodes or behaviours: everything may be possible now.
  void look_again(const Store& store, Instant now);

  /// Takes note of changes, at the time they were made.
  void notice(const Store& store, const std::vector<Change>& changes, Instant now);
  /// When the next move is due.
  std::optional<Instant> next() const;
  /// Makes the moves that are due at `now`, one after the other.
  void run(Store& store, Instant now);
  /// Events written since the last call.
  std::vector<Notice> take_notices();

  /// All moves that are possible now, in a fixed order; those of autoscalers only where they change something.
  std::vector<Move> moves(const Store& store) const;
  /// Makes one; nothing happens if it is not possible (any more).
  void make(const Move& move, Store& store, Instant now);

  /// Node of a bound pod, or null: pods without a pool are on no node of ours.
  const Node* node_of(const Object& pod) const;

 private:
  struct Due {
    Instant at;
    std::uint64_t order = 0;
    Move move;
    auto operator<=>(const Due&) const = default;
  };

  std::optional<Move> move_of(const Store& store, const Object& object) const;
  const Behaviour& behaviour_of(const Object& pod) const;
  void plan(const Move& move, Instant at);
  void plan_object(const Store& store, const Object& object, Instant now);
  void plan_waiting(const Store& store, Instant now);
  void plan_orphans(const Store& store, const Object& owner, Instant now);
  void plan_scheduler(Instant now);
  std::int64_t delay_of(const Move& move, const Object& object);
  std::int64_t draw(Delay delay);

  EnvironmentOptions options_;
  std::uint64_t random_;
  std::vector<Node> nodes_;
  std::map<std::string, Behaviour> behaviours_;
  std::set<Uid> left_alone_;
  std::set<Due> due_;
  std::set<Move> planned_;
  std::set<Key> waiting_;  ///< pods whose grove-initc runs
  std::uint64_t order_ = 0;
  std::vector<Notice> notices_;
};

}  // namespace grovec::simulate

/// \file One state of an explored world, and everything that could happen in it.
///
/// Time stands still but for moves that say so: whoever explores decides what comes first, and each write of the
/// operator is a move of its own.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/simulate/cluster.h"
#include "tests/simulator/compiling.h"

namespace grovec::simulator {

/// A set and what people may do to it.
struct SmallWorld {
  std::string name;
  std::string manifest;  ///< of the set, in namespace default
  bool may_scale_set = false;
  std::int64_t most = 3;  ///< nobody scales beyond
};
const std::vector<SmallWorld>& small_worlds();

/// Kinds whose caches may be behind.
inline constexpr Kind kWatched[] = {Kind::kPodCliqueSet, Kind::kPodCliqueScalingGroup, Kind::kPodClique, Kind::kPodGang,
                                    Kind::kPod};

/// How much may happen on a path besides what the cluster does by itself.
struct Budget {
  std::uint8_t deeds = 1, faults = 1;
  /// Words for deeds and faults that may happen (`word_of`); empty = all.
  std::set<std::string, std::less<>> only = {};
};

/// What somebody else holds objects with.
inline constexpr std::string_view kForeignFinalizer = "example.com/hold";

/// A write that the leader was refused and that it has not been allowed to try again yet.
struct Refused {
  decide::Verb verb{};
  decide::ObjectKey key;
  Instant at;
};

/// A pod that was Ready when an update deleted it; gone from here once its index has a Ready pod, or is not wanted.
struct Replaced {
  std::string clique_uid;
  std::int64_t index = 0;
};

struct State {
  simulate::Store store;
  std::optional<simulate::Store> view;  ///< of caches, one of which is behind
  std::optional<Kind> frozen;           ///< the kind that is
  std::vector<simulate::Change> unseen;
  simulate::Operator leader;
  std::optional<simulate::Operator> former;  ///< has been replaced and has not noticed: it still writes what it decided
  bool crossed = false;                      ///< the former leader has written since the leader looked
  std::optional<simulate::Store> before;     ///< the last change; kept only where a cache may go back
  std::vector<simulate::Change> latest;      ///< that change
  std::uint8_t storm = 0;                    ///< so many more writes find that somebody else was faster
  std::optional<Refused> refused = {};
  std::vector<Replaced> replaced = {};
  Instant now;
  std::uint8_t deeds = 0, faults = 0;  ///< used up
};

enum class MoveClass : std::uint8_t {
  kCluster,   ///< the environment's own
  kOperator,  ///< the leader looks or writes
  kFormer,    ///< the former leader writes
  kStart,     ///< a dead operator is started
  kCatchUp,   ///< the cache that is behind sees it all
  kRelease,   ///< somebody else takes their finalizer off an object that is to go
  kClock,     ///< nothing else can happen: time passes until the operator wants to look
  kDeed,      ///< somebody does something
  kSlow,      ///< a deed: time passes though the cluster has things to do
  kFate,      ///< faults from here on: the write fares badly
  kSecond,    ///< another operator becomes the leader while a decision is being carried out
  kLag,       ///< from here on the cache of a kind sees nothing new, for two changes
  kJump,      ///< the clock jumps
  kEdit,      ///< a foreign edit: a label of ours is taken away
  kStrip,     ///< a foreign edit: our finalizer is taken away
  kHold,      ///< somebody else puts a finalizer on an object
  kBack,      ///< the cache of a kind goes back to what was before the last change, for two changes
  kStorm,     ///< somebody else writes to the object just before the operator does, three times
};
constexpr bool is_quiet(MoveClass c) { return c < MoveClass::kDeed; }
constexpr bool is_deed(MoveClass c) { return c == MoveClass::kDeed || c == MoveClass::kSlow; }

enum class DeedKind : std::uint8_t { kScale, kImage, kDelete, kFail, kUnready, kHang };

struct Choice {
  MoveClass what{};
  simulate::Move move{};    ///< kCluster
  simulate::Fate fate{};    ///< kFate
  DeedKind deed{};          ///< kDeed
  Key key{};                ///< kDeed, kEdit, kStrip, kHold, kRelease
  std::int64_t number = 0;  ///< kDeed: replicas; kLag, kBack: the kind; kJump: seconds
};

/// Whether somebody has broken a pod in a way that no kubelet mends.
bool hangs(const Object& pod);

/// `scale`, `image`, `delete pod`, `delete podclique`, …, `fail`, `unready`, `hang`, `slow`; `refused`, `lost`, `killed
/// before`, `killed after`, `second`, `lag pod`, `lag podclique`, …, `jump`, `edit`, `strip`, `hold`, `back pod`, …,
/// `storm`; of quiet moves the name of the class.
std::string word_of(const Choice& choice);

/// One path's machinery: everything that is the same in all states.
class Stage {
 public:
  Stage(const SmallWorld& world, Budget budget);
  /// The set has just been created, and the operator knows.
  State first();
  /// Everything that can happen, quiet moves first, in a fixed order.
  std::vector<Choice> choices(const State& state) const;
  /// Makes it happen; returns the writes of operators.
  std::vector<simulate::Written> make(const Choice& choice, State& state);
  /// Equal for states with an equal future. Times count as far as a decision may depend on them.
  std::uint64_t hash(const State& state) const;
  Key set_key() const { return {Kind::kPodCliqueSet, "default", set_}; }
  std::int64_t termination_delay() const { return delay_; }
  /// A line of a path.
  std::string text_of(const Choice& choice, const State& before) const;

 private:
  void add_deeds(const State& state, std::vector<Choice>& out) const;
  void add_faults(const State& state, std::vector<Choice>& out) const;
  void add_foreign_writes(const State& state, std::vector<Choice>& out) const;
  void add_releases(const State& state, std::vector<Choice>& out) const;
  void remember(const Choice& choice, const std::vector<simulate::Written>& written, const simulate::Store& before,
                State& state) const;
  bool may_go_back(const State& state) const;
  void fall_behind(const Choice& choice, State& state) const;
  void be_overtaken(State& state) const;
  std::vector<simulate::Written> make_it(const Choice& choice, State& state);
  void write_by_hand(const Choice& choice, State& state) const;
  void spread(State& state) const;
  void do_deed(const Choice& choice, State& state) const;
  std::uint64_t object_hash(const simulate::Store& store, const Object& object, Instant now) const;

  const SmallWorld& world_;
  Budget budget_;
  Surroundings surroundings_;
  simulate::Compiler compiler_;
  mutable simulate::Environment environment_;
  std::string set_;
  std::int64_t delay_ = 0;  ///< seconds
};

}  // namespace grovec::simulator

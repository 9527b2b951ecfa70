/// \file The operator in the simulated cluster: looks, decides, and carries the decision out write by write.
///
/// One write at a time, with the rest of the world going on in between; so a write can fail, its answer can be lost,
/// and the operator can be killed between any two of them. What it knows besides the cluster is what the real one has
/// in memory: the answers to its failed writes, and how far it has to see before it may look again.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/decide/failures.h"
#include "runtime/decide/parts.h"
#include "runtime/simulate/observe.h"

namespace grovec::simulate {

/// What a set asks for, compiled; owns everything behind it. Null if it has no correct output.
using WorldPtr = std::shared_ptr<const decide::World>;
/// Compiles the stored set. Called often: remembers what it compiled.
using Compiler = std::function<WorldPtr(const Object& set)>;

/// What becomes of one write.
enum class Fate : std::uint8_t {
  kDone,
  kRefused,       ///< answered with an error; nothing was written
  kLost,          ///< written, but the answer does not arrive
  kKilledBefore,  ///< the operator ends just before it
  kKilledAfter,   ///< the operator ends before the answer
};
/// Decides it, for the n-th write since the operator was made. Empty = kDone.
using FateOf = std::function<Fate(const decide::Action& action, std::uint64_t n)>;

struct OperatorOptions {
  std::int64_t look_after_ns = 3'000'000;  ///< from the first change seen to the look
  std::int64_t step_ns = 1'000'000;        ///< before the first write of a step
  std::int64_t write_ns = 300'000;         ///< between two writes of a step
  int refusal_code = 500;
  bool by_parts = true;  ///< decides anew only on what has changed; not worth it where worlds are tiny and many
};

/// Sees every decision on a set that is there.
using DecisionWitness = std::function<void(const decide::World& world, const decide::Observed& observed, Instant now,
                                           const decide::Decision& decision)>;

/// One write and its answer.
struct Written {
  decide::Action action;
  Answer answer;
  Fate fate = Fate::kDone;
};

class Operator {
 public:
  Operator(std::string namespace_, std::string set, Compiler compiler, const OperatorOptions& options = {})
      : namespace_(std::move(namespace_)), set_(std::move(set)), compiler_(std::move(compiler)), options_(options) {}

  void set_fate(FateOf fate) { fate_ = std::move(fate); }
  void set_witness(DecisionWitness witness) { witness_ = std::move(witness); }
  bool is_running() const { return running_; }
  /// Forgets everything but what is in the cluster.
  void kill();
  void start(Instant now);

  void notice(const std::vector<Change>& changes, Instant now);
  std::optional<Instant> next() const;
  /// Does what is due: looks at `view` (the cluster, or a cache of it) or makes the next write to `store`.
  void run(Store& store, const Store& view, Instant now);

  /// Whether it would do nothing until something changes or `looks_again` comes.
  bool is_idle() const { return !flight_ && !look_at_; }
  std::optional<Instant> looks_again() const { return again_; }

  std::vector<decide::Event> take_events();
  std::vector<Written> take_writes();
  std::uint64_t looks() const { return looks_; }

  /// The write that comes next; null if none is under way.
  const decide::Action* next_write() const;
  /// Whether the decision that is being carried out still has to write this.
  bool is_to_write(decide::Verb verb, const decide::ObjectKey& key) const;
  /// What the decision that is being carried out was made on; null if there is none.
  const Store* decided_on() const { return flight_ ? flight_->view.get() : nullptr; }
  /// Whether an object was there when it decided, or has been created by it since.
  bool knows(const decide::ObjectKey& key) const { return flight_ && known(key); }
  bool has_to_look() const { return running_ && look_at_.has_value(); }
  /// A number for all that counts for what comes: uids by whether they are those that live in `store`, times by their
  /// distance from `now`.
  std::uint64_t state_hash(const Store& store, const Store& view, Instant now) const;

 private:
  /// A decision that is being carried out.
  struct Flight {
    WorldPtr world;
    std::shared_ptr<const Store> view;  ///< what it was decided on
    std::shared_ptr<const decide::Observed> observed;
    std::shared_ptr<const decide::Decision> decision;
    std::size_t step = 0, action = 0;
    bool fact_failed = false;
    std::map<decide::ObjectKey, ObjectPtr> created;
    std::set<decide::ObjectKey> not_created;  ///< or, of PodGangs, not brought up to date
    Instant next;
  };

  decide::Failures::Lookup lookup_in(const Store& view) const;
  void look(const Store& view, Instant now);
  void tell(const decide::Action& action, const Answer& answer);
  void write_next(Store& store, Instant now);
  void settle_step(Instant now);
  Answer carry(const decide::Action& action, Store& store, Instant now);
  Answer create(const decide::Action& action, Store& store, Instant now);
  bool is_skipped(const decide::Action& action) const;
  Key key_of(const decide::ObjectKey& key) const;
  ObjectPtr known(const decide::ObjectKey& key) const;
  bool sees_own_writes(const Store& view) const;
  void remember(const decide::Action& action, const Answer& answer, Instant now);

  std::string namespace_, set_;
  Compiler compiler_;
  OperatorOptions options_;
  FateOf fate_;
  DecisionWitness witness_;
  decide::Parts parts_;
  bool running_ = true;
  std::optional<Instant> look_at_;  ///< something changed
  std::optional<Instant> again_;    ///< the decision's next look
  std::shared_ptr<Flight> flight_;  ///< copied before it is changed if a copy of the operator shares it
  decide::Failures failures_;
  std::array<std::uint64_t, kKinds> wrote_{};  ///< resource version of our last write to a kind
  std::uint64_t writes_ = 0, looks_ = 0;
  std::vector<decide::Event> events_;
  std::vector<Written> written_;
};

}  // namespace grovec::simulate

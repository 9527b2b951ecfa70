/// \file One set under the operator's care: when it is looked at, and the decision that is on its way.
#pragma once

#include <compare>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "runtime/apply/flight.h"
#include "runtime/decide/failures.h"
#include "runtime/decide/parts.h"
#include "runtime/kube/cache.h"
#include "runtime/live/eyes/eyes.h"
#include "runtime/live/reconcile/compiling.h"
#include "runtime/live/reconcile/log.h"

namespace grovec::live {

/// Answers to write requests are counted by these.
struct AnswerKey {
  decide::Verb verb;
  Kind kind;
  int code;
  auto operator<=>(const AnswerKey&) const = default;
};

/// What the sets of one operator share.
struct Shared {
  kube::Client& client;
  Eyes& eyes;
  Store& store;
  Compiler& compiler;
  kube::OwnWrites& own;
  std::function<bool()> may_write;  ///< false: not our turn (start, end, another leader)
  Log say;
  std::function<void(const SetKey&, const decide::Event&, std::string_view uid)> tell;
  std::function<void(std::string_view uid, decide::Instant at)> wrote_status;
  std::function<void()> wrote;
  std::uint64_t writes = 0, failed_writes = 0, looks = 0, looks_put_off = 0;
  std::uint64_t parts_decided = 0, parts_seen = 0;  ///< set replicas of those looks
  kube::Duration viewing{}, compiling{}, deciding{};
  kube::Duration queueing{}, gating{};  ///< from the first wake-up to the look; of that, for our own writes to be seen
  std::map<AnswerKey, std::uint64_t> answers = {};
  std::map<decide::Reason, std::uint64_t> reasons = {};  ///< of writes that succeeded
};

/// `create Pod default/llm-0-worker-bbbbb: …`: one write and its reason.
std::string line_of(const SetKey& key, const decide::Action& action);

/// Never two decisions of one set at a time; wake-ups while one is on its way, or while our own writes are not seen
/// yet, are one later look.
class Tenant final : public apply::Ground {
 public:
  Tenant(Shared& shared, SetKey key)
      : shared_(shared), key_(std::move(key)), owner_(key_.namespace_ + "/" + key_.name) {}
  ~Tenant() override;

  /// Something changed: look soon.
  void wake();
  /// Our own writes have been seen.
  void own_writes_seen();
  /// No further write; true if nothing is on its way any more.
  bool wind_down();

  /// Nothing is on its way, and the last look found nothing to do now.
  bool is_at_rest() const { return !flight_ && !dirty_ && !timer_ && looked_ && found_nothing_; }
  bool is_flying() const { return flight_ != nullptr; }
  /// Since when something has been waiting for a look.
  std::optional<kube::Instant> waits_since() const { return dirty_ && !flight_ ? dirty_since_ : std::nullopt; }
  /// When the last decision wants to look again by itself.
  std::optional<decide::Instant> looks_again() const { return again_; }
  bool is_compiled() const { return compiled_; }
  /// A write was refused and has not been made since.
  bool has_failed_writes() const { return !failures_.writes().empty(); }
  const SetKey& key() const { return key_; }

  apply::Known known(const decide::ObjectKey& key) const override;
  apply::Known read(Kind kind, const std::string& json) override;
  bool lacks(const decide::Action& action, const std::string& json) override;
  void answered(const decide::Action& action, const apply::Outcome& outcome) override;
  void landed() override;

 private:
  void look();
  decide::Decision decide_on(const WorldPtr& world, decide::Instant at);
  void expect(const decide::Action& action, const std::string& body);
  void schedule(kube::Duration after);
  void look_again_at(std::optional<decide::Instant> at, decide::Instant now);
  void explain(const decide::Decision& decision, decide::Instant at) const;
  void soil();
  decide::Failures::Target target(const decide::ObjectKey& key) const;
  std::shared_ptr<const Seen> seen(const decide::ObjectKey& key) const;
  decide::Instant now() const;

  Shared& shared_;
  SetKey key_;
  std::string owner_;
  std::shared_ptr<const View> view_;  // of the last look
  decide::Parts parts_;
  std::shared_ptr<apply::Flight> flight_;
  decide::Failures failures_;
  std::optional<decide::Instant> again_;
  std::optional<kube::Instant> dirty_since_, gated_since_;
  kube::Loop::TimerId timer_ = 0, again_timer_ = 0;
  bool dirty_ = false, looked_ = false, found_nothing_ = false, compiled_ = true, winding_down_ = false;
};

}  // namespace grovec::live

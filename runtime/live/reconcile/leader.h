/// \file One operator at a time: a Lease, as upstream's operator takes it, so that the two never run side by side.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "runtime/kube/client.h"
#include "runtime/kube/watch.h"
#include "runtime/live/reconcile/tenure.h"

namespace grovec::live {

struct LeaderOptions {
  std::string namespace_ = "default";
  std::string name = "grove-operator-leader-election";
  std::string scope = "*";  ///< the namespace that is looked after; `*`: all
  kube::Duration lease = std::chrono::seconds(15), deadline = std::chrono::seconds(10), retry = std::chrono::seconds(2);
};

/// Who we are in a Lease: nobody else's name begins so, and it tells what is looked after.
inline constexpr std::string_view kOurIdentity = "grovec:";
/// `grovec:SCOPE/HOST_PID_NUMBER`.
std::string identity_of(const std::string& scope, const kube::Surroundings& surroundings);

/// Runs in the client's loop.
class Leader {
 public:
  /// `changed` is called when something about the turn may have changed.
  Leader(kube::Client& client, LeaderOptions options, std::function<void()> changed = {});
  ~Leader();
  Leader(const Leader&) = delete;
  Leader& operator=(const Leader&) = delete;

  /// Tries to get the Lease, and keeps it. One that is given back is noticed at once.
  void start();
  /// Whether a write may be made now: the last renewal was sent less than the deadline ago.
  bool leads() const;
  const Tenure& tenure() const { return tenure_; }
  /// Empties the Lease, so that the next one need not wait. Blocks.
  void give_up();

 private:
  class LeaseSink;

  void attempt();
  void judge(const kube::Answer& answer, kube::Instant sent);
  void write(const std::optional<StoredLease>& stored, kube::Instant sent);
  void try_again();
  void given_back();
  bool empties();
  kube::Request request(const std::optional<StoredLease>& stored, const std::string& holder) const;
  std::string now_text() const;

  kube::Client& client_;
  LeaderOptions options_;
  std::function<void()> changed_;
  Tenure tenure_;
  kube::Loop::TimerId timer_ = 0;  // 0 while an attempt is on its way
  std::unique_ptr<LeaseSink> sink_;
  std::unique_ptr<kube::Watch> watch_;  // until it leads
};

}  // namespace grovec::live

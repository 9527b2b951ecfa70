/// \file One operator at a time: a Lease, as upstream's operator takes it, so that the two never run side by side.
#pragma once

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
  bool is_needed = true;  ///< false: leads at once, and nobody is asked
  kube::Duration lease = std::chrono::seconds(15), deadline = std::chrono::seconds(10), retry = std::chrono::seconds(2);
};

/// Runs in the client's loop.
class Leader {
 public:
  Leader(kube::Client& client, LeaderOptions options);
  ~Leader();
  Leader(const Leader&) = delete;
  Leader& operator=(const Leader&) = delete;

  /// Who holds a Lease of that name that has not run out, in whatever namespace; empty if nobody does. Blocks.
  std::string somebody_else();
  /// Leases may not be listed, so `somebody_else` knew nothing.
  bool is_blind() const { return is_blind_; }
  /// Tries to get the Lease, and keeps it. One that is given back is noticed at once.
  void start();
  /// Whether a write may be made now: the last renewal was sent less than the deadline ago.
  bool leads() const;
  /// It led, and does not any more.
  bool has_lost() const { return tenure_.has_lost(client_.loop().now()); }
  /// Empties the Lease, so that the next one need not wait. Blocks.
  void give_up();

 private:
  class LeaseSink;

  void attempt();
  void judge(const kube::Answer& answer, kube::Instant sent);
  void write(const std::optional<StoredLease>& stored, kube::Instant sent);
  void try_again();
  void given_back();
  kube::Request request(const std::optional<StoredLease>& stored, const std::string& holder) const;
  std::string now_text() const;

  kube::Client& client_;
  LeaderOptions options_;
  Tenure tenure_;
  kube::Loop::TimerId timer_ = 0;  // 0 while an attempt is on its way
  std::unique_ptr<LeaseSink> sink_;
  std::unique_ptr<kube::Watch> watch_;  // until it leads
  bool is_blind_ = false;
};

}  // namespace grovec::live

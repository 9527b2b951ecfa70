/// \file One operator at a time: a Lease, as upstream's operator takes it, so that the two never run side by side.
#pragma once

#include <optional>
#include <string>

#include "runtime/kube/client.h"

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
  /// Tries to get the Lease, and keeps it.
  void start();
  /// Whether a write may be made now: the last renewal was sent less than the deadline ago.
  bool leads() const;
  /// It led, and does not any more.
  bool has_lost() const { return has_led_ && !leads(); }
  /// Empties the Lease, so that the next one need not wait. Blocks.
  void give_up();

 private:
  struct Stored {
    std::string holder, version, renewed, acquired;
    std::int64_t transitions = 0, seconds = 0;
  };
  void attempt();
  void judge(const kube::Answer& answer, kube::Instant sent);
  void write(const std::optional<Stored>& stored, kube::Instant sent);
  void try_again();
  kube::Request request(const std::optional<Stored>& stored, const std::string& holder) const;
  std::string now_text() const;

  kube::Client& client_;
  LeaderOptions options_;
  std::string identity_;
  kube::Loop::TimerId timer_ = 0;
  std::optional<kube::Instant> renewed_;  // when the last renewal that succeeded was sent
  std::string seen_version_;              // of somebody else's Lease, and since when it has not changed
  kube::Instant seen_since_{};
  bool has_led_ = false, gave_up_ = false, is_blind_ = false;
};

}  // namespace grovec::live

/// \file Whose turn it is by a Lease: no clock, no requests. Other machines' clocks count for nothing: a Lease has run
/// out if it has not changed for as long as it lasts by our own monotonic clock.
#pragma once

#include <optional>
#include <string>

#include "runtime/kube/surroundings.h"

namespace grovec::live {

/// A Lease as it is stored.
struct StoredLease {
  std::string holder, version, acquired;
  std::int64_t transitions = 0, seconds = 0;
};

class Tenure {
 public:
  /// `deadline`: how long after the renewal was sent a write may be made.
  Tenure(std::string identity, kube::Duration deadline) : identity_(std::move(identity)), deadline_(deadline) {}

  const std::string& identity() const { return identity_; }
  /// Whether to write ourselves into the Lease as it was read at `now`: it is ours, nobody's, or has run out. That
  /// somebody else has it ends our turn for ever.
  bool may_take(const StoredLease& stored, kube::Instant now);
  /// A renewal that was sent then has succeeded.
  void renewed(kube::Instant sent);
  void give_up() { gave_up_ = true; }

  /// Whether a write may be made at `now`.
  bool leads(kube::Instant now) const { return renewed_ && !gave_up_ && now - *renewed_ < deadline_; }
  /// Until when, as far as is known now; nothing if it does not lead.
  std::optional<kube::Instant> leads_until() const {
    return renewed_ && !gave_up_ ? std::optional(*renewed_ + deadline_) : std::nullopt;
  }
  /// It led, and does not any more.
  bool has_lost(kube::Instant now) const { return renewed_ && !leads(now); }

 private:
  std::string identity_;
  kube::Duration deadline_;
  std::optional<kube::Instant> renewed_;
  std::string seen_version_;  // of somebody else's Lease, and since when it has not changed
  kube::Instant seen_since_{};
  bool gave_up_ = false;
};

}  // namespace grovec::live

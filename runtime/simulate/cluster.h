/// \file A whole cluster with time: the API server, what moves by itself, and the operator of one set.
///
/// Time jumps from one thing that happens to the next; nothing reads a clock. Equal start, equal seed: equal story.
/// Copying a cluster copies the world; both go on on their own.
#pragma once

#include <optional>
#include <vector>

#include "runtime/simulate/environment.h"
#include "runtime/simulate/operator.h"

namespace grovec::simulate {

/// What the operator sees instead of the store itself: watch caches that are behind.
class Cache {
 public:
  virtual ~Cache() = default;
  virtual const Store& view() const = 0;
  virtual void notice(const std::vector<Change>& changes, Instant now) = 0;
  virtual std::optional<Instant> next() const = 0;
  /// Catches up with `store` as far as it is due; returns the changes that are seen only now.
  virtual std::vector<Change> run(const Store& store, Instant now) = 0;
  /// A start begins with complete lists.
  virtual void relist(const Store& store) = 0;
};

/// Hears everything, in order.
class Watcher {
 public:
  virtual ~Watcher() = default;
  virtual void changed(const Change& change, Instant now) = 0;
  virtual void noticed(const Notice& notice, Instant now) = 0;
  virtual void wrote(const Written& write, Instant now) = 0;
  virtual void said(const decide::Event& event, Instant now) = 0;
};

struct Cluster {
  Store store;
  Environment environment;
  std::optional<Operator> operator_;
  Cache* cache = nullptr;      ///< not owned; null = the operator sees the store itself
  Watcher* watcher = nullptr;  ///< not owned; may be null
  Instant now;
  Instant last_change;  ///< of any object

  /// When something happens next.
  std::optional<Instant> next() const;
  /// Lets happen what happens next, if it does by `limit`; else only time passes, and the answer is false.
  bool step(Instant limit);
  void run_until(Instant at);
  /// Tells everybody what has been written since the last call. After writes to `store` by anybody else.
  void spread();
  void kill_operator();
  void start_operator();
};

/// A number for what lives in the cluster: equal for worlds that differ only in uids, resource versions and, unless
/// they are asked for, times. Uids count by what they tie together: which object is controlled by one that is there.
/// With times, each counts by its distance from `now`.
std::uint64_t state_hash(const Store& store, std::optional<Instant> now = std::nullopt);

}  // namespace grovec::simulate

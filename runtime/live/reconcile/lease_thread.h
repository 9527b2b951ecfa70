/// \file The Lease on a thread and a connection of its own: however busy the operator is, and however many requests
/// wait, it is renewed in time; and whether a write may be made is known without asking anybody.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>

#include "runtime/live/reconcile/leader.h"

namespace grovec::live {

class LeaseThread {
 public:
  /// Begins at once. `changed` is called from the thread when something about the turn may have changed.
  LeaseThread(const kube::Access& access, const kube::Surroundings& surroundings, const LeaderOptions& options,
              std::function<void()> changed);
  /// The Lease is left to run out.
  ~LeaseThread();
  LeaseThread(const LeaseThread&) = delete;
  LeaseThread& operator=(const LeaseThread&) = delete;

  /// Whether a write may be made now: the last renewal was sent less than the deadline ago. From any thread.
  bool leads() const;
  /// It led, and does not any more. From any thread.
  bool has_lost() const { return led_ && !leads(); }
  /// Empties the Lease, so that the next one need not wait. Blocks, but no longer than two requests may take.
  void give_up();

 private:
  void publish();
  void end();

  std::function<kube::Instant()> now_;
  std::function<void()> changed_;
  kube::Loop loop_;
  kube::Client client_;
  Leader leader_;
  std::atomic<kube::Instant::rep> until_ = 0;  // of the monotonic clock; 0: it does not lead
  std::atomic<bool> led_ = false, ends_ = false, gives_up_ = false;
  std::thread thread_;
};

}  // namespace grovec::live

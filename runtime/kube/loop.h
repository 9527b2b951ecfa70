/// \file The one event loop: sockets, timers, child processes. Everything of `runtime/kube` runs on its thread.
#pragma once

#include <functional>
#include <memory>

#include "runtime/kube/surroundings.h"

namespace grovec::kube {

struct Transfers;  // internal: the two curl multi handles

/// Not thread-safe but for `post` and `stop`. Callbacks may do anything but destroy the loop or run it again.
class Loop {
 public:
  using TimerId = std::uint64_t;  ///< 0 is no timer

  explicit Loop(const Surroundings& surroundings);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Runs until `done()` (asked after each batch of callbacks), `stop`, or `at_most` has passed. True if done.
  bool run_until(const std::function<bool()>& done, Duration at_most = Duration::max());
  /// Runs until `stop`.
  void run();
  /// From any thread or signal handler. The next run starts afresh.
  void stop();
  /// From any thread: calls it on the loop's thread, soon.
  void post(std::function<void()> callback);

  TimerId after(Duration delay, std::function<void()> callback);
  void cancel(TimerId timer);  ///< nothing happens if it has fired

  /// Calls back while the descriptor is readable or at its end, until `forget`.
  void when_readable(int descriptor, std::function<void()> callback);
  /// The same with the bits of epoll; again with other bits: those count from now on.
  void when_ready(int descriptor, std::uint32_t events, std::function<void(std::uint32_t)> callback);
  void forget(int descriptor);

  const Surroundings& surroundings() const;
  Instant now() const { return surroundings().now(); }
  Transfers& transfers();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace grovec::kube

/// \file Ctrl-C as an event of the loop: what is under way ends in order, and people are told how to go on.
#pragma once

#include <functional>

#include "runtime/kube/loop.h"

namespace grovec::live {

/// SIGINT, SIGTERM and, if asked, SIGHUP from here on; a second SIGINT or SIGTERM ends the process at once. Made before
/// the process has threads, or in one that has none.
class Signals {
 public:
  Signals(kube::Loop& loop, std::function<void(int)> on_signal, bool with_hangup = false);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  kube::Loop& loop_;
  int fd_ = -1;
};

}  // namespace grovec::live

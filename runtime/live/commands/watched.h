/// \file What a status is made of, kept up to date by watches: for commands that look until something holds.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/live/commands/gather.h"

namespace grovec::live {

/// One watch for each kind; those of claims and warnings are opened when something is not as it should be, and stay.
class Watched {
 public:
  /// Opens the watches. The cluster outlives it.
  Watched(Cluster& cluster, GatherOptions what);
  ~Watched();
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;

  /// Turns the loop until every kind has been listed once and something has changed since the last `look`, but no
  /// longer than `most`, and not after Ctrl-C. False: not every kind has been listed yet. An Error as of `gather`.
  Result<bool> wait(kube::Duration most);
  /// The world as it is known now.
  std::unique_ptr<Gathered> look();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace grovec::live

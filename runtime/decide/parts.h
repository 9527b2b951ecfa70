/// \file Deciding by parts: a set replica in which nothing has changed since the last decision need not be decided on
/// again. The answer is that of `decide`, always.
///
/// What belongs to one set replica is a part, with all its PodCliques, groups, gangs, pods and objects: no rule of one
/// reads another. The set itself (whose turn it is, its status, its own objects) is decided on every time. A part that
/// wrote, said or waited for something is looked at again every time, too, as is one whose next look has come; so only
/// what is at rest is left out. Where that is not enough (failed writes, strays, another template, an object that came
/// or went), everything is decided on.
#pragma once

#include <cstddef>
#include <memory>

#include "runtime/decide/decide.h"

namespace grovec::decide {

/// What a caller keeps from one decision on a set to the next; one for each set, used by one thread at a time. A copy
/// remembers nothing.
class Parts {
 public:
  Parts();
  Parts(const Parts&);
  Parts& operator=(const Parts&);
  ~Parts();

  /// `decide(world, observed, now)`. Objects that are the same as at the last call are those that have not changed, so
  /// the objects of the last call must still be alive: as long as `owner`, which is kept until the next call, or, if
  /// that is null, by the caller's care.
  Decision decide(const World& world, const Observed& observed, Instant now,
                  std::shared_ptr<const void> owner = nullptr);
  /// The next call decides on everything.
  void forget();

  /// Set replicas that the last call looked at, and how many there are.
  std::size_t decided() const { return decided_; }
  std::size_t all() const { return all_; }

 private:
  struct Memory;
  std::unique_ptr<Memory> memory_;
  std::size_t decided_ = 0, all_ = 0;
};

}  // namespace grovec::decide

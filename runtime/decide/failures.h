/// \file The answers to writes that failed, as whoever carries decisions out has to remember them between decisions.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "runtime/decide/actions.h"

namespace grovec::decide {

/// One for each verb and object, in the order of `Observed::failed`.
class Failures {
 public:
  /// The object that a write was decided on; an empty uid: it was not there.
  struct Target {
    std::string uid;
    std::uint64_t resource_version = 0;
  };
  struct Failure {
    FailedWrite write;
    Target target;
  };
  /// What lives under a key now; an empty uid: nothing.
  using Lookup = std::function<Target(const ObjectKey&)>;

  /// Notes the answer to a write: code 0 if there was none. True if it failed: a delete of what is gone has not.
  bool note(const Action& action, int code, const std::string& message, Target target, Instant now, bool lacks = false);
  /// Forgets what says nothing any more: the object is gone or another one, or it was made or changed after all by a
  /// write whose answer was lost.
  void forget(const Lookup& lookup);
  /// Forgets writes that nobody wants any more: those that a decision, which waits for nothing, does not try again.
  /// True if there were any: then the same decision has to be made again.
  bool drop_unwanted(const Decision& decision);

  std::vector<FailedWrite> writes() const;
  const std::vector<Failure>& all() const { return failures_; }
  bool empty() const { return failures_.empty(); }
  void clear() { failures_.clear(); }

 private:
  std::vector<Failure> failures_;  // sorted by key, then verb
};

}  // namespace grovec::decide

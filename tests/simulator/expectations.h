/// \file What scenarios expect of a cluster, as sentences (tests/simulator/scenarios/README.md lists them).
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "runtime/simulate/cluster.h"
#include "tests/simulator/levels.h"

namespace grovec::simulator {

/// What is known about a cluster besides its objects.
class Witness {
 public:
  void changed(const simulate::Change& change, simulate::Instant now);
  /// Names the pods that are there now.
  void remember(const std::string& name, const simulate::Store& store);
  /// From here on, what was down at once is counted anew.
  void watch() { levels_.restart(); }

  const Levels& levels() const { return levels_; }
  const std::set<std::string>* remembered(const std::string& name) const;
  /// When a pod that is there became Ready for the first time, exactly.
  std::optional<simulate::Instant> first_ready(const std::string& uid) const;

 private:
  Levels levels_;
  std::map<std::string, std::set<std::string>> remembered_;  // uids
  std::map<std::string, simulate::Instant> first_ready_;     // by uid
};

/// Whether what the sentences say (separated by commas) is so. Empty = yes; else what is not, and what is instead. A
/// sentence that nobody understands is not so.
std::string find_untrue(const std::string& text, const simulate::Store& store, const simulate::Key& set,
                        const Witness& witness);

/// The checks that end a scale test (reference: runtime 23.2), but the last: that is about a process. Empty = all hold.
std::string find_unsettled(const simulate::Store& store, const simulate::Key& set);
/// The same, but for being up to date: what OnDelete leaves alone may be old.
std::string find_unwell(const simulate::Store& store, const simulate::Key& set);

}  // namespace grovec::simulator

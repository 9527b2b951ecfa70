/// \file A real cluster as the simulator's store has it: what the watches tell, normalised as recordings are.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runtime/kube/watch.h"
#include "runtime/live/eyes/eyes.h"
#include "tests/simulator/trace.h"

namespace grovec::recorder {

/// Follows the kinds that sets are made of, in one namespace, and tells a trace what happens, in the order of resource
/// versions: watches run side by side, so each change waits a moment for what other watches may still bring.
class Mirror {
 public:
  Mirror(kube::Client& client, std::string namespace_);
  ~Mirror();
  Mirror(const Mirror&) = delete;
  Mirror& operator=(const Mirror&) = delete;

  bool has_listed() const;
  /// Takes in what has waited long enough; everything, if `all`.
  void settle(bool all = false);

  const simulate::Store& store() const { return store_; }
  simulator::Recorder& trace() { return trace_; }
  const simulator::Recorder& trace() const { return trace_; }
  simulate::Instant now() const;
  simulate::Instant last_change() const { return last_change_; }
  /// Real name of a pod by its alias; the name itself if it is none.
  std::string name_of(const std::string& alias) const;
  /// Node of a pod that was there at some time.
  std::string node_of(const std::string& alias) const;

 private:
  struct KindWatch;
  struct Pending {
    std::uint64_t version = 0;
    std::uint64_t order = 0;
    simulate::Instant at;
    bool is_gone = false, is_event = false;
    simulate::Object object;
    std::string on, source, reason, message;
    bool is_warning = false;
  };
  void take(Pending& p);
  void add(Pending p);

  kube::Client& client_;
  std::string namespace_;
  live::Eyes eyes_;
  simulate::Store store_;
  simulator::Recorder trace_;
  std::vector<Pending> pending_;
  std::vector<std::unique_ptr<KindWatch>> watches_;
  std::map<std::string, std::string> nodes_;  // by uid
  simulate::Instant last_change_;
  std::uint64_t order_ = 0;
};

}  // namespace grovec::recorder

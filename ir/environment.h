/// \file What a compile depends on besides the set itself: the operator's configuration and objects of the cluster.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ir/base/context.h"
#include "ir/value/copy.h"
#include "ir/value/value.h"

namespace grovec::ir {

enum class ApiMode : std::uint8_t { kUpstream, kExtended };

/// The parts of an OperatorConfiguration that change verdicts or objects (reference: admission 8, runtime 20.2).
struct OperatorConfig {
  std::vector<std::string> profiles = {"default-scheduler"};  ///< enabled scheduler backends, in order
  std::string default_profile = "default-scheduler";
  bool topology_aware_scheduling = false;
  bool auto_mnnvl = false;
  bool is_enabled(std::string_view scheduler) const {
    for (const std::string& p : profiles)
      if (p == scheduler) return true;
    return false;
  }
};

/// A ClusterTopologyBinding: levels from broad to narrow.
struct TopologyBinding {
  struct Level {
    std::string domain, key;
  };
  struct SchedulerBinding {
    std::string scheduler_name, topology_reference;
  };
  std::string name;
  std::vector<Level> levels;
  std::vector<SchedulerBinding> scheduler_bindings;
  OriginId at = kNowhere;
  /// Index of a domain, or -1.
  int level_of(std::string_view domain) const {
    for (std::size_t i = 0; i < levels.size(); ++i)
      if (levels[i].domain == domain) return static_cast<int>(i);
    return -1;
  }
};

/// A ResourceClaimTemplate of the cluster, or a ResourceClaim, called `claim/NAME`; `claim_spec` after the API's
/// defaults.
struct ExternalClaimTemplate {
  std::string namespace_, name;
  Value claim_spec;
  OriginId at = kNowhere;
};

/// A Volcano Queue of the cluster.
struct SchedulerQueue {
  std::string name, state;  ///< status.state, may be empty
};

/// What surrounds every set of a cluster. Owns all that it points at, so it outlives the contexts it was read in;
/// immutable once read, then any number of contexts and threads may use it.
class ClusterFacts {
 public:
  ClusterFacts() = default;
  ClusterFacts(const ClusterFacts&) = delete;
  ClusterFacts& operator=(const ClusterFacts&) = delete;

  OperatorConfig config;
  std::vector<TopologyBinding> bindings;
  std::vector<ExternalClaimTemplate> claim_templates;
  std::vector<SchedulerQueue> volcano_queues;
  std::vector<std::string> scheduler_topologies;  ///< names of KAI Topologies that somebody creates
  bool config_is_broken = false;                  ///< the configuration has mistakes: nobody knows what it was to say
  bool objects_are_broken = false;                ///< objects of the cluster were given, and some could not be read

  /// Where `at` of the bindings and templates and the origins of trees lead to.
  const Context& places() const { return memory_; }
  /// A tree, or a place, of another context as a copy that belongs to the facts.
  Value keep(const Context& from, const Value& tree) { return copy_tree(from, tree, memory_); }
  OriginId keep(const Context& from, OriginId at) { return copy_origin(from, at, memory_); }

  const TopologyBinding* find_binding(std::string_view wanted) const {
    for (const TopologyBinding& b : bindings)
      if (b.name == wanted) return &b;
    return nullptr;
  }

 private:
  Context memory_;
};

inline constexpr std::string_view kDefaultInitImage = "grove-initc:v0.1.0-dev";

/// What one request compiles a set with.
struct Environment {
  const ClusterFacts& facts;  ///< outlives everything that is compiled with it
  std::string init_image = std::string(kDefaultInitImage);
  ApiMode api = ApiMode::kUpstream;
  std::string default_namespace = "default";
  bool namespace_is_fixed = false;  ///< the user named it: objects of other namespaces are mistakes
};

}  // namespace grovec::ir

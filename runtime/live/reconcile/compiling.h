/// \file Sets of the cluster through the compiler, with what surrounds them there.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ir/base/result.h"
#include "ir/environment.h"
#include "runtime/decide/world.h"
#include "runtime/live/eyes/store.h"

namespace grovec::live {

using WorldPtr = std::shared_ptr<const decide::World>;

/// Compiles each content of a set once. Not thread-safe.
class Compiler {
 public:
  struct Options {
    std::string operator_config;  ///< a file, or empty: upstream's defaults
    std::string init_image = std::string(ir::kDefaultInitImage);
  };
  explicit Compiler(Options options) : options_(std::move(options)) {}

  /// Reads the configuration again, and these objects of the cluster. Sets are compiled anew.
  Result<Done> set_surroundings(const std::vector<std::shared_ptr<const LiveFact>>& objects);

  struct Outcome {
    WorldPtr world;  ///< null: there is no correct output
    std::string problem;
    bool is_new = false;  ///< compiled by this call
  };
  Outcome world_of(const SetKey& key, const LiveManifest& set);
  void forget(const SetKey& key) { memory_.erase(key); }
  const ir::ClusterFacts& facts() const { return *facts_; }

 private:
  struct Kept {
    std::uint64_t content = 0;
    WorldPtr world;
    std::string problem;
  };
  Options options_;
  std::shared_ptr<const ir::ClusterFacts> facts_ = std::make_shared<ir::ClusterFacts>();
  std::map<SetKey, Kept> memory_;
};

}  // namespace grovec::live

/// \file What goes wrong: writes that fail, answers that are lost, an operator that is killed, caches that lag. From a
/// seed.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "runtime/simulate/cluster.h"

namespace grovec::simulator {

/// Numbers from a seed, the same everywhere.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  /// 0 <= n < bound.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }

 private:
  std::uint64_t state_;
};

/// So often of a thousand writes.
struct FaultRates {
  std::uint32_t refused = 0, lost = 0, killed_before = 0, killed_after = 0;
};

/// Fates of writes, one after the other, from a seed.
simulate::FateOf random_fates(std::uint64_t seed, const FaultRates& rates);

/// A cache for each kind, each behind by up to so many milliseconds, differently for each change.
class LaggingCache final : public simulate::Cache {
 public:
  LaggingCache(std::uint64_t seed, std::int64_t most_ms) : random_(seed), most_ms_(most_ms) {}

  const simulate::Store& view() const override { return view_; }
  void notice(const std::vector<simulate::Change>& changes, simulate::Instant now) override;
  std::optional<simulate::Instant> next() const override;
  std::vector<simulate::Change> run(const simulate::Store& store, simulate::Instant now) override;
  void relist(const simulate::Store& store) override;

 private:
  struct Behind {
    std::optional<simulate::Instant> due;
    std::vector<simulate::Change> unseen;
  };
  Random random_;
  std::int64_t most_ms_;
  simulate::Store view_;
  std::array<Behind, simulate::kKinds> behind_;
};

}  // namespace grovec::simulator

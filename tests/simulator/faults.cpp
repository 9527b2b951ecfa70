#include "tests/simulator/faults.h"

#include <iterator>
#include <memory>

namespace grovec::simulator {

using simulate::Change;
using simulate::Fate;
using simulate::Instant;
using simulate::Kind;
using simulate::Store;

std::uint64_t Random::next() {  // splitmix64
  std::uint64_t z = state_ += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

simulate::FateOf random_fates(std::uint64_t seed, const FaultRates& rates) {
  return [random = Random(seed), rates](const decide::Action&, std::uint64_t) mutable {
    std::uint64_t n = random.below(1000);
    const auto hits = [&](std::uint32_t rate) {
      if (n < rate) return true;
      n -= rate;
      return false;
    };
    if (hits(rates.refused)) return Fate::kRefused;
    if (hits(rates.lost)) return Fate::kLost;
    if (hits(rates.killed_before)) return Fate::kKilledBefore;
    return hits(rates.killed_after) ? Fate::kKilledAfter : Fate::kDone;
  };
}

void LaggingCache::notice(const std::vector<Change>& changes, Instant now) {
  for (const Change& change : changes) {
    Behind& behind = behind_[static_cast<std::size_t>(change.object().key.kind)];
    behind.unseen.push_back(change);
    if (!behind.due)
      behind.due =
          now.plus(static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(most_ms_) + 1)) * 1'000'000);
  }
}

std::optional<Instant> LaggingCache::next() const {
  std::optional<Instant> first;
  for (const Behind& behind : behind_)
    if (behind.due && (!first || *behind.due < *first)) first = behind.due;
  return first;
}

std::vector<Change> LaggingCache::run(const Store& store, Instant now) {
  std::vector<Change> seen;
  for (std::size_t k = 0; k < simulate::kKinds; ++k) {
    Behind& behind = behind_[k];
    if (!behind.due || *behind.due > now) continue;
    view_.catch_up(store, static_cast<Kind>(k));
    seen.insert(seen.end(), behind.unseen.begin(), behind.unseen.end());
    behind = {};
  }
  return seen;
}

void LaggingCache::relist(const Store& store) {
  for (std::size_t k = 0; k < simulate::kKinds; ++k) {
    view_.catch_up(store, static_cast<Kind>(k));
    behind_[k] = {};
  }
}

}  // namespace grovec::simulator

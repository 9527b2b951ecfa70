/// \file Plays a file of steps against a simulated cluster with `decide` as the operator.
///
/// Steps come in order; the time between two lines of a recording is kept, but a wait ends when what it waits for is
/// there. The end is when nothing has changed for ten seconds.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/simulator/expectations.h"
#include "tests/simulator/faults.h"
#include "tests/simulator/people.h"
#include "tests/simulator/story.h"
#include "tests/simulator/trace.h"

namespace grovec::simulator {

struct PlayOptions {
  std::uint64_t seed = 1;
  FaultRates faults;        ///< of the operator's writes; killed, it is started again after a second
  std::int64_t lag_ms = 0;  ///< caches are behind by up to so much
  bool log = false;         ///< tell the story
  std::string folder;       ///< where files of `kubectl create -f` are
};

/// One run. Steps are taken one by one, so that scenarios and explorers can look in between.
class Player {
 public:
  explicit Player(const PlayOptions& options);
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;

  /// All steps of a recording, from `[before]` to the end. An error is a step that nobody understands or that never
  /// came to its end.
  Result<Done> play(const std::vector<Step>& steps);
  /// A scenario: one step after the other. An error is also an expectation that does not hold.
  Result<Done> play_scenario(const std::vector<Step>& steps);
  /// One step, now. Of a wait, the error is that it was in vain.
  Result<Done> take(const Step& step);
  /// So many random steps, up to two seconds apart, then until everything is quiet with nothing going wrong any more.
  /// An error is that the world is not well then. Steps that are refused are no error.
  Result<Done> walk(const std::string& input, std::uint32_t steps);
  /// Until nothing has changed for so long; at most an hour.
  void rest(std::int64_t quiet_ms);
  /// From here on, records are written.
  void start_recording();

  simulate::Cluster& cluster() { return cluster_; }
  const People& people() const { return people_; }
  const Recorder& recorder() const { return recorder_; }
  const std::string& story() const { return story_.text(); }
  std::string final_text() const { return simulator::final_text(cluster_.store, recorder_.aliases()); }

 private:
  class Ears;

  bool holds(const Step& step, simulate::Instant begin) const;
  simulate::Instant quiet_from(simulate::Instant begin) const;
  Result<Done> wait_until(const Step& step);
  simulate::Key set_key() const { return {Kind::kPodCliqueSet, people_.set_namespace(), people_.set()}; }
  void meet_operator();
  void trim_nodes();
  Result<Done> verdict() const;
  Result<Done> play_part(const std::vector<Step>& steps, bool before);

  bool advance(simulate::Instant limit);
  void run_until(simulate::Instant at);

  PlayOptions options_;
  std::optional<LaggingCache> cache_;
  std::optional<simulate::Instant> killed_at_;     ///< by a fault
  std::optional<simulate::Instant> parts_differ_;  ///< a decision by parts was not that on everything
  Surroundings surroundings_;
  simulate::Cluster cluster_;
  Recorder recorder_;
  Story story_;
  Witness witness_;
  People people_;
  std::unique_ptr<simulate::Watcher> ears_;
};

}  // namespace grovec::simulator

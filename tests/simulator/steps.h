/// \file Files of steps: what people do to a cluster, and what they wait for.
///
/// `[before] STEP` or `[12.3s] STEP`, as recordings have them (tests/fixtures/traces/README.md says what each means),
/// or a STEP without a time, as scenarios have them; scenarios have some steps of their own (scenarios/README.md). A
/// line that begins with blanks and `#` is a remark; `# refused: …` says that the step before it was not accepted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ir/base/result.h"

namespace grovec::simulator {

enum class StepKind : std::uint8_t {
  kCreate,     ///< text: the file
  kScale,      ///< object, number
  kPatch,      ///< object, text: the patch; merge
  kMetadata,   ///< object, text: k=v or k-; merge = labels
  kDelete,     ///< object
  kEvict,      ///< object
  kCordon,     ///< object (a pod: its node), or all nodes of the pool
  kUncordon,   ///< the same
  kPodStatus,  ///< object, text
  kReorder,    ///< text: names separated by commas
  kKill,
  kStart,
  kOperatorReady,
  kWait,       ///< number: milliseconds
  kWaitUntil,  ///< condition, object, number; patience
  // Of scenarios:
  kNodes,         ///< number: so many nodes of the pool are there from now on
  kScheduler,     ///< text: `gangs` or `one by one`
  kBehaviour,     ///< object (a PodClique), text
  kUncordonSome,  ///< number: so many nodes of the pool
  kExpect,        ///< text
  kRemember,      ///< text: a name for the pods that are there now
  kWatch,         ///< what was down at once is counted from here
};

enum class Until : std::uint8_t {
  kReadyAndQuiet,
  kQuiet,
  kEverythingGone,
  kSetGone,
  kPodsRun,  ///< number
  kUpdateEnded,
  kPodSelected,      ///< object: a PodClique
  kPodDone,          ///< object
  kReplicaSelected,  ///< object: a group
  kReplicaUpdated,   ///< number
};

struct Step {
  StepKind kind{};
  bool before = false;
  std::optional<std::int64_t> at;  ///< milliseconds since the start, as recorded
  std::string kind_word, object;   ///< `pclq` and `wl-0-pc-a`
  std::string text;
  std::int64_t number = 0;
  bool merge = false;
  Until until{};
  std::int64_t patience = 600'000;  ///< milliseconds that a wait lasts at most
  bool may_fail = false;            ///< `waited N s in vain until`
  bool refused = false;
  std::string line;  ///< as written, without the time
  std::uint32_t number_of_line = 0;
};

/// All steps of a file; an error names the line that nobody understands.
Result<std::vector<Step>> parse_steps(const std::string& text);

}  // namespace grovec::simulator

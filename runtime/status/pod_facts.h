/// \file What is known of one pod and matters when it does not run: a few words instead of the whole object.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/decide/observed.h"

namespace grovec::status {

/// What keeps a scheduled pod from being Ready, as the kubelet tells it: the first container that is not as it should
/// be.
enum class Trouble : std::uint8_t {
  kNone,
  kImage,      ///< the image cannot be pulled
  kContainer,  ///< the container cannot be made or started
  kCrash,      ///< it ended with an exit code, once or again and again
  kInitWaits,  ///< Grove's init container waits for other PodCliques
  kInitRuns,   ///< an init container of the user is still at work
  kCreating,   ///< nothing is started yet
  kStarting,   ///< a startup probe has not passed
  kNotReady,   ///< it runs, the readiness probe does not pass
  kGateUnmet,  ///< a readiness gate
};

/// A pod: what rules read (`live`) and what people want to know.
struct PodFacts {
  std::shared_ptr<const decide::LivePod> live;
  std::int32_t restarts = 0;
  Trouble trouble = Trouble::kNone;
  std::int32_t exit_code = 0;
  bool is_tried = false;                                        ///< a scheduler has set PodScheduled
  decide::SharedText node;                                      ///< spec.nodeName; null = none
  decide::SharedText scheduler;                                 ///< spec.schedulerName
  decide::SharedText scheduler_says;                            ///< message of PodScheduled=False
  decide::SharedText container, image;                          ///< in trouble
  decide::SharedText says;                                      ///< reason and message that go with the trouble
  decide::SharedText ended;                                     ///< status.reason and message of a pod that failed
  decide::SharedText disrupted;                                 ///< reason and message of DisruptionTarget=True
  decide::SharedText finalizers;                                ///< separated by commas
  std::vector<std::pair<std::string, std::int32_t>> waits_for;  ///< kInitWaits: PodClique, least number of Ready pods
  std::vector<std::string> claims;                              ///< names of ResourceClaims
};

PodFacts read_pod_facts(const ir::Value& tree, decide::Interner& interner);

/// One line of at most kLongestSentence bytes, cut at a character: control characters become blanks.
std::string one_line(std::string_view text);
inline constexpr std::size_t kLongestSentence = 400;

}  // namespace grovec::status

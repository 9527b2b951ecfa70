/// \file Kubelets of the simulated cluster: how a bound pod gets on, by its containers.
///
/// Init containers run one after the other. `grove-initc` waits, as the real one does, until each PodClique of its
/// arguments has as many Ready pods as it names: pods of the same gang whose label and controller say that they are of
/// that PodClique. Then the main containers start, fail as often as they are told to, and become ready.
#pragma once

#include <string_view>

#include "runtime/simulate/store.h"

namespace grovec::simulate {

/// How pods of a PodClique behave. Times in milliseconds.
struct Behaviour {
  std::int64_t ready_after = 0;  ///< from the start of the containers to Ready
  std::uint32_t crashes = 0;     ///< so often each pod's containers end with an error before they stay
  bool operator==(const Behaviour&) const = default;
};

enum class PodStep : std::uint8_t {
  kNone,
  kStart,  ///< the first or next init container, or the main containers
  kWait,   ///< grove-initc waits for others
  kReady,
  kCrash,
};

/// What the kubelet does next with a pod, if nobody else changes it.
PodStep next_step(const Store& store, const Object& pod, const Behaviour& behaviour);
/// Does it. Not for kNone and kWait.
void take_step(Store& store, const ObjectPtr& pod, PodStep step, const Behaviour& behaviour, Instant now);

struct ConditionText {
  std::string_view type;
  bool is_true = false;
  std::string_view reason, message;
};
/// A condition of a status, or null.
const ir::Value* find_condition(const ir::Value& status, std::string_view type);
/// The status with the condition set; lastTransitionTime moves only if its truth changes or it is new.
ir::Value with_condition(Arena& arena, const ir::Value& status, const ConditionText& condition, Instant now);

}  // namespace grovec::simulate

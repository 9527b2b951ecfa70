/// \file One edit, played to its end: the set asks for something else, `decide` acts, and a pod becomes Ready only when
/// there is nothing else left to do. What was there before and what is there after are the answer.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/decide/decide.h"

namespace grovec::plan {

/// A live PodCliqueSet as nothing but the user has touched it.
std::shared_ptr<const decide::LiveSet> newborn_set(const decide::World& world);
/// `live` after NEW has been applied to it: the size and metadata of the template of `world`. Keys of labels and
/// annotations that OLD had and NEW has not go; what others added stays.
std::shared_ptr<const decide::LiveSet> applied(const decide::LiveSet& live, const decide::World* old,
                                               const decide::World& world);
/// The world of a set that has been at rest for ever.
decide::Settled settled(const decide::World& world);

/// A pod by what stays the same when it is replaced.
struct PodPlace {
  std::string clique;  ///< name of the PodClique
  std::int32_t index = -1;
  auto operator<=>(const PodPlace&) const = default;
};

/// Something happened to pods of one PodClique, or to a whole one.
struct Event {
  std::uint32_t round = 0;  ///< between two rounds, pods became Ready
  bool is_create = false;
  std::string clique;
  std::uint32_t pods = 0;
  decide::Reason reason{};
  bool whole = false;  ///< the PodClique itself came or went
};

/// What was not Ready at the end of one round.
struct Moment {
  std::vector<PodPlace> not_ready;  ///< of the pods that were Ready in the beginning; sorted
  std::vector<std::string> gangs;   ///< below a minimum, and were not in the beginning
};

struct Play {
  decide::Settled start, end;
  std::vector<Event> events;
  std::vector<Moment> moments;
  bool came_to_rest = true;
};

/// Pure. `start.observed.set` is replaced by `set`. Objects of `start` outlive the play.
Play play(const decide::World& world, decide::Settled start, std::shared_ptr<const decide::LiveSet> set);

/// Where all plays begin; nothing reads a clock.
inline constexpr decide::Instant kBeginning = decide::Instant::from_seconds(1'767'225'600);  // 2026-01-01

}  // namespace grovec::plan

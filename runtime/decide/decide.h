/// \file The whole life of a set as one pure function: what to do now so that what lives becomes what is asked for.
///
/// No I/O, no clock, no globals, no memory of earlier calls: equal input, equal output. What has to be remembered is in
/// the objects (facts.h). The caller never decides on a world older than its own last write to that set.
#pragma once

#include "runtime/decide/actions.h"
#include "runtime/decide/world.h"

namespace grovec::decide {

/// The decision for a set that lives (`observed.set` may be marked for deletion), compiled as `world`.
Decision decide(const World& world, const Observed& observed, Instant now);

/// The decision for what is left of a set that is gone: `observed.set` is null.
Decision decide_leftovers(const Observed& observed, Instant now);

/// The fixed point of `decide` where every pod finds room and becomes Ready; what RollingRecreate never patches and
/// what OnDelete leaves alone stays as in `from`. Owns its objects.
struct Settled {
  Observed observed;
  std::vector<std::shared_ptr<const void>> memory;
};
Settled settle(const World& world, const Observed& from, Instant now);

/// The body of a create: from the plan, or from the live PodClique `clique` (Source::From::kClique), with `change` laid
/// over it, owner references with empty uids. Null for an action that creates nothing.
ir::Value body_of(const World& world, const Action& action, const LiveClique* clique, Arena& arena);
/// The body of a create with the uid of its controller filled in.
ir::Value with_owner_uid(Arena& arena, const ir::Value& body, std::string_view uid);

/// Whether the answer to a patch (the whole object, as it is stored now) has what was sent. If not, something in the
/// server took it away, and would do so again: the caller remembers the write as one that failed (FailedWrite::lacks).
bool was_kept(const Action& action, const ir::Value& answer);

}  // namespace grovec::decide

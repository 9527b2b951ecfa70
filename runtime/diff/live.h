/// \file Desired against live: whether an object needs a write, and the merge patch of exactly the fields that differ.
///
/// What is compared:
/// - Grove's own kinds (PodClique, PodCliqueScalingGroup, PodGang): the whole spec, labels and annotations, since
/// nobody
///   else may change them. Not `spec.replicas` of the two that scale: HPA, KEDA and people own it. Not the annotations
///   that keep facts or that schedulers add (`is_foreign_annotation`), and not `grove.io/` labels of PodGangs.
/// - all other kinds: only the fields that we set; what the API server, webhooks and people add stays. In pods, list
///   items that others add stay, too.
/// - never: names, owner references, `generateName`, status. Finalizers of ours are added to an object that is not
///   being deleted; those of others stay.
#pragma once

#include <vector>

#include "ir/desired/objects.h"
#include "runtime/diff/changes.h"
#include "runtime/diff/same.h"

namespace grovec::diff {

/// What should exist: an instance of a description. What it points at must outlive it.
struct Wanted {
  const ir::Description& description;
  const ir::Instance& instance;
  const ir::Counter& counter;

  Side side() const { return {&description.tree, &counter, instance}; }
};

/// Whether `live` needs no write. Allocates nothing if so (but for quantities that are spelled differently).
bool matches(const Wanted& wanted, const ir::Value& live);

/// The merge patch (RFC 7396) that makes `live` match, made in `arena`; null if it does already. A list that differs is
/// replaced as a whole, `finalizers` by the live ones and ours.
ir::Value merge_patch(Arena& arena, const Wanted& wanted, const ir::Value& live);

/// The fields in which they differ, for people: `before` is what lives, `after` what should be. None if `matches`.
/// Gates of a pod do not count: they go when its gang is there.
std::vector<FieldChange> live_changes(const Wanted& wanted, const ir::Value& live);

/// Grove's own kinds, of which nobody else owns a field of the spec (but `replicas`).
bool is_grove_kind(ir::ObjectKind kind);

/// Annotations on Grove's objects that are not made from the set: `grove.io/…`, `grovec.dev/…`, `kai.scheduler/…`.
bool is_foreign_annotation(std::string_view key);

}  // namespace grovec::diff

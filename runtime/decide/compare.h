/// \file What of a live object is not as we write it: patches for metadata and spec (reference: runtime 25, 27).
#pragma once

#include <string_view>

#include "runtime/decide/draft.h"

namespace grovec::decide {

/// Numbers of live objects are no business of a description: actions say them.
const ir::Counter& no_counts();

/// The object of the plan for these indices. Sizes in it are 0: every action says them itself.
ir::Value wanted_tree(const World& world, ir::DescriptionId id, const ir::Instance& instance, Arena& arena);

/// The controller that an object should have.
struct WantedOwner {
  std::string_view api_version, kind, name, uid;
};
WantedOwner set_owner(const LiveView& view);
WantedOwner group_owner(const LiveGroup& group);
WantedOwner gang_owner(const LiveGang& gang);
WantedOwner clique_owner(const LiveClique& clique);
ObjectKey key_of(const WantedOwner& owner);

/// Whether the controller is the wanted one and complete, so that nothing is to be patched.
bool has_owner(const LiveMeta& meta, const WantedOwner& owner);

/// {"ownerReferences": […]} with ours in its place, others kept; null if it is there. Not for an object that somebody
/// else controls.
ir::Value owner_patch(Arena& a, const LiveMeta& meta, const WantedOwner& owner);
/// {"finalizers": […]} with this one added; null if it is there.
ir::Value finalizer_patch(Arena& a, const LiveMeta& meta, std::string_view finalizer);

/// Labels or annotations as a whole: what `wanted` lacks is removed, but keys for which `keep` says so.
ir::Value whole_map_patch(Arena& a, const ir::Value& live, const ir::Value& wanted, bool (*keep)(std::string_view key));
bool is_fact(std::string_view key);  ///< of our own annotations, for `keep`

/// A member of `map` replaced; the map itself if it has that value already.
ir::Value with_text(Arena& a, const ir::Value& map, std::string_view key, std::string_view value);

/// Labels that say what an object or pod is (reference: runtime 2.1), without the template hash.
bool is_identity_label(std::string_view key);
/// Only the identity labels of a map.
ir::Value identity_labels(Arena& a, const ir::Value& labels);

/// A patch of `metadata` and `spec` (either may be null), added to the draft if there is anything. With the
/// resourceVersion if it replaces finalizers or owner references.
void add_patch(Draft& d, Stage stage, Kind kind, const LiveMeta& meta, const ir::Value& metadata, const ir::Value& spec,
               Why why);

}  // namespace grovec::decide

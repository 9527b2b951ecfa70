#include "runtime/live/eyes/seen.h"

namespace grovec::live {

namespace {

const decide::LiveMeta* meta_of(const Seen& seen) {
  if (const auto* clique = seen.as<decide::LiveClique>()) return &clique->meta;
  if (const auto* group = seen.as<decide::LiveGroup>()) return &group->meta;
  if (const auto* set = seen.as<LiveManifest>()) return &set->live.meta;
  if (const auto* gang = seen.as<decide::LiveGang>()) return &gang->meta;
  if (const auto* object = seen.as<decide::LiveObject>()) return &object->meta;
  return nullptr;
}

}  // namespace

bool is_marked(const Seen& seen) {
  if (const auto* pod = seen.as<decide::LivePod>()) return pod->is_marked();
  const decide::LiveMeta* meta = meta_of(seen);
  return meta && meta->deleted.has_value();
}

bool is_going(const Seen& seen) {
  const decide::LiveMeta* meta = meta_of(seen);
  return meta && meta->deleted && meta->finalizers.empty();
}

}  // namespace grovec::live

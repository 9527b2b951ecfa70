#include "runtime/live/eyes/seen.h"

namespace grovec::live {

bool is_marked(const Seen& seen) {
  if (const auto* pod = seen.as<decide::LivePod>()) return pod->is_marked();
  if (const auto* c = seen.as<decide::LiveClique>()) return c->meta.deleted.has_value();
  if (const auto* g = seen.as<decide::LiveGroup>()) return g->meta.deleted.has_value();
  if (const auto* n = seen.as<decide::LiveGang>()) return n->meta.deleted.has_value();
  if (const auto* o = seen.as<decide::LiveObject>()) return o->meta.deleted.has_value();
  const auto* set = seen.as<LiveManifest>();
  return set && set->live.meta.deleted.has_value();
}

}  // namespace grovec::live

#include "runtime/live/commands/table.h"

#include "runtime/live/commands/scale.h"
#include "runtime/live/commands/status.h"
#include "runtime/live/reconcile/command.h"

namespace grovec::live {

std::span<const Entry> commands() {
  static constexpr Entry kEntries[] = {
      {"delete", "delete a PodCliqueSet and wait until everything of it is gone", delete_command},
      {"reconcile", "keep the cluster equal to what its PodCliqueSets ask for", reconcile},
      {"rollout", "wait until an update has ended", rollout_command},
      {"scale", "change a count, and say what is gated or removed", scale_command},
      {"status", "what lives of PodCliqueSets, and why something does not run", status_command},
  };
  return kEntries;
}

}  // namespace grovec::live

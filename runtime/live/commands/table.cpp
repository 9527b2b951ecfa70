#include "runtime/live/commands/table.h"

#include "runtime/live/commands/scale.h"
#include "runtime/live/commands/status.h"

namespace grovec::live {

std::span<const Entry> commands() {
  static constexpr Entry kEntries[] = {
      {"delete", delete_command},
      {"rollout", rollout_command},
      {"scale", scale_command},
      {"status", status_command},
  };
  return kEntries;
}

}  // namespace grovec::live

// Commands that grovec-live runs: rows of the table, so that help, completion and man pages know them.
#include <vector>

#include "runtime/cli/commands.h"
#include "runtime/terminal/live_commands.h"

namespace grovec::cli {

std::span<const Command> handed_over_commands() {
  static const std::vector<Command> kAll = [] {
    std::vector<Command> out;
    for (const LiveCommand& c : live_commands())
      if (c.has_own_row)
        out.push_back({c.name, c.summary, c.usage, c.examples, c.options,
                       c.name == "status" ? run_status_of_dump : nullptr, /*writes_file=*/false, /*is_live=*/true});
    return out;
  }();
  return kAll;
}

}  // namespace grovec::cli

// grovec-live: the commands that talk to a cluster. People type `grovec`, which hands over to this program.
#include <csignal>
#include <string>
#include <vector>

#include "runtime/driver/version.h"
#include "runtime/kube/redact.h"
#include "runtime/live/cmd_cluster.h"
#include "runtime/live/commands/apply.h"
#include "runtime/live/commands/live_diff.h"
#include "runtime/live/commands/live_graph.h"
#include "runtime/live/commands/live_plan.h"
#include "runtime/live/commands/scale.h"
#include "runtime/live/commands/status.h"
#include "runtime/live/connect.h"
#include "runtime/live/reconcile/command.h"
#include "runtime/terminal/live_commands.h"

namespace {

using namespace grovec;

struct Row {
  std::string_view name;
  int (*run)(const cli::Options& options);
};
constexpr Row kRows[] = {
    {"apply", live::run_apply},         {"cluster", live::run_cluster},  {"delete", live::run_delete},
    {"diff", live::run_live_diff},      {"graph", live::run_live_graph}, {"plan", live::run_live_plan},
    {"reconcile", live::run_reconcile}, {"rollout", live::run_rollout},  {"scale", live::run_scale},
    {"status", live::run_status},
};

int run(std::vector<std::string> args) {
  if (!args.empty() && args[0].starts_with(cli::kHandOverOption)) {
    const std::string version = args[0].substr(cli::kHandOverOption.size());
    if (version != driver::kVersion)
      return live::fail({"`grovec` is version " + version + " and `grovec-live` is version " +
                             std::string(driver::kVersion) + "; install both from one package",
                         Error::kUsage});
    args.erase(args.begin());
  }
  if (args.empty())
    return live::fail({"this program is started by `grovec`; `grovec --help` lists the commands", Error::kUsage});
  for (const cli::LiveCommand& command : cli::live_commands()) {
    if (command.name != args[0]) continue;
    std::vector<cli::OptionSpec> specs(command.options.begin(), command.options.end());
    specs.insert(specs.end(), std::begin(cli::kCommonOptions), std::end(cli::kCommonOptions));
    Result<cli::Options> options = cli::parse_options(specs, std::span(args).subspan(1));
    if (!options) return live::fail(options.error());
    for (const Row& row : kRows)
      if (row.name == command.name) return row.run(*options);
  }
  return live::fail({"`grovec-live` has no command `" + args[0] + "`", Error::kUsage});
}

}  // namespace

int main(int argc, char** argv) {
  grovec::cli::set_message_filter([](std::string_view text) { return grovec::kube::redact(text); });
  std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away is an error code of write, not a death
  return run({argv + (argc > 0 ? 1 : 0), argv + argc});
}

// grovec initc: the init container's program, for images in which `grovec` is the entry point.
#include <string>
#include <vector>

#include "runtime/cli/commands.h"
#include "runtime/cli/hand_over.h"

namespace grovec::cli {
namespace {

constexpr OptionSpec kOptions[] = {
    {"--podcliques", {}, "NAME:COUNT", "wait for COUNT Ready pods of this PodClique; may be given several times", {}},
};

int run(const Options& options) {
  std::vector<std::string> args;
  for (const std::string& wanted : options.all("--podcliques")) args.push_back("--podcliques=" + wanted);
  if (!options.operands().empty()) return fail(kUsage, "`initc` takes no files: write --podcliques=NAME:COUNT");
  return hand_over(args, kInitcProgram);
}

}  // namespace

extern const Command kInitcCommand;
constinit const Command kInitcCommand{
    "initc",
    "in a pod's init container: wait for the pods that start first",
    "grovec initc --podcliques=NAME:COUNT...",
    "  grovec initc --podcliques=llm-0-frontend:1 --podcliques=llm-0-router:2\n",
    kOptions,
    run,
    /*writes_file=*/false,
};

}  // namespace grovec::cli

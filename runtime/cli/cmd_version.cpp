#include <unistd.h>

#include "runtime/cli/commands.h"
#include "runtime/driver/version.h"
#include "runtime/output/output.h"

namespace grovec::cli {

namespace {

constexpr OptionSpec kOptions[] = {
    {"--output", "-o", "FORMAT", "how to print", "text|json"},
};

int run(const Options& options) {
  if (!options.operands().empty()) return fail(kUsage, "`version` takes no file");
  driver::FdWriter out(STDOUT_FILENO, "standard output");
  if (options.get("--output", "text") == "json") {
    out.write("{\"format_version\":1,\"version\":\"" + std::string(driver::kVersion) + "\",\"upstream_commit\":\"" +
              std::string(driver::kUpstreamCommit) + "\",\"kubernetes_versions\":[\"" +
              std::string(driver::kKubernetesVersion) + "\"]}\n");
  } else {
    out.write("grovec " + std::string(driver::kVersion) + " (Grove " + std::string(driver::kUpstreamCommit) +
              ", Kubernetes " + std::string(driver::kKubernetesVersion) + ")\n");
  }
  Result<Done> done = out.finish();
  return done ? kClean : fail(done.error());
}

}  // namespace

extern const Command kVersionCommand;
constinit const Command kVersionCommand{"version",
                                        "print the version, the upstream commit and the Kubernetes tables",
                                        "grovec version [-o json]",
                                        "  grovec version -o json\n",
                                        kOptions,
                                        run};

}  // namespace grovec::cli

#include <unistd.h>

#include "runtime/cli/commands.h"
#include "runtime/driver/version.h"
#include "runtime/output/json_stream.h"
#include "runtime/output/output.h"
#include "schemas/former_names.h"

namespace grovec::cli {

namespace {

constexpr OptionSpec kOptions[] = {
    {"--output", "-o", "FORMAT", "how to print", "text|json"},
};

int run(const Options& options) {
  if (!options.operands().empty()) return fail(kUsage, "`version` takes no file");
  driver::FdWriter out(STDOUT_FILENO, "standard output");
  const std::string release(schemas::kNearestRelease), ahead = std::to_string(schemas::kCommitsAhead);
  if (options.get("--output", "text") == "json") {
    std::string text;
    driver::JsonStream json(text);
    json.begin_object().member("format_version", 1).member("version", driver::kVersion);
    json.member("upstream_commit", driver::kUpstreamCommit).member("upstream_date", driver::kUpstreamDate);
    json.member("upstream_release", release).member("upstream_commits_ahead", std::int64_t{schemas::kCommitsAhead});
    json.member("platform", driver::kPlatform).key("kubernetes_versions").begin_list();
    json.value(driver::kKubernetesVersion).end_list().end_object();
    out.write(text + "\n");
  } else {
    out.write("grovec " + std::string(driver::kVersion) + " (Grove " + std::string(driver::kUpstreamCommit) + " of " +
              std::string(driver::kUpstreamDate) + ", nearest release " + release + " + " + ahead +
              " commits; Kubernetes " + std::string(driver::kKubernetesVersion) + "; " +
              std::string(driver::kPlatform) + ")\n");
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

#include "runtime/live/commands/live_plan.h"

#include <algorithm>

#include "runtime/cli/commands.h"
#include "runtime/cli/plan/planning.h"
#include "runtime/driver/version.h"
#include "runtime/live/commands/kept_plan.h"
#include "runtime/live/commands/live_diff.h"
#include "runtime/live/commands/look.h"
#include "runtime/output/output.h"

namespace grovec::live {

using cli::Options;

namespace {

Result<Done> keep(Cluster& cluster, const Options& options, const cli::Planned& plan) {
  Arena arena;
  Result<std::vector<Document>> documents = documents_of(cluster, *plan.newer, arena);
  if (!documents) return documents.error();
  KeptPlan kept{std::string(driver::kVersion), arguments_of(options), {}, {}};
  for (const Document& d : *documents) {
    kept.documents.push_back(sent_of(d));
    if (!d.is_set) continue;
    Result<Tree> stored = get_object(*cluster.client, d.path, d.title);
    if (!stored && stored.error().kind != Error::kGone) return stored.error();
    kept.sets.push_back(set_of(d, stored ? &stored->root : nullptr));
  }
  return driver::write_file_atomically(std::string(options.get("--out")), kept_text(kept, cli::plan_text(plan, false)));
}

}  // namespace

int run_live_plan(const Options& options) {
  cli::set_habits(options);
  if (Result<Done> good = cli::check_plan_options(options); !good) return fail(good.error());
  const std::vector<std::string> operands = options.operands();
  if (options.has("--out") && std::find(operands.begin(), operands.end(), "-") != operands.end())
    return fail(kUsage, "a plan of standard input cannot be kept");
  Result<std::unique_ptr<Cluster>> cluster = reach(options);
  if (!cluster) return fail(cluster.error());
  Result<driver::CompileRequest> request = documents_request(options, **cluster);
  if (!request) return fail(request.error());
  cli::PlanInputs inputs;
  inputs.older = inputs.newer = std::move(*request);
  inputs.has_old = false;
  inputs.look = [&](const driver::Compilation& next) { return look_at(**cluster, next); };
  int exit_code = kClean;
  const std::unique_ptr<cli::Planned> plan = cli::make_plan(options, inputs, exit_code);
  if (!plan) return exit_code;
  if (options.has("--out"))
    if (Result<Done> kept = keep(**cluster, options, *plan); !kept) return fail(kept.error());
  return cli::finish_plan(options, *plan);
}

}  // namespace grovec::live

// plan: what an edit restarts, in which order, what is down at once, and what is refused.
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "runtime/cli/compiling.h"
#include "runtime/cli/plan/planning.h"
#include "runtime/output/output.h"

namespace grovec::cli {

namespace {

constexpr OptionSpec kOptions[] = {
    {"--output", "-o", "FORMAT", "how to print; markdown fits into a comment of a pull request",
     "text|json|markdown|html"},
    {"--old-ref", {}, "GITREF", "OLD is what this commit has of the sets in the operands, wherever they stood", {}},
    {"--old-env", {}, "NAME", "environment of the older .grove file (default: --env)", {}},
    {"--dump", {}, "FILE", "begin with what `kubectl get ... -o yaml` printed, not with OLD at rest", {}},
    {"--only-manifests", {}, {}, "treat files as a walk does: what is no manifest is passed over (for hooks)", {}},
    {"--detailed-exitcode", {}, {}, "exit with 4 if anything changes", {}},
    {"--fail-on",
     {},
     "WHAT",
     "exit with 1 if that happens, or anything to its right: scale, roll, delete",
     "scale|roll|delete"},
    {"--max-gpus", {}, "N", "exit with 1 if more GPUs restart", {}},
    {"--max-gpus-down", {}, "N", "exit with 1 if more GPUs are down at once", {}},
    GROVEC_INPUT_OPTIONS,
    {"--live", {}, {}, "begin with what lives in the cluster; --out FILE keeps the plan for `apply FILE`", {}},
    {"--kubeconfig", {}, "FILE", "with --live: instead of KUBECONFIG and ~/.kube/config", {}},
    {"--context", {}, "NAME", "with --live: instead of the current context", {}},
    {"--insecure-skip-tls-verify", {}, {}, "with --live: do not verify the server's certificate", {}},
    {"--verbose", "-v", {}, "with --live: show requests as they are made (twice: more)", {}},
};

Result<PlanInputs> inputs_of(const Options& options) {
  Result<driver::CompileRequest> request = compile_request(options);
  if (!request) return request.error();
  request->owner_references = true;
  request->may_be_empty = true;  // a file that is new, or gone
  request->manifests_only = true;
  request->input.as_walked = options.has("--only-manifests");
  PlanInputs in;
  in.newer = in.older = *request;
  in.old_ref = options.get("--old-ref");
  in.dump = options.get("--dump");
  if (options.has("--old-env")) in.older.language.env = options.get("--old-env");
  std::vector<std::string>& all = in.newer.operands;
  if (options.has("--old-ref") && in.old_ref.empty())
    return Error{"`--old-ref` needs the name of a commit", Error::kUsage};
  if (!in.old_ref.empty() || (!in.dump.empty() && all.size() == 1)) {
    if (all.empty()) return Error{"`plan` needs the files of NEW", Error::kUsage};
    if (!in.old_ref.empty() && !in.dump.empty())
      return Error{"`--old-ref` and `--dump` both say what OLD is", Error::kUsage};
    for (const std::string& operand : all)
      if (operand == "-" && !in.old_ref.empty())
        return Error{"`--old-ref` needs files, not standard input", Error::kUsage};
    in.has_old = false;
  } else {
    if (all.size() != 2)
      return Error{"`plan` compares two inputs, OLD and NEW; or NEW with `--old-ref GITREF` or `--dump FILE`",
                   Error::kUsage};
    in.older.operands.resize(1);
    all.erase(all.begin());
  }
  const auto is_stream = [](const std::vector<std::string>& list) { return !list.empty() && list.front() == "-"; };
  if (is_stream(all) + (in.has_old && is_stream(in.older.operands)) + (in.dump == "-") > 1)
    return Error{"standard input can be one of the inputs only", Error::kUsage};
  return in;
}

Result<std::optional<std::uint64_t>> number_of(const Options& options, std::string_view name) {
  if (!options.has(name)) return std::optional<std::uint64_t>();
  const std::string_view text = options.get(name);
  std::uint64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc() || end != text.data() + text.size())
    return Error{"`" + std::string(name) + "` needs a number", Error::kUsage};
  return std::optional(n);
}

void check_level(const Options& options, Planned& plan) {
  const std::string_view level = options.get("--fail-on");
  if (level.empty()) return;
  const bool deletes =
      std::any_of(plan.sets.begin(), plan.sets.end(), [](const auto& s) { return s.action == plan::Action::kDelete; });
  const bool rolls = plan.restarts.pods > 0, scales = plan.added.pods + plan.removed.pods > 0;
  std::string what;
  if (deletes)
    what = "a set is deleted";
  else if (rolls && level != "delete")
    what = "pods restart";
  else if (scales && level == "scale")
    what = "counts of pods change";
  if (!what.empty()) plan.gates.push_back("--fail-on " + std::string(level) + ": " + what);
}

Result<Done> check_gates(const Options& options, Planned& plan) {
  check_level(options, plan);
  const auto most = [&](std::string_view name, std::uint64_t found, std::string_view what) -> Result<Done> {
    const Result<std::optional<std::uint64_t>> limit = number_of(options, name);
    if (!limit) return limit.error();
    if (*limit && found > **limit)
      plan.gates.push_back(std::string(name) + " " + std::to_string(**limit) + ": " + std::to_string(found) + " " +
                           std::string(what));
    return Done{};
  };
  if (Result<Done> done = most("--max-gpus", plan.restarts.gpus, "GPUs restart"); !done) return done;
  return most("--max-gpus-down", plan.down_at_once.gpus, "GPUs are down at once");
}

int run(const Options& options) {
  for (const char* live : {"--kubeconfig", "--context", "--insecure-skip-tls-verify", "--verbose"})
    if (options.has(live)) return fail(kUsage, "`" + std::string(live) + "` is for a cluster: it needs `--live`");
  Result<PlanInputs> inputs = inputs_of(options);
  if (!inputs) return fail(inputs.error());
  if (Result<Done> good = check_plan_options(options); !good) return fail(good.error());
  int exit_code = kClean;
  const std::unique_ptr<Planned> plan = make_plan(options, *inputs, exit_code);
  return plan ? finish_plan(options, *plan) : exit_code;
}

}  // namespace

Result<Done> check_plan_options(const Options& options) {
  for (const std::string_view name : {"--max-gpus", "--max-gpus-down"})
    if (auto n = number_of(options, name); !n) return n.error();
  return Done{};
}

int finish_plan(const Options& options, Planned& plan) {
  if (Result<Done> gates = check_gates(options, plan); !gates) return fail(gates.error());
  const std::string_view format = options.get("--output", "text");
  driver::FdWriter out(STDOUT_FILENO, "standard output");
  out.write(format == "json"       ? plan_json(plan)
            : format == "markdown" ? plan_markdown(plan)
            : format == "html"     ? plan_html(plan)
                                   : plan_text(plan, use_color(STDOUT_FILENO)));
  if (Result<Done> done = out.finish(); !done) return fail(done.error());
  for (const std::string& gate : plan.gates) print_error("grovec: " + gate + "\n");
  if (plan.is_forbidden() || !plan.gates.empty()) return kFound;
  return options.has("--detailed-exitcode") && plan.changes_anything() ? kChanges : kClean;
}

extern const Command kPlanCommand;
constinit const Command kPlanCommand{
    "plan",
    "what an edit restarts, in which order, and what is refused",
    "grovec plan [OPTIONS] OLD NEW\n       grovec plan [OPTIONS] --old-ref GITREF NEW...\n"
    "       grovec plan --live [OPTIONS] NEW...",
    "  grovec plan old.yaml new.yaml\n"
    "  grovec plan --old-ref origin/main -R deploy/\n"
    "  kubectl get pcs,pcsg,pclq,podgang,pod,svc,hpa -o yaml | grovec plan --dump - new.yaml\n"
    "  grovec plan --old-ref main -o markdown -R deploy/ > comment.md\n"
    "  grovec plan --fail-on delete --max-gpus-down 64 old.yaml new.yaml\n"
    "  grovec plan --live --out llm.plan new.yaml && grovec apply llm.plan\n",
    kOptions,
    run,
    /*writes_file=*/true,
    /*is_live=*/false,
    "--live"};

}  // namespace grovec::cli

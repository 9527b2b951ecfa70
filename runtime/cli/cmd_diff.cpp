// diff: the objects of two inputs, field by field.
#include <unistd.h>

#include "runtime/cli/compiling.h"
#include "runtime/cli/diffing.h"
#include "runtime/cli/plan/dump.h"
#include "runtime/output/output.h"

namespace grovec::cli {

namespace {

constexpr OptionSpec kOptions[] = {
    {"--output", "-o", "FORMAT", "how to print; markdown fits into a comment of a pull request", "text|json|markdown"},
    {"--all", {}, {}, "list equal replicas one by one", {}},
    {"--emit", {}, "WHAT", "objects: all; resources: without pods", "objects|resources"},
    {"--old-env", {}, "NAME", "environment of the older .grove file (default: --env)", {}},
    GROVEC_COMPILE_OPTIONS,
    {"--dump", {}, "FILE", "compare what NEW compiles to with what `kubectl get ... -o yaml` printed", {}},
    {"--live", {}, {}, "compare with the cluster: what applying FILE... would change", {}},
    {"--children", {}, {}, "with --live: also compare the objects that sets compile to with what runs", {}},
    {"--kubeconfig", {}, "FILE", "with --live: instead of KUBECONFIG and ~/.kube/config", {}},
    {"--context", {}, "NAME", "with --live: instead of the current context", {}},
    {"--insecure-skip-tls-verify", {}, {}, "with --live: do not verify the server's certificate", {}},
    {"--verbose", "-v", {}, "with --live: show requests as they are made (twice: more)", {}},
};

int print_differences(const Options& options, Differences& d) {
  const std::string_view format = options.get("--output", "text");
  driver::FdWriter out(STDOUT_FILENO, "standard output");
  out.write(format == "json"       ? diff_json(d)
            : format == "markdown" ? diff_markdown(d)
                                   : diff_text(d, use_color(STDOUT_FILENO)));
  Result<Done> done = out.finish();
  if (!done) return fail(done.error());
  return d.empty() ? kClean : kFound;
}

// The objects of sets against those of a dump.
int run_dump(const Options& options, driver::CompileRequest request) {
  if (request.operands.empty()) return fail(kUsage, "`diff --dump` needs the files of NEW");
  request.owner_references = true;
  int exit_code = kClean;
  const std::unique_ptr<driver::Compilation> c = compile_or_report(options, request, exit_code);
  if (!c) return exit_code;
  Dump dump;
  if (Result<Done> read = dump.read(std::string(options.get("--dump"))); !read) return fail(read.error());
  Differences d;
  const std::string otherwise = request.namespace_.empty() ? "default" : request.namespace_;
  for (const auto& set : c->sets) {
    const std::string_view named = set->module.spec.namespace_;
    compare_children(*set, dump, named.empty() ? otherwise : named,
                     {.with_pods = options.get("--emit") != "resources", .fold = !options.has("--all")}, d);
  }
  return print_differences(options, d);
}

int run(const Options& options) {
  for (const char* live : {"--children", "--kubeconfig", "--context", "--insecure-skip-tls-verify", "--verbose"})
    if (options.has(live)) return fail(kUsage, "`" + std::string(live) + "` is for a cluster: it needs `--live`");
  Result<driver::CompileRequest> request = compile_request(options);
  if (!request) return fail(request.error());
  if (options.has("--dump")) return run_dump(options, std::move(*request));
  if (request->operands.size() != 2) return fail(kUsage, "`diff` compares two inputs: OLD and NEW");
  if (request->operands[0] == "-" && request->operands[1] == "-")
    return fail(kUsage, "standard input can be one of the two inputs only");
  request->may_be_empty = true;  // a file that is new, or gone
  request->manifests_only = true;
  driver::CompileRequest older = *request, newer = *request;
  older.operands.resize(1);
  newer.operands.erase(newer.operands.begin());
  if (options.has("--old-env")) older.language.env = options.get("--old-env");
  int exit_code = kClean;
  const std::unique_ptr<driver::Compilation> a = compile_or_report(options, older, exit_code);
  if (exit_code > kFound) return exit_code;
  int second = kClean;
  const std::unique_ptr<driver::Compilation> b = compile_or_report(options, newer, second);
  if (!a || !b) return std::max(exit_code, second);

  Differences d;
  compare(*a, *b,
          {.with_pods = options.get("--emit") != "resources",
           .fold = !options.has("--all"),
           .default_namespace = request->namespace_.empty() ? "default" : std::string_view(request->namespace_)},
          d);
  return print_differences(options, d);
}

}  // namespace

extern const Command kDiffCommand;
constinit const Command kDiffCommand{
    "diff",
    "compare the objects of two inputs, field by field",
    "grovec diff [OPTIONS] OLD NEW\n       grovec diff --dump DUMP [OPTIONS] FILE...\n"
    "       grovec diff --live [--children] [OPTIONS] FILE...",
    "  grovec diff old.yaml new.yaml\n"
    "  git show main:llm.yaml | grovec diff - llm.yaml           what a branch changes\n"
    "  grovec diff --old-env staging --env prod llm.grove llm.grove\n"
    "  grovec diff -o markdown old/ new/ > comment.md            for a pull request\n"
    "  grovec diff --live -n serving llm.grove                   what applying it would change\n"
    "  grovec diff --live --children llm.grove                   and what of it runs otherwise\n",
    kOptions,
    run,
    /*writes_file=*/true,
    /*is_live=*/false,
    "--live"};

}  // namespace grovec::cli

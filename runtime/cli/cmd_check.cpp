// check: the verdict of the API server and of upstream's webhooks on every document, and every mistake with its line.
#include <unistd.h>

#include <cstdlib>

#include "runtime/cli/compiling.h"
#include "runtime/cli/report.h"
#include "runtime/driver/fix.h"
#include "runtime/output/output.h"
#include "runtime/terminal/text_diff.h"

namespace grovec::cli {

namespace {

constexpr OptionSpec kOptions[] = {
    {"--output", "-o", "FORMAT", "how to print", "text|json|sarif|junit|github|gitlab"},
    {"--filename", "-f", "FILE", "a manifest, a directory, a glob, or `-` (may be repeated)", {}},
    {"--recursive", "-R", {}, "read directories with their subfolders", {}},
    {"--stdin-filename", {}, "NAME", "what `-` is called; a name that ends in .grove gives its form", {}},
    {"--old", {}, "FILE", "check an update: the set as it was submitted before", {}},
    {"--old-ref", {}, "REF", "check an update: the files as they are in this git commit", {}},
    {"--with", {}, "FILE", "objects of the cluster: ClusterTopologyBindings, ResourceClaimTemplates", {}},
    {"--operator-config", {}, "FILE", "the operator's configuration", {}},
    {"--namespace", "-n", "NAME", "namespace of sets that name none; others must agree", {}},
    {"--api", {}, "MODE", "exactly upstream's API, or with grovec's extensions", "upstream|extended"},
    {"--kubernetes-version", {}, "VERSION", "tables to use: 1.35, v1.35 or 1.35.N", {}},
    {"--warning", "-W", "CODE=LEVEL", "level of a lint or warning: error, warn or off (may be repeated)", {}},
    {"--exclude", {}, "GLOB", "paths that a walk passes over, `**` for any folders (may be repeated)", {}},
    {"--only-manifests", {}, {}, "treat files as a walk does: what is no manifest is not checked (for hooks)", {}},
    {"--allow-none", {}, {}, "a walk may meet no PodCliqueSet", {}},
    {"--fail-on", {}, "LEVEL", "what makes the exit code 1", "error|warn"},
    {"--fix", {}, "[=WHICH]", "rewrite files: fixes that are safe, or all of them", "safe|all"},
    {"--dry-run", {}, {}, "with --fix: write nothing, print the differences", {}},
    {"--exit-on-fix", {}, {}, "with --fix: exit code 1 if something was fixed, for hooks", {}},
    {"--config", {}, "FILE", "instead of the .grovec.yaml beside or above each file", {}},
    {"--config-ref", {}, "REF", "suppressions as they are in this git commit; says what the change adds", {}},
    GROVEC_JOBS_OPTION,
    {"--env", {}, "NAME", "environment of .grove files", {}},
    {"--env-all", {}, {}, "every environment that a .grove file declares", {}},
    {"--set", {}, "NAME=VALUE", "parameter of .grove files (may be repeated)", {}},
    {"--values", {}, "FILE", "parameters of .grove files (may be repeated)", {}},
    {"--include-root", {}, "DIR", "folder that includes of .grove files stay in", {}},
};

Result<driver::CheckRequest> check_request(const Options& options) {
  Result<driver::CompileRequest> common = compile_request(options, false);
  if (!common) return common.error();
  driver::CheckRequest r;
  r.operands = common->operands;
  r.input = common->input;
  r.language = common->language;
  r.with = common->with;
  r.operator_config = common->operator_config;
  r.namespace_ = common->namespace_;
  r.api = common->api;
  r.old_file = options.get("--old");
  r.env_all = options.has("--env-all");
  if (r.env_all && options.has("--env")) return Error{"`--env` and `--env-all` exclude each other", Error::kUsage};
  r.only_manifests = options.has("--only-manifests");
  r.allow_none = options.has("--allow-none");
  r.old_ref = options.get("--old-ref");
  if (!r.old_file.empty() && !r.old_ref.empty())
    return Error{"`--old` and `--old-ref` exclude each other", Error::kUsage};
  for (const std::string& level : options.all("--warning")) {
    Result<Done> parsed = driver::parse_level(level, r.levels);
    if (!parsed) return parsed.error();
  }
  if (options.has("--config")) {
    Result<driver::SuppressionFile> file = driver::read_suppression_file(std::string(options.get("--config")));
    if (!file) return file.error();
    r.suppressions = std::move(*file);
  }
  r.config_ref = options.get("--config-ref");
  if (options.has("--config-ref") && r.config_ref.empty()) return Error{"`--config-ref` has no value", Error::kUsage};
  Result<unsigned> threads = threads_of(options);
  if (!threads) return threads.error();
  r.threads = *threads;
  return r;
}

Result<Done> check_fix_options(const Options& options) {
  if (!options.has("--fix")) {
    for (std::string_view name : {"--dry-run", "--exit-on-fix"})
      if (options.has(name)) return Error{"`" + std::string(name) + "` needs `--fix`", Error::kUsage};
    return Done{};
  }
  for (const std::string& operand : options.operands())
    if (operand == "-") return Error{"`--fix` changes files, not standard input", Error::kUsage};
  for (const std::string& file : options.all("--filename"))
    if (file == "-") return Error{"`--fix` changes files, not standard input", Error::kUsage};
  return Done{};
}

// What --fix did, before the findings that remain.
Result<Done> tell_fixes(const driver::FixResult& fixed, bool dry_run) {
  std::string text;
  driver::FdWriter out(STDOUT_FILENO, "standard output");
  for (const driver::FixedFile& f : fixed.files) {
    if (!f.skipped.empty())
      text += "grovec: `" + f.path + "` is not fixed: " + f.skipped + "\n";
    else if (f.fixes > 0)
      text += f.path + ": " + std::to_string(f.fixes) + (f.fixes == 1 ? " fix" : " fixes") +
              (dry_run ? " to apply\n" : " applied\n");
    if (dry_run && f.skipped.empty()) out.write(unified_diff(f.before, f.after, f.path, "fixed"));
  }
  print_error(text);
  return out.finish();
}

void show_progress(std::size_t done, std::size_t all) {
  print_error("\r" + std::to_string(done) + " of " + std::to_string(all) + " files\033[K");
}

int run(const Options& options) {
  Result<driver::CheckRequest> request = check_request(options);
  if (!request) return fail(request.error());
  const std::string_view format = options.get("--output", "text");
  request->render_text = format == "text";
  request->color = use_color(STDERR_FILENO);
  driver::Progress progress;
  const bool on_terminal = shows_progress();
  if (on_terminal) progress = show_progress;
  if (Result<Done> usable = check_fix_options(options); !usable) return fail(usable.error());
  bool has_fixed = false, has_failed = false;
  auto check = [&]() -> Result<driver::CheckReport> {
    if (!options.has("--fix")) return driver::check(*request, progress);
    const driver::FixOptions how{options.get("--fix") == "all", options.has("--dry-run")};
    Result<driver::FixResult> fixed = driver::check_and_fix(*request, how, progress);
    if (!fixed) return fixed.error();
    if (Result<Done> told = tell_fixes(*fixed, how.dry_run); !told) return told.error();
    has_fixed = fixed->fixes() > 0;
    has_failed = !fixed->errors.empty();
    return std::move(fixed->report);
  };
  Result<driver::CheckReport> report = check();
  if (on_terminal) print_error("\r\033[K");
  if (!report) {
    if (format == "text" || report.error().kind == Error::kUsage) return fail(report.error());
    const Error error = report.error();
    driver::CheckReport failed;  // a program that reads the output finds some
    failed.errors.push_back(error);
    report = std::move(failed);
  }
  int exit_code = report->is_incomplete()                                    ? kCannotRead
                  : report->has_findings(options.get("--fail-on") == "warn") ? kFound
                                                                             : kClean;
  if (has_failed) exit_code = kCannotRead;
  if (report->is_empty() && exit_code != kClean) fail(kFound, "no manifest found in the input");
  if (exit_code == kClean && has_fixed && options.has("--exit-on-fix")) exit_code = kFound;
  if (format == "text") {
    if (report->is_empty()) return exit_code;
    const std::string text = report_text(*report, is_quiet());
    if (!options.has("--out")) {
      print_error(text);
      return exit_code;
    }
    driver::FdWriter file(STDOUT_FILENO, "standard output");
    file.write(text);
    Result<Done> written = file.finish();
    return written ? exit_code : fail(written.error());
  }
  std::string text = format == "json"     ? report_json(*report)
                     : format == "sarif"  ? report_sarif(*report)
                     : format == "junit"  ? report_junit(*report)
                     : format == "gitlab" ? report_gitlab(*report)
                                          : report_github(*report);
  for (const Error& e : report->errors) fail(e);
  for (const driver::CheckedFile& f : report->files)
    if (f.unreadable) fail(*f.unreadable);
  driver::FdWriter out(STDOUT_FILENO, "standard output");
  out.write(text);
  Result<Done> done = out.finish();
  return done ? exit_code : fail(done.error());
}

}  // namespace

extern const Command kCheckCommand;
constinit const Command kCheckCommand{
    "check",
    "find every mistake, with the verdict of the API server and the operator",
    "grovec check [OPTIONS] FILE...",
    "  grovec check llm.yaml                           one file\n"
    "  grovec check -R manifests                       a folder tree, in parallel\n"
    "  grovec check --old-ref origin/main llm.yaml     would the update be accepted?\n"
    "  grovec check --with topology.yaml llm.yaml      with the cluster's bindings\n"
    "  grovec check -o sarif -R . > grovec.sarif       for code scanning\n"
    "  grovec check --fix --dry-run llm.yaml           what the fixes would change\n"
    "  grovec explain GV2033                           what a code means\n",
    kOptions,
    run};

}  // namespace grovec::cli

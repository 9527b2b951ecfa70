/// \file Options shared by the commands that compile: compile, show, graph.
#pragma once

#include "runtime/cli/commands.h"
#include "runtime/driver/compile.h"
#include "runtime/view/set.h"

namespace grovec::cli {

#define GROVEC_JOBS_OPTION                                               \
  {                                                                      \
    "--jobs", "-j", "N", "threads (default: one for each processor)", {} \
  }

// Rows for the options of those commands.
#define GROVEC_INPUT_OPTIONS                                                                                     \
  GROVEC_FILE_OPTIONS, {"--namespace", "-n", "NAME", "namespace of sets that name none; others must agree", {}}, \
      {"--assume-replicas", {}, "NAME=N", "compile the world after scaling this object (may be repeated)", {}},  \
      {"--initc-image", {}, "IMAGE", "image of the init container (default grove-initc:v0.1.0-dev)", {}},        \
      {"--kubernetes-version", {}, "VERSION", "tables to use: 1.35, v1.35 or 1.35.N", {}},                       \
      {"--api", {}, "MODE", "exactly upstream's API, or with grovec's extensions", "upstream|extended"},         \
      {"--max-objects", {}, "N", "refuse to print more objects (default 10000000)", {}}, GROVEC_JOBS_OPTION

#define GROVEC_COMPILE_OPTIONS \
  GROVEC_INPUT_OPTIONS, { "--fail-on", {}, "LEVEL", "what makes the exit code 1", "error|warn" }

/// --jobs; 0 without it.
Result<unsigned> threads_of(const Options& options);

/// The request behind those options. Errors are usage errors.
/// `with_project`: what they leave open, the `.grovec.yaml` of the operands says.
Result<driver::CompileRequest> compile_request(const Options& options, bool with_project = true);
/// The surroundings that the `.grovec.yaml` of the operands names, where the command line names none; and what it
/// excludes.
Result<Done> add_project(driver::CompileRequest& request);

/// Findings of all contexts on stderr, and behind them one line that names `grovec explain`.
void print_findings(const std::vector<const Context*>& contexts);
std::string explain_hint(std::uint16_t code);

/// "no PodCliqueSet in …", with what may have been meant, if the compilation has no set, or none that `selection`
/// picks. Exit code 1, or 0 if there is something to show.
int report_nothing(const driver::Compilation& c, const driver::Selection& selection,
                   const std::vector<std::string>& operands);

/// Operands and -f values, in order.
std::vector<std::string> operands_of(const Options& options);

/// Compiles and prints findings to stderr. Null if the command is to end with `exit_code`.
std::unique_ptr<driver::Compilation> compile_or_report(const Options& options, driver::CompileRequest request,
                                                       int& exit_code);

}  // namespace grovec::cli

#include "runtime/cli/compiling.h"

#include <unistd.h>

#include <charconv>

#include "ir/base/render.h"
#include "runtime/driver/version.h"

namespace grovec::cli {

std::vector<std::string> operands_of(const Options& options) {
  std::vector<std::string> out = options.all("--filename");
  out.insert(out.end(), options.operands().begin(), options.operands().end());
  return out;
}

Result<driver::CompileRequest> compile_request(const Options& options) {
  driver::CompileRequest r;
  r.operands = operands_of(options);
  r.input.recursive = options.has("--recursive");
  r.with = options.all("--with");
  r.operator_config = options.get("--operator-config");
  r.language.env = options.get("--env");
  r.language.settings = options.all("--set");
  r.language.value_files = options.all("--values");
  r.language.include_root = options.get("--include-root");
  r.namespace_ = options.get("--namespace");
  r.init_image = options.get("--initc-image");
  r.assume_replicas = options.all("--assume-replicas");
  if (options.get("--api") == "extended") r.api = ir::ApiMode::kExtended;
  std::string_view version = options.get("--kubernetes-version", driver::kKubernetesVersion);
  if (version != driver::kKubernetesVersion && !version.starts_with(std::string(driver::kKubernetesVersion) + "."))
    return Error{"there are no tables for Kubernetes `" + std::string(version) +
                     "`; known versions: " + std::string(driver::kKubernetesVersion),
                 kUsage};
  if (options.has("--max-objects")) {
    std::string_view n = options.get("--max-objects");
    auto [end, error] = std::from_chars(n.data(), n.data() + n.size(), r.max_objects);
    if (error != std::errc() || end != n.data() + n.size()) return Error{"`--max-objects` needs a number", kUsage};
  }
  return r;
}

std::unique_ptr<driver::Compilation> compile_or_report(const Options& options, driver::CompileRequest request,
                                                       int& exit_code) {
  Result<std::unique_ptr<driver::Compilation>> done = driver::compile(request);
  if (!done) {
    exit_code = fail(done.error());
    return nullptr;
  }
  std::unique_ptr<driver::Compilation> c = std::move(*done);
  std::string text;
  render_all(c->context, {.color = use_color(STDERR_FILENO)}, text);
  print_error(text);
  bool refused = c->failed();
  if (options.get("--fail-on") == "warn")
    for (const Diagnostic& d : c->context.diags.all()) refused |= d.severity == Severity::kWarning;
  exit_code = refused ? kFound : kClean;
  return refused ? nullptr : std::move(c);
}

}  // namespace grovec::cli

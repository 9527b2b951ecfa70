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

Result<unsigned> threads_of(const Options& options) {
  if (!options.has("--jobs")) return 0u;
  unsigned threads = 0;
  const std::string_view n = options.get("--jobs");
  auto [end, error] = std::from_chars(n.data(), n.data() + n.size(), threads);
  if (error != std::errc() || end != n.data() + n.size() || threads == 0 || threads > 1024)
    return Error{"`--jobs` needs a number from 1 to 1024", Error::kUsage};
  return threads;
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
                 Error::kUsage};
  if (options.has("--max-objects")) {
    std::string_view n = options.get("--max-objects");
    auto [end, error] = std::from_chars(n.data(), n.data() + n.size(), r.max_objects);
    if (error != std::errc() || end != n.data() + n.size())
      return Error{"`--max-objects` needs a number", Error::kUsage};
  }
  Result<unsigned> threads = threads_of(options);
  if (!threads) return threads.error();
  r.threads = *threads;
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
  bool refused = c->failed();
  for (const Context* context : c->contexts()) {
    render_all(*context, {.color = use_color(STDERR_FILENO)}, text);
    if (options.get("--fail-on") == "warn")
      for (const Diagnostic& d : context->diags.all()) refused |= d.severity == Severity::kWarning;
  }
  print_error(text);
  exit_code = refused ? kFound : kClean;
  return refused ? nullptr : std::move(c);
}

}  // namespace grovec::cli

// status: what lives, and why something does not run. Here from what kubectl printed; a cluster is grovec-live's.
#include <unistd.h>

#include "ir/base/context.h"
#include "ir/base/utf8.h"
#include "runtime/cli/compiling.h"
#include "runtime/input/load.h"
#include "runtime/output/output.h"
#include "runtime/status/render.h"

namespace grovec::cli {

namespace {

Result<Done> read_dump(const std::string& path, status::World& world) {
  Result<std::string> text = driver::read_input({path});
  if (!text) return text.error();
  auto context = std::make_shared<Context>();
  Result<std::vector<driver::LoadedDocument>> documents =
      driver::load_text(*context, path == "-" ? "<stdin>" : path, std::move(*text), {});
  if (!documents) return documents.error();
  if (context->diags.errors() > 0) {
    print_findings({context.get()});
    return Error{"`" + printable(path) + "` cannot be read", Error::kContent};
  }
  for (const driver::LoadedDocument& d : *documents) world.add(d.document.root, context);
  return Done{};
}

int print(const Options& options, const status::Report& report) {
  driver::FdWriter out(STDOUT_FILENO, "standard output");
  const std::string_view format = options.get("--output", "text");
  if (format == "json") {
    std::string buffer;
    driver::JsonStream json(buffer, &out);
    status::write_json(report, json);
    json.flush();
    out.write("\n");
  } else {
    out.write(format == "markdown" ? status::report_markdown(report)
                                   : status::report_text(report, {options.has("--all"), use_color(STDOUT_FILENO)}));
  }
  Result<Done> done = out.finish();
  if (!done) return fail(done.error());
  return report.is_healthy() ? kClean : kFound;
}

}  // namespace

int run_status_of_dump(const Options& options) {
  for (const char* live : {"--watch", "--wait-for", "--timeout", "--context", "--kubeconfig"})
    if (options.has(live)) return fail(kUsage, "`" + std::string(live) + "` is for a cluster, not for `--dump`");
  if (options.has("--namespace") && options.has("--all-namespaces"))
    return fail(kUsage, "`-n` and `-A` exclude each other");
  status::World world;
  for (const std::string& path : options.all("--dump"))
    if (Result<Done> read = read_dump(path, world); !read) return fail(read.error());
  world.finish();
  status::ReportOptions request;
  request.names = options.operands();
  request.namespace_ = options.get("--namespace");
  request.selector = options.get("--selector");
  Result<status::Report> report = status::report_of(world, request);
  if (!report) return fail(report.error());
  if (report->sets.empty()) return fail(kFound, "there is no PodCliqueSet, and nothing that belongs to one");
  return print(options, *report);
}

}  // namespace grovec::cli

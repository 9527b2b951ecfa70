// diff --live: a dry run of every document, compared with what is stored.
#include "runtime/live/commands/live_diff.h"

#include <unistd.h>

#include "ir/value/copy.h"
#include "runtime/cli/compiling.h"
#include "runtime/cli/diffing.h"
#include "runtime/cli/plan/dump.h"
#include "runtime/live/commands/documents.h"
#include "runtime/live/commands/look.h"

namespace grovec::live {

using cli::Options;

Result<driver::CompileRequest> documents_request(const Options& options, Cluster& cluster) {
  Result<driver::CompileRequest> request = cli::compile_request(options);
  if (!request) return request.error();
  if (request->operands.empty()) return Error{"name the files to read, or `-` for standard input", Error::kUsage};
  request->owner_references = true;
  if (request->namespace_.empty() && request->default_namespace.empty())
    request->default_namespace = cluster.namespace_;
  if (request->with.empty()) request->surroundings = bindings_of(cluster);
  return request;
}

namespace {

void compare(std::vector<Document>& documents, cli::Differences& out) {
  for (Document& d : documents) {
    const ir::Value& after = d.result ? d.result->root : d.tree;
    const ir::Value kept = placed(out.arena, ir::without_origins(out.arena, after), d.tree);
    ir::Value* before = nullptr;
    if (d.stored) {
      before = out.arena.array<ir::Value>(1).data();
      *before = ir::without_origins(out.arena, d.stored->root);
    }
    cli::compare_object(before, nullptr, kept, d.context, out);
  }
}

void tell_what_is_assumed(const std::vector<Document>& documents) {
  for (const Document& d : documents) {
    if (d.is_denied) warn(d.title + ": you may not patch it, so it is compared here, not by the API server");
    if (d.waits) warn(d.title + ": these documents create its namespace or its kind; it is not judged yet");
  }
}

// What lives of the sets, read into `dump`, against what they compile to.
Result<Done> add_children(Cluster& cluster, const driver::Compilation& c, const Options& options, cli::Dump& dump,
                          cli::Differences& out) {
  Result<cli::LiveTexts> texts = look_at(cluster, c);
  if (!texts) return texts.error();
  for (auto& [name, text] : *texts)
    if (Result<Done> read = dump.read_text(name, std::move(text), false); !read) return read;
  for (const auto& set : c.sets)
    cli::compare_children(*set, dump, set->module.spec.namespace_,
                          {.with_pods = options.get("--emit") != "resources", .fold = !options.has("--all")}, out);
  return Done{};
}

}  // namespace

int run_live_diff(const Options& options) {
  cli::set_habits(options);
  Result<std::unique_ptr<Cluster>> cluster = reach(options);
  if (!cluster) return fail(cluster.error());
  Result<driver::CompileRequest> request = documents_request(options, **cluster);
  if (!request) return fail(request.error());
  int exit_code = kClean;
  const std::unique_ptr<driver::Compilation> c = cli::compile_or_report(options, *request, exit_code);
  // 1 says that something differs; whether it does is not known.
  if (!c) return exit_code == kFound ? kCannotRead : exit_code;
  cli::Differences d;
  Result<std::vector<Document>> documents = documents_of(**cluster, *c, d.arena);
  if (!documents) {
    const int code = fail(documents.error());
    return code == kFound ? kCannotRead : code;
  }
  judge(**cluster, *documents, {.dry_run = true, .force = options.has("--force-conflicts")}, true, d.arena);
  for (const Document& document : *documents)
    if (document.problem) exit_code = fail(kCannotRead, document.title + ": " + document.problem->message);
  if (exit_code != kClean) return exit_code;
  compare(*documents, d);
  tell_what_is_assumed(*documents);
  cli::Dump dump;
  if (options.has("--children"))
    if (Result<Done> added = add_children(**cluster, *c, options, dump, d); !added) {
      const int code = fail(added.error());
      return code == kFound ? kCannotRead : code;
    }
  const std::string_view format = options.get("--output", "text");
  print(STDOUT_FILENO, format == "json"       ? cli::diff_json(d)
                       : format == "markdown" ? cli::diff_markdown(d)
                                              : cli::diff_text(d, use_color(STDOUT_FILENO)));
  return d.empty() ? kClean : kFound;
}

}  // namespace grovec::live

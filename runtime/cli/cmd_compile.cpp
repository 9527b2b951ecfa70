// compile: every object a set becomes, as a stream or as files.
#include <unistd.h>

#include "ir/desired/print.h"
#include "runtime/cli/compiling.h"
#include "runtime/driver/emit.h"

namespace grovec::cli {

namespace {

using driver::Compilation;
using driver::OutputFormat;

constexpr OptionSpec kOptions[] = {
    {"--output", "-o", "FORMAT", "how to print", "yaml|json|ndjson"},
    {"--out", {}, "DIR", "a file for each object, and an index, in DIR", {}},
    {"--emit",
     {},
     "WHAT",
     "objects: all; resources: without pods; spec: the set with defaults; desired: as text",
     "objects|resources|spec|desired"},
    {"--owner-references", {}, {}, "with owner references (uids are empty)", {}},
    {"--print-after", {}, "PASS", "the desired world after this pass, on stderr", {}},
    GROVEC_COMPILE_OPTIONS,
};

OutputFormat format_of(std::string_view name) {
  if (name == "json") return OutputFormat::kJson;
  if (name == "ndjson") return OutputFormat::kNdjson;
  return OutputFormat::kYaml;
}

void print_all(const Compilation& c, std::string_view emit, driver::FdWriter& out, OutputFormat format) {
  if (emit == "desired") {
    for (const auto& set : c.sets) out.write(ir::print(set->module.desired));
    return;
  }
  driver::ObjectStream stream(out, format);
  for (const driver::LoadedDocument& d : c.foreign) stream.tree(d.document.root);
  for (const auto& set : c.sets) {
    if (emit == "spec")
      stream.tree(set->module.defaulted);
    else
      stream.plan(set->plan, set->module.desired, emit != "resources");
  }
  stream.finish();
}

int run(const Options& options) {
  Result<driver::CompileRequest> request = compile_request(options);
  if (!request) return fail(request.error());
  request->owner_references = options.has("--owner-references");
  request->print_after = options.get("--print-after");
  int exit_code = kClean;
  std::unique_ptr<Compilation> c = compile_or_report(options, *request, exit_code);
  if (!c) return exit_code;
  if (!c->printed.empty()) print_error(c->printed);
  const std::string_view emit = options.get("--emit", "objects");
  const OutputFormat format = format_of(options.get("--output"));
  driver::FdWriter out(STDOUT_FILENO, "standard output");
  print_all(*c, emit, out, format);
  Result<Done> done = out.finish();
  return done ? exit_code : fail(done.error());
}

}  // namespace

extern const Command kCompileCommand;
constinit const Command kCompileCommand{
    "compile",
    "print every object that runs a PodCliqueSet",
    "grovec compile [OPTIONS] FILE...",
    "  grovec compile llm.yaml                          all objects as YAML\n"
    "  grovec compile -o ndjson llm.yaml | jq .kind     one object a line\n"
    "  grovec compile --out manifests llm.yaml          a file for each object\n"
    "  grovec compile --emit=spec llm.yaml              the set with its defaults\n"
    "  kustomize build . | grovec compile -             from a pipe; other objects pass through\n",
    kOptions,
    run};

}  // namespace grovec::cli

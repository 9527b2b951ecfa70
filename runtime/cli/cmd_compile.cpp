// compile: every object a set becomes, as a stream or as files.
#include <unistd.h>

#include <algorithm>

#include "ir/base/edit_distance.h"
#include "ir/desired/print.h"
#include "passes/pipeline.h"
#include "runtime/cli/compiling.h"
#include "runtime/cli/stale_files.h"
#include "runtime/output/emit.h"
#include "runtime/output/interrupt.h"
#include "runtime/output/object_files.h"

namespace grovec::cli {

namespace {

using driver::Compilation;
using driver::OutputFormat;

constexpr std::uint64_t kMostObjects = 10'000'000;

constexpr OptionSpec kOptions[] = {
    {"--output", "-o", "FORMAT", "how to print", "yaml|json|ndjson"},
    {"--out", {}, "DIR", "a file for each object, and an index, in DIR", {}},
    {"--emit",
     {},
     "WHAT",
     "objects: all; resources: without pods; deploy: the sets as written; spec: with defaults; desired: as text",
     "objects|resources|deploy|spec|desired"},
    {"--check", {}, "DIR", "write nothing; say what `--out DIR` would change, exit code 1 if anything", {}},
    {"--owner-references", {}, {}, "with owner references (uids are empty)", {}},
    {"--print-after", {}, "PASS", "the desired world after this pass, on stderr", {}},
    GROVEC_COMPILE_OPTIONS,
};

OutputFormat format_of(std::string_view name) {
  if (name == "json") return OutputFormat::kJson;
  if (name == "ndjson") return OutputFormat::kNdjson;
  return OutputFormat::kYaml;
}

void print_all(const Compilation& c, std::string_view emit, OutputFormat format, driver::FdWriter& out) {
  if (emit == "desired") {
    for (const auto& set : c.sets) out.write(ir::print(set->world));
    return;
  }
  driver::ObjectStream stream(out, format);
  for (const driver::LoadedDocument& d : c.foreign) stream.tree(d.document.root);
  if (emit != "spec" && emit != "deploy")
    for (const ir::Value& topology : c.topologies) stream.tree(topology);
  for (const auto& set : c.sets) {
    if (emit == "spec" || emit == "deploy")
      stream.tree(emit == "spec" ? set->module.defaulted : set->module.manifest);
    else
      stream.plan(set->plan, set->world, emit != "resources");
  }
  stream.finish();
}

Result<Done> print_all(const Compilation& c, std::string_view emit, OutputFormat format) {
  driver::FdWriter out(STDOUT_FILENO, "standard output", driver::FdWriter::AtEnd::kThrow);
  try {
    print_all(c, emit, format, out);
  } catch (const driver::OutputEnded&) {
  }
  return out.finish();
}

Result<Done> write_files(const Compilation& c, driver::ObjectFiles& files, std::string_view emit) {
  Result<Done> done = Done{};
  for (const driver::LoadedDocument& d : c.foreign)
    if (done) done = files.tree(d.document.root);
  for (const ir::Value& topology : c.topologies)
    if (done && emit != "spec" && emit != "deploy") done = files.tree(topology);
  for (const auto& set : c.sets) {
    if (!done) break;
    done = emit == "spec"     ? files.tree(set->module.defaulted)
           : emit == "deploy" ? files.tree(set->module.manifest)
                              : files.plan(set->plan, set->world, emit != "resources");
  }
  return done ? files.commit() : done;
}

Result<Done> write_folder(const Compilation& c, const std::string& folder, std::string_view emit, OutputFormat format) {
  Result<std::unique_ptr<driver::ObjectFiles>> files = driver::ObjectFiles::create(folder, format);
  return files ? write_files(c, **files, emit) : files.error();
}

int check_folder(const Compilation& c, const std::string& folder, std::string_view emit, OutputFormat format) {
  Stale stale;
  driver::ObjectFiles files(std::make_unique<FolderComparison>(folder, stale), format);
  Result<Done> done = write_files(c, files, emit);
  if (!done) return fail(done.error());
  return report_stale(stale, "write them with `--out " + folder + "` and the same options");
}

/// Options that would change nothing here.
Result<Done> check_options(const Options& options) {
  const std::string_view emit = options.get("--emit", "objects");
  auto useless = [](std::string_view option, std::string_view why) {
    return Error{"`" + std::string(option) + "` changes nothing: " + std::string(why), Error::kUsage};
  };
  if (options.has("--out") && options.has("--check")) return Error{"say `--out` or `--check`", Error::kUsage};
  if (emit == "desired" && (options.has("--out") || options.has("--check")))
    return Error{"`--out` writes objects; `--emit=desired` is text", Error::kUsage};
  if (emit == "desired" && options.has("--output")) return useless("--output", "`--emit=desired` is text");
  if (emit == "desired" && options.has("--owner-references"))
    return useless("--owner-references", "`--emit=desired` prints no objects");
  if (emit == "deploy" && options.has("--owner-references"))
    return useless("--owner-references", "`--emit=deploy` prints the sets as they are written");
  if (emit == "spec")
    for (std::string_view name : {"--owner-references", "--print-after", "--assume-replicas", "--max-objects"})
      if (options.has(name)) return useless(name, "`--emit=spec` stops before objects are made");
  if (!options.has("--print-after")) return Done{};
  const std::string pass(options.get("--print-after"));
  std::vector<std::string_view> names;
  for (const passes::PassInfo& p : passes::expansion_passes()) names.push_back(p.name);
  if (std::find(names.begin(), names.end(), pass) != names.end()) return Done{};
  const std::string_view near = nearest_name(pass, names);
  if (!near.empty())
    return Error{"there is no pass `" + pass + "`; did you mean `" + std::string(near) + "`?", Error::kUsage};
  std::string all;
  for (std::string_view name : names) all += (all.empty() ? "" : ", ") + std::string(name);
  return Error{"there is no pass `" + pass + "`; passes are " + all, Error::kUsage};
}

int run(const Options& options) {
  if (Result<Done> checked = check_options(options); !checked) return fail(checked.error());
  Result<driver::CompileRequest> request = compile_request(options);
  if (!request) return fail(request.error());
  const std::string_view emit = options.get("--emit", "objects");
  if ((emit == "objects" || emit == "resources") && !options.has("--max-objects")) request->max_objects = kMostObjects;
  request->owner_references = options.has("--owner-references");
  request->print_after = options.get("--print-after");
  request->spec_only = options.get("--emit") == "spec";
  int exit_code = kClean;
  std::unique_ptr<Compilation> c = compile_or_report(options, *request, exit_code);
  if (!c) return exit_code;
  for (const auto& set : c->sets)
    if (!set->printed.empty()) print_error(set->printed);
  const OutputFormat format = format_of(options.get("--output"));
  if (options.has("--check"))
    return std::max(exit_code, check_folder(*c, std::string(options.get("--check")), emit, format));
  Result<Done> done = options.has("--out") ? write_folder(*c, std::string(options.get("--out")), emit, format)
                                           : print_all(*c, emit, format);
  driver::reraise_interrupt();
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
    "  grovec compile --emit=deploy llm.grove | kubectl apply -f -\n"
    "  grovec compile --check manifests llm.yaml        for CI: is the folder up to date?\n"
    "  kustomize build . | grovec compile -             from a pipe; other objects pass through\n",
    kOptions,
    run,
    false};

}  // namespace grovec::cli

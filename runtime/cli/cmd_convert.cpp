// convert: between YAML and .grove, in both directions.
#include <unistd.h>

#include "frontend/dsl/convert/convert.h"
#include "frontend/dsl/lower/lower.h"
#include "ir/base/render.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/convert_grove.h"
#include "runtime/cli/stale_files.h"
#include "runtime/input/load.h"
#include "runtime/output/interrupt.h"
#include "runtime/output/output.h"

namespace grovec::cli {

namespace {

constexpr OptionSpec kOptions[] = {
    {"--to", {}, "FORM", "grove: from YAML or JSON; yaml: from .grove", "grove|yaml"},
    {"--out", {}, "FILE", "write the result here instead of standard output; a folder for several files", {}},
    {"--sets-only", {}, {}, "to grove: leave out documents that are no sets (else a YAML file beside has them)", {}},
    {"--recursive", "-R", {}, "to grove: read directories with their subfolders", {}},
    {"--check", {}, "FILE", "write nothing; say what would change in FILE, exit code 1 if anything", {}},
    {"--no-mixins", {}, {}, "to grove: write out what cliques have in common", {}},
    {"--stdin-filename", {}, "NAME", "what `-` is called", {}},
    {"--env", {}, "NAME", "to yaml: environment of the .grove file", {}},
    {"--set", {}, "NAME=VALUE", "to yaml: value of a parameter (may be repeated)", {}},
    {"--values", {}, "FILE", "to yaml: values of parameters (may be repeated)", {}},
    {"--include-root", {}, "DIR", "to yaml: includes stay below it (default: the file's folder)", {}},
};

driver::LanguageOptions language_of(const Options& options) {
  driver::LanguageOptions out;
  out.env = options.get("--env");
  out.settings = options.all("--set");
  out.value_files = options.all("--values");
  out.include_root = options.get("--include-root");
  return out;
}

int run(const Options& options) {
  if (options.operands().empty()) return fail(kUsage, "no file given");
  if (!options.has("--to")) return fail(kUsage, "say `--to grove` or `--to yaml`");
  if (options.operands().size() != 1 && options.get("--to") == "yaml")
    return fail(kUsage, "`convert --to yaml` takes one file");
  const bool to_grove = options.get("--to") == "grove";
  if (!to_grove && options.has("--no-mixins")) return fail(kUsage, "`--no-mixins` is for `--to grove`");
  for (std::string_view name : {"--env", "--set", "--values", "--include-root"})
    if (to_grove && options.has(name)) return fail(kUsage, "`" + std::string(name) + "` is for `--to yaml`");
  const std::string& path = options.operands()[0];
  const driver::Input input{path, path == "-" ? std::string(options.get("--stdin-filename")) : std::string()};
  const bool is_grove = frontend::is_grove_path(input.path) || (input.path == "-" && !to_grove);
  if (is_grove == to_grove)
    return fail(kUsage, "`" + driver::display_name(input) + "` is " +
                            (is_grove ? "a .grove file already; say `--to yaml`" : "no .grove file; say `--to grove`"));
  if (to_grove) return convert_files_to_grove(options);
  Result<std::string> text = driver::read_input(input);
  if (!text) return fail(text.error());
  Context context;
  // The form of standard input follows from `--to`.
  const std::string name =
      input.path == "-" && !to_grove && input.name.empty() ? "<stdin>.grove" : driver::display_name(input);
  Result<std::vector<driver::LoadedDocument>> loaded =
      driver::load_text(context, name, std::move(*text), language_of(options));
  if (!loaded) return fail(loaded.error());
  std::vector<frontend::Document> documents;
  for (const driver::LoadedDocument& d : *loaded) documents.push_back(d.document);
  if (documents.empty() && context.diags.errors() == 0)
    return fail(kFound, "`" + driver::display_name(input) + "` has no document");
  std::optional<std::string> result;
  if (context.diags.errors() == 0)
    result = frontend::convert_to_yaml(context, documents.empty() ? SourceId{} : documents[0].source, documents);
  context.diags.sort(context.origins);
  std::string findings;
  render_all(context, {use_color(STDERR_FILENO)}, findings);
  print_error(findings);
  if (!result) return kFound;
  if (options.has("--check")) {
    if (options.has("--out")) return fail(kUsage, "say `--out` or `--check`");
    const std::string path(options.get("--check"));
    Stale stale;
    if (Result<Done> done = compare_file(path, *result, stale); !done) return fail(done.error());
    return report_stale(stale, "write it with `--out " + path + "` and the same options");
  }
  if (options.has("--out")) {
    Result<Done> done = driver::write_file_atomically(std::string(options.get("--out")), *result);
    driver::reraise_interrupt();
    return done ? kClean : fail(done.error());
  }
  driver::FdWriter out(STDOUT_FILENO, "standard output");
  out.write(*result);
  Result<Done> done = out.finish();
  return done ? kClean : fail(done.error());
}

}  // namespace

extern const Command kConvertCommand;
const Command kConvertCommand = {
    "convert",
    "turn YAML into .grove or back, with comments",
    "grovec convert --to grove|yaml [OPTIONS] FILE...",
    "  grovec convert --to grove llm.yaml --out llm.grove\n"
    "  kubectl get pcs -o yaml | grovec convert --to grove -\n"
    "  grovec convert --to grove -R manifests --out grove\n"
    "  grovec convert --to yaml --env prod llm.grove\n"
    "  grovec convert --to yaml llm.grove --check llm.yaml      for CI: is the file up to date?\n",
    kOptions,
    run,
    false,
};

}  // namespace grovec::cli

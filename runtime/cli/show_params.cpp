// show params: what .grove files let their reader choose: parameters with types and defaults, and environments.
#include <unistd.h>

#include "frontend/dsl/lower/lower.h"
#include "ir/base/utf8.h"
#include "runtime/cli/compiling.h"
#include "runtime/cli/showing.h"
#include "runtime/driver/project_file.h"
#include "runtime/input/load.h"

namespace grovec::cli {

namespace {

using namespace driver;
using frontend::DslDeclarations;

void print_text(const DslDeclarations& d, FdWriter& out) {
  Table parameters(out, {{"PARAMETER"}, {"TYPE"}, {"DEFAULT"}, {"CONDITION"}});
  if (!d.parameters.empty())
    parameters.print([&](Table& t) {
      for (const frontend::DslParameter& p : d.parameters)
        t.row({p.name, p.type.empty() ? "any" : p.type, p.default_value.value_or("(must be given)"), p.condition});
    });
  if (!d.parameters.empty() && !d.environments.empty()) out.write("\n");
  Table environments(out, {{"ENVIRONMENT"}, {"VALUES"}});
  if (!d.environments.empty())
    environments.print([&](Table& t) {
      for (const frontend::DslEnvironment& e : d.environments) {
        std::string values;
        for (const auto& [name, value] : e.values) values += (values.empty() ? "" : " ") + name + "=" + value;
        t.row({e.name, values});
      }
    });
  if (d.parameters.empty() && d.environments.empty()) out.write("no parameters and no environments\n");
}

void print_json(const std::string& file, const DslDeclarations& d, JsonStream& json) {
  json.begin_object().member("file", file).key("parameters").begin_list();
  for (const frontend::DslParameter& p : d.parameters) {
    json.begin_object().member("name", p.name).member("type", p.type);
    if (p.default_value) json.member("default", *p.default_value);
    json.member("condition", p.condition).end_object();
  }
  json.end_list().key("environments").begin_list();
  for (const frontend::DslEnvironment& e : d.environments) {
    json.begin_object().member("name", e.name).key("values").begin_object();
    for (const auto& [name, value] : e.values) json.member(name, value);
    json.end_object().end_object();
  }
  json.end_list().end_object();
}

}  // namespace

int show_params(const Options& options, const std::vector<std::string>& files) {
  std::vector<std::string> operands = options.all("--filename");
  operands.insert(operands.end(), files.begin(), files.end());
  Result<std::vector<Input>> inputs = expand_project(
      operands, {.recursive = options.has("--recursive"), .stdin_name = std::string(options.get("--stdin-filename"))});
  if (!inputs) return fail(inputs.error());
  LanguageOptions language;
  language.include_root = options.get("--include-root");
  const bool is_json = options.get("--output") == "json";
  FdWriter out(STDOUT_FILENO, "standard output");
  std::string buffer;
  JsonStream json(buffer, &out);
  if (is_json) json.begin_object().member("format_version", 1).key("files").begin_list();
  int code = kClean;
  std::size_t shown = 0;
  for (const Input& input : *inputs) {
    const std::string name = display_name(input);
    const bool is_named = std::find(operands.begin(), operands.end(), input.path) != operands.end();
    if (!frontend::is_grove_path(name) && input.path != "-") {
      if (is_named) return fail(kUsage, "`" + printable(name) + "` is no .grove file; only those have parameters");
      continue;
    }
    Result<std::string> text = read_input(input);
    if (!text) return fail(text.error());
    Context context;
    Result<DslDeclarations> declared = declarations_of(context, name, std::move(*text), language);
    if (!declared) return fail(declared.error());
    print_findings({&context});
    if (context.diags.errors() > 0) code = kFound;
    if (is_json) {
      print_json(name, *declared, json);
    } else if (context.diags.errors() == 0) {
      if (inputs->size() > 1) out.write((shown ? "\n" : "") + printable(name) + "\n");
      print_text(*declared, out);
    }
    ++shown;
  }
  if (is_json) {
    json.end_list().end_object().flush();
    out.write("\n");
  }
  Result<Done> done = out.finish();
  if (!done) return fail(done.error());
  return shown == 0 ? fail(kFound, "no .grove file in the input") : code;
}

}  // namespace grovec::cli

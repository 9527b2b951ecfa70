// fmt: .grove files in their canonical form.
#include <unistd.h>

#include "frontend/dsl/convert/convert.h"
#include "frontend/dsl/lower/lower.h"
#include "ir/base/render.h"
#include "ir/base/utf8.h"
#include "runtime/cli/commands.h"
#include "runtime/driver/project_file.h"
#include "runtime/input/input.h"
#include "runtime/output/interrupt.h"
#include "runtime/output/output.h"
#include "runtime/terminal/text_diff.h"

namespace grovec::cli {

namespace {

constexpr OptionSpec kOptions[] = {
    {"--check", {}, {}, "write nothing; name the files that are not canonical, exit code 1 if there are any", {}},
    {"--diff", {}, {}, "write nothing; print what would change", {}},
    {"--recursive", "-R", {}, "format directories with their subfolders", {}},
    {"--stdin-filename", {}, "NAME", "what `-` is called", {}},
};

/// Formats one input. Returns an exit code.
int format_one(const driver::Input& input, const Options& options, driver::FdWriter& out) {
  Result<std::string> text = driver::read_input(input);
  if (!text) return fail(text.error());
  Context context;
  const std::string name = driver::display_name(input);
  const SourceId source = context.sources.add(name, *text);
  const std::optional<std::string> formatted = frontend::format_grove(context, source);
  if (!formatted) {
    context.diags.sort(context.origins);
    std::string findings;
    render_all(context, {use_color(STDERR_FILENO)}, findings);
    print_error(findings);
    return kFound;
  }
  if (options.has("--diff")) out.write(unified_diff(*text, *formatted, name));
  if (options.has("--check") && !options.has("--diff") && *formatted != *text) out.write(printable(name) + "\n");
  if (options.has("--check")) return *formatted == *text ? kClean : kFound;
  if (options.has("--diff")) return kClean;
  if (input.path == "-") {
    out.write(*formatted);
    return kClean;
  }
  if (*formatted == *text) return kClean;
  Result<Done> done = driver::write_file_atomically(input.path, *formatted);
  return done ? kClean : fail(done.error());
}

int run(const Options& options) {
  if (options.operands().empty()) return fail(kUsage, "no file given");
  std::vector<driver::Input> inputs;
  for (const std::string& operand : options.operands()) {
    Result<std::vector<driver::Input>> found = driver::expand_project(
        {operand},
        {.recursive = options.has("--recursive"), .stdin_name = std::string(options.get("--stdin-filename"))});
    if (!found) return fail(found.error());
    for (const driver::Input& input : *found) {
      const bool named = input.path == operand;
      if (input.path == "-" || frontend::is_grove_path(input.path))
        inputs.push_back(input);
      else if (named)
        return fail(kUsage, "`" + printable(operand) + "` is no .grove file; `grovec convert --to grove` makes one");
    }
  }
  driver::FdWriter out(STDOUT_FILENO, "standard output");
  int exit_code = kClean;
  for (const driver::Input& input : inputs) {
    exit_code = std::max(exit_code, format_one(input, options, out));
    driver::reraise_interrupt();
  }
  Result<Done> done = out.finish();
  return done ? exit_code : fail(done.error());
}

}  // namespace

extern const Command kFmtCommand;
const Command kFmtCommand = {
    "fmt",
    "rewrite .grove files in their canonical form",
    "grovec fmt [OPTIONS] FILE...",
    "  grovec fmt llm.grove                 rewrite the file\n"
    "  grovec fmt --check -R .              for CI: name what is not canonical\n"
    "  grovec fmt --diff llm.grove          show what would change\n"
    "  grovec fmt - < llm.grove             to standard output\n",
    kOptions,
    run,
    false,
};

}  // namespace grovec::cli

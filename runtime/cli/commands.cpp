#include "runtime/cli/commands.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "ir/base/edit_distance.h"
#include "runtime/cli/hand_over.h"
#include "runtime/output/interrupt.h"
#include "runtime/output/output.h"
#include "runtime/terminal/live_commands.h"

namespace grovec::cli {

extern const Command kCheckCommand, kCompileCommand, kCompletionCommand, kConvertCommand, kDiffCommand, kExplainCommand,
    kFmtCommand, kGitopsCommand, kGraphCommand, kInitcCommand, kKrmCommand, kPlanCommand, kResolveCommand,
    kSchemaCommand, kShowCommand, kTestCommand, kVersionCommand;

namespace {

constexpr const Command* kOwnCommands[] = {
    &kCheckCommand,   &kCompileCommand, &kCompletionCommand, &kConvertCommand, &kDiffCommand,   &kExplainCommand,
    &kFmtCommand,     &kGitopsCommand,  &kGraphCommand,      &kInitcCommand,   &kKrmCommand,    &kPlanCommand,
    &kResolveCommand, &kSchemaCommand,  &kShowCommand,       &kTestCommand,    &kVersionCommand};

const std::vector<const Command*>& all_commands() {
  static const std::vector<const Command*> kAll = [] {
    std::vector<const Command*> out(std::begin(kOwnCommands), std::end(kOwnCommands));
    for (const Command& c : handed_over_commands()) out.push_back(&c);
    std::sort(out.begin(), out.end(), [](const Command* a, const Command* b) { return a->name < b->name; });
    return out;
  }();
  return kAll;
}

constexpr std::string_view kExitCodes =
    "Exit codes:\n"
    "  0  clean\n"
    "  1  errors found, or differences\n"
    "  2  wrong command line\n"
    "  3  a file, a stream or the cluster failed\n"
    "  4  changes (only `plan --detailed-exitcode`)\n";

constexpr OptionSpec kOutOption = {"--out", {}, "FILE", "write here instead of standard output", {}};

/// What people type who know other programs.
struct Habit {
  std::string_view word, command;
};
constexpr Habit kHabits[] = {
    {"lint", "check"},       {"validate", "check"}, {"verify", "check"},   {"vet", "check"},
    {"test", "check"},       {"render", "compile"}, {"build", "compile"},  {"template", "compile"},
    {"generate", "compile"}, {"expand", "compile"}, {"format", "fmt"},     {"view", "show"},
    {"get", "show"},         {"tree", "show"},      {"describe", "show"},  {"draw", "graph"},
    {"plot", "graph"},       {"import", "convert"}, {"export", "convert"}, {"crds", "schema"},
    {"merge", "resolve"},    {"why", "explain"},
};

std::vector<OptionSpec> options_of(const Command& command) {
  std::vector<OptionSpec> out(command.options.begin(), command.options.end());
  if (command.writes_file) out.push_back(kOutOption);
  out.insert(out.end(), std::begin(kCommonOptions), std::end(kCommonOptions));
  return out;
}

int print(std::string_view text) {
  driver::FdWriter out(STDOUT_FILENO, "standard output");
  out.write(text);
  Result<Done> done = out.finish();
  return done ? kClean : fail(done.error());
}

std::string overview() {
  std::string out =
      "grovec compiles Grove PodCliqueSets into the exact Kubernetes objects that run them.\n\n"
      "Usage: grovec COMMAND [OPTIONS] FILE...\n\nCommands:\n";
  std::size_t width = 0;
  for (const Command* c : all_commands()) width = std::max(width, c->name.size());
  for (const Command* c : all_commands())
    out += "  " + std::string(c->name) + std::string(width - c->name.size() + 2, ' ') + std::string(c->summary) + '\n';
  out += "\n`grovec COMMAND --help` has options and examples.\n\n";
  out += kExitCodes;
  return out;
}

std::string help_of(const Command& command) {
  std::string out = std::string(command.summary) + "\n\nUsage: " + std::string(command.usage) + "\n";
  out += "\nOptions:\n" + options_help(options_of(command));
  if (!command.examples.empty()) out += "\nExamples:\n" + std::string(command.examples);
  out += '\n';
  out += kExitCodes;
  return out;
}

const Command* find_command(std::string_view name) {
  for (const Command* c : kOwnCommands)
    if (c->name == name) return c;
  for (const Command& c : handed_over_commands())
    if (c.name == name) return &c;
  return nullptr;
}

int unknown_command(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Command* c : all_commands()) names.push_back(c->name);
  if (name.find_first_of("./*") != std::string_view::npos && ::access(std::string(name).c_str(), F_OK) == 0)
    return fail(kUsage,
                "`" + std::string(name) + "` is no command; did you mean `grovec check " + std::string(name) + "`?");
  std::string_view near = nearest_name(name, names);
  for (const Habit& habit : kHabits)
    if (habit.word == name) near = habit.command;
  std::string message = "unknown command `" + std::string(name) + "`";
  message += near.empty() ? "; `grovec --help` lists them" : "; did you mean `" + std::string(near) + "`?";
  return fail(kUsage, message);
}

bool asks_for_help(std::span<const std::string> args) {
  for (const std::string& a : args) {
    if (a == "--") return false;
    if (a == "--help" || a == "-h") return true;
  }
  return false;
}

}  // namespace

std::span<const Command* const> commands() { return all_commands(); }

namespace {
/// Options before the command are a habit from git and kubectl: they go behind it.
std::vector<std::string> command_first(std::span<const std::string> args) {
  if (args.empty() || !args[0].starts_with('-')) return {args.begin(), args.end()};
  for (const Command* c : all_commands()) {
    const std::vector<OptionSpec> specs = options_of(*c);
    const std::size_t at = leading_options(specs, args);
    if (at == 0 || at >= args.size() || args[at] != c->name) continue;
    std::vector<std::string> out{args[at]};
    out.insert(out.end(), args.begin(), args.begin() + static_cast<std::ptrdiff_t>(at));
    out.insert(out.end(), args.begin() + static_cast<std::ptrdiff_t>(at) + 1, args.end());
    return out;
  }
  return {args.begin(), args.end()};
}

/// Runs a command whose standard output is a text in memory, which then replaces the file at once. The file stays as it
/// is if the command fails, or finds errors and prints nothing.
int run_into_file(const Command& command, const Options& options) {
  const std::string path(options.get("--out"));
  if (path.empty() || path == "-") return fail(kUsage, "`--out` needs the name of a file");
  const int memory = ::memfd_create("grovec-out", MFD_CLOEXEC), before = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  if (memory < 0 || before < 0 || ::dup2(memory, STDOUT_FILENO) < 0) return fail(kCannotRead, "cannot write to memory");
  const int code = command.run(options);
  ::dup2(before, STDOUT_FILENO);
  ::close(before);
  std::string text(static_cast<std::size_t>(std::max<off_t>(::lseek(memory, 0, SEEK_END), 0)), '\0');
  std::size_t used = 0;
  for (ssize_t n = 1; used < text.size() && n > 0; used += static_cast<std::size_t>(std::max<ssize_t>(n, 0)))
    n = ::pread(memory, text.data() + used, text.size() - used, static_cast<off_t>(used));
  ::close(memory);
  if (used < text.size()) return fail(kCannotRead, "cannot read what was written to memory");
  if (code == kUsage || code == kCannotRead || (code != kClean && text.empty())) return code;
  Result<Done> done = driver::write_file_atomically(path, text);
  driver::reraise_interrupt();
  return done ? code : fail(done.error());
}
}  // namespace

int run_command_line(std::span<const std::string> given) {
  const std::vector<std::string> moved = command_first(given);
  std::span<const std::string> args = moved;
  if (args.empty()) return print(overview()) == kClean ? kUsage : kCannotRead;
  if (args[0] == "--help" || args[0] == "-h" || args[0] == "help") {
    if (args.size() == 1) return print(overview());
    const Command* about = find_command(args[1]);
    return about ? print(help_of(*about)) : unknown_command(args[1]);
  }
  std::string name = args[0] == "--version" || args[0] == "-V" ? "version" : args[0];
  if (name[0] == '-')
    return fail(kUsage, "unknown option `" + name + "` before the command; `grovec --help` lists the commands");
  const Command* command = find_command(name);
  if (!command) return unknown_command(name);
  std::span<const std::string> rest = args.subspan(1);
  if (asks_for_help(rest)) return print(help_of(*command));
  const std::vector<OptionSpec> specs = options_of(*command);
  Result<Options> options = parse_options(specs, rest);
  if (!options)
    return fail(kUsage, options.error().message + "\nSee `grovec " + std::string(command->name) + " --help`.");
  const bool is_offline = command->run && options->has("--dump");
  const bool is_handed_over = !command->live_option.empty() && options->has(command->live_option);
  if ((command->is_live && !is_offline) || is_handed_over) return hand_over(args);
  set_habits(*options);
  if (command->writes_file && options->has("--out")) return run_into_file(*command, *options);
  return command->run(*options);
}

}  // namespace grovec::cli

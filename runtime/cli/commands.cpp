#include "runtime/cli/commands.h"

#include <unistd.h>

#include <cstdlib>

#include "ir/base/edit_distance.h"
#include "runtime/output/output.h"

namespace grovec::cli {

extern const Command kCheckCommand, kCompileCommand, kCompletionCommand, kConvertCommand, kDiffCommand, kExplainCommand,
    kFmtCommand, kGitopsCommand, kGraphCommand, kKrmCommand, kResolveCommand, kSchemaCommand, kShowCommand,
    kTestCommand, kVersionCommand;

namespace {

constexpr const Command* kCommands[] = {&kCheckCommand, &kCompileCommand, &kCompletionCommand, &kConvertCommand,
                                        &kDiffCommand,  &kExplainCommand, &kFmtCommand,        &kGitopsCommand,
                                        &kGraphCommand, &kKrmCommand,     &kResolveCommand,    &kSchemaCommand,
                                        &kShowCommand,  &kTestCommand,    &kVersionCommand};

constexpr std::string_view kExitCodes =
    "Exit codes:\n"
    "  0  clean\n"
    "  1  errors found, or differences\n"
    "  2  wrong command line\n"
    "  3  a file, a stream or the cluster failed\n";

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
  for (const Command* c : kCommands) width = std::max(width, c->name.size());
  for (const Command* c : kCommands)
    out += "  " + std::string(c->name) + std::string(width - c->name.size() + 2, ' ') + std::string(c->summary) + '\n';
  out += "\n`grovec COMMAND --help` has options and examples.\n\n";
  out += kExitCodes;
  return out;
}

std::string help_of(const Command& command) {
  std::string out = std::string(command.summary) + "\n\nUsage: " + std::string(command.usage) + "\n";
  if (!command.options.empty()) out += "\nOptions:\n" + options_help(command.options);
  if (!command.examples.empty()) out += "\nExamples:\n" + std::string(command.examples);
  out += '\n';
  out += kExitCodes;
  return out;
}

const Command* find_command(std::string_view name) {
  for (const Command* c : kCommands)
    if (c->name == name) return c;
  return nullptr;
}

int unknown_command(std::string_view name) {
  std::string_view names[std::size(kCommands)];
  for (std::size_t i = 0; i < std::size(kCommands); ++i) names[i] = kCommands[i]->name;
  std::string_view near = nearest_name(name, names);
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

std::span<const Command* const> commands() { return kCommands; }

void print_error(std::string_view text) {
  while (!text.empty()) {
    ssize_t n = ::write(STDERR_FILENO, text.data(), text.size());
    if (n <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

bool use_color(int fd) {
  const char* no_color = std::getenv("NO_COLOR");
  return (!no_color || !*no_color) && ::isatty(fd);
}

int fail(int exit_code, std::string_view message) {
  print_error("grovec: " + std::string(message) + "\n");
  return exit_code;
}

int fail(const Error& error) { return fail(exit_code_of(error.kind), error.message); }

ExitCode exit_code_of(Error::Kind kind) {
  switch (kind) {
    case Error::kContent:
      return kFound;
    case Error::kUsage:
      return kUsage;
    case Error::kIo:
    case Error::kRetry:
    case Error::kConflict:
    case Error::kGone:
    case Error::kDenied:
      return kCannotRead;
  }
  return kCannotRead;
}

int run_command_line(std::span<const std::string> args) {
  if (args.empty()) return print(overview()) == kClean ? kUsage : kCannotRead;
  if (args[0] == "--help" || args[0] == "-h" || args[0] == "help") {
    if (args.size() == 1) return print(overview());
    const Command* about = find_command(args[1]);
    return about ? print(help_of(*about)) : unknown_command(args[1]);
  }
  std::string name = args[0] == "--version" ? "version" : args[0];
  const Command* command = find_command(name);
  if (!command) return unknown_command(name);
  std::span<const std::string> rest = args.subspan(1);
  if (asks_for_help(rest)) return print(help_of(*command));
  Result<Options> options = parse_options(command->options, rest);
  if (!options)
    return fail(kUsage, options.error().message + "\nSee `grovec " + std::string(command->name) + " --help`.");
  return command->run(*options);
}

}  // namespace grovec::cli

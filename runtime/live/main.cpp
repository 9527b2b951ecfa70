// The second program: everything that talks to a cluster. Users type `grovec`, which hands over to it.
#include <unistd.h>

#include <string>
#include <vector>

#include "runtime/driver/version.h"
#include "runtime/live/reconcile/command.h"

namespace {

struct Command {
  std::string_view name, summary;
  int (*run)(std::span<const std::string> args);
};

constexpr Command kCommands[] = {
    {"reconcile", "keep the cluster equal to what its PodCliqueSets ask for", grovec::live::reconcile},
};

int print(int fd, const std::string& text, int code) {
  return write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? code : 3;
}

std::string help() {
  std::string out = "grovec-live: the commands of grovec that talk to a cluster\n\nCommands:\n";
  for (const Command& c : kCommands) out += "  " + std::string(c.name) + "  " + std::string(c.summary) + "\n";
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  if (args.empty() || args[0] == "--help" || args[0] == "help") return print(1, help(), args.empty() ? 2 : 0);
  if (args[0] == "--version" || args[0] == "version")
    return print(1, "grovec-live " + std::string(grovec::driver::kVersion) + "\n", 0);
  for (const Command& c : kCommands)
    if (c.name == args[0]) return c.run(std::span(args).subspan(1));
  return print(2, "grovec: there is no command `" + args[0] + "` that talks to a cluster\n", 2);
}

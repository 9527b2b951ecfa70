// The second program: everything that talks to a cluster. Users type `grovec`, which hands over to it.
#include <unistd.h>

#include <csignal>
#include <string>
#include <vector>

#include "runtime/driver/version.h"
#include "runtime/live/commands/table.h"

namespace {

using grovec::live::Entry;

int print(int fd, const std::string& text, int code) {
  return write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? code : 3;
}

std::string help() {
  std::string out = "grovec-live: the commands of grovec that talk to a cluster\n\nCommands:\n";
  for (const Entry& e : grovec::live::commands())
    out += "  " + std::string(e.name) + std::string(11 - e.name.size(), ' ') + std::string(e.summary) + "\n";
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  if (args.empty() || args[0] == "--help" || args[0] == "help") return print(1, help(), args.empty() ? 2 : 0);
  if (args[0] == "--version" || args[0] == "version")
    return print(1, "grovec-live " + std::string(grovec::driver::kVersion) + "\n", 0);
  std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away is an error code of write, not a death
  for (const Entry& e : grovec::live::commands())
    if (e.name == args[0]) return e.run(std::span(args).subspan(1));
  return print(2, "grovec: there is no command `" + args[0] + "` that talks to a cluster\n", 2);
}

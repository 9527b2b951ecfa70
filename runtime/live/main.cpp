// grovec-live: the commands that talk to a cluster. `grovec` hands over to it; it has no commands of its own.
#include <csignal>
#include <string>
#include <vector>

#include "runtime/live/commands/console.h"
#include "runtime/live/commands/table.h"

int main(int argc, char** argv) {
  using namespace grovec::live;
  std::signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> args(argv + (argc > 0), argv + argc);
  for (const Entry& e : commands())
    if (!args.empty() && args.front() == e.name) return e.run(std::span(args).subspan(1));
  std::string names;
  for (const Entry& e : commands()) names.append(names.empty() ? "" : ", ").append(e.name);
  return fail(kUsage, "write a command: " + names);
}

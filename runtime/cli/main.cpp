// The composition root: everything is reached from the command table.
#include <csignal>
#include <string>
#include <vector>

#include "runtime/cli/commands.h"

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away is an error code of write, not a death
  std::vector<std::string> args(argv + (argc > 0 ? 1 : 0), argv + argc);
  return grovec::cli::run_command_line(args);
}

#include "runtime/live/commands/console.h"

#include <unistd.h>

#include <string>

#include "runtime/kube/redact.h"

namespace grovec::live {

bool is_terminal(int fd) { return isatty(fd) == 1; }

void warn(std::string_view message) {
  if (!cli::is_quiet()) print(STDERR_FILENO, "grovec: warning: " + kube::redact(message) + "\n");
}

void tell(std::string_view message) {
  if (!cli::is_quiet()) print(STDERR_FILENO, std::string(message) + "\n");
}

bool ask(std::string_view question) {
  print(STDERR_FILENO, std::string(question) + " [y/N] ");
  char answer[64];
  const ssize_t n = read(STDIN_FILENO, answer, sizeof answer);
  return n > 0 && (answer[0] == 'y' || answer[0] == 'Y');
}

}  // namespace grovec::live

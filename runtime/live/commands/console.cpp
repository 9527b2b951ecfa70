#include "runtime/live/commands/console.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "runtime/kube/redact.h"

namespace grovec::live {

ExitCode exit_code_of(Error::Kind kind) {
  switch (kind) {
    case Error::kContent:
    case Error::kConflict:
      return kFound;
    case Error::kUsage:
      return kUsage;
    case Error::kIo:
    case Error::kRetry:
    case Error::kGone:
    case Error::kDenied:
      return kFailed;
  }
  return kFailed;
}

void print(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

int fail(ExitCode code, std::string_view message) {
  print(STDERR_FILENO, "grovec: " + kube::redact(message) + "\n");
  return code;
}

int fail(const Error& error) { return fail(exit_code_of(error.kind), error.message); }

bool is_terminal(int fd) { return isatty(fd) == 1; }

namespace {
std::string_view color_when = "auto";
bool quiet = false;
}  // namespace

void set_habits(const cli::Options& options) {
  const std::string_view when = options.get("--color", "auto");
  color_when = when == "always" ? "always" : when == "never" ? "never" : "auto";
  quiet = options.has("--quiet");
}

void warn(std::string_view message) {
  if (!quiet) print(STDERR_FILENO, "grovec: warning: " + kube::redact(message) + "\n");
}

void tell(std::string_view message) {
  if (!quiet) print(STDERR_FILENO, std::string(message) + "\n");
}

bool use_color(int fd) {
  if (color_when != "auto") return color_when == "always";
  const char* term = std::getenv("TERM");
  const char* no_color = std::getenv("NO_COLOR");
  return is_terminal(fd) && !(no_color && *no_color) && !(term && std::string_view(term) == "dumb");
}

bool ask(std::string_view question) {
  print(STDERR_FILENO, std::string(question) + " [y/N] ");
  char answer[64];
  const ssize_t n = read(STDIN_FILENO, answer, sizeof answer);
  return n > 0 && (answer[0] == 'y' || answer[0] == 'Y');
}

}  // namespace grovec::live

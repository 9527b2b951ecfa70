#include "runtime/terminal/console.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace grovec::cli {

namespace {

bool quiet = false;
std::string color_when = "auto";
std::string (*message_filter)(std::string_view) = nullptr;

bool is_dumb() {
  const char* term = std::getenv("TERM");
  return term && std::string_view(term) == "dumb";
}

}  // namespace

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
      return kCannotRead;
  }
  return kCannotRead;
}

int fail(int exit_code, std::string_view message) {
  print_error("grovec: " + (message_filter ? message_filter(message) : std::string(message)) + "\n");
  return exit_code;
}

int fail(const Error& error) { return fail(exit_code_of(error.kind), error.message); }

void print(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

void print_error(std::string_view text) { print(STDERR_FILENO, text); }

void set_message_filter(std::string (*filter)(std::string_view)) { message_filter = filter; }

void set_habits(const Options& options) {
  quiet = options.has("--quiet");
  color_when = options.get("--color", "auto");
}

bool use_color(int fd) {
  if (color_when != "auto") return color_when == "always";
  const char* no_color = std::getenv("NO_COLOR");
  return (!no_color || !*no_color) && !is_dumb() && ::isatty(fd) == 1;
}

bool is_quiet() { return quiet; }
bool shows_progress() { return !quiet && !is_dumb() && ::isatty(STDERR_FILENO) == 1; }

}  // namespace grovec::cli

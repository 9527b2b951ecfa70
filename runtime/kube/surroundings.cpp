#include "runtime/kube/surroundings.h"

#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <random>

namespace grovec::kube {

Surroundings real_surroundings() {
  Surroundings out;
  out.now = [] { return std::chrono::steady_clock::now(); };
  out.wall_time = [] { return std::chrono::system_clock::now(); };
  auto generator = std::make_shared<std::mt19937_64>(std::random_device{}());
  out.random = [generator] { return std::uniform_real_distribution<double>(0, 1)(*generator); };
  out.environment = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
  };
  out.log = [](LogLevel level, std::string_view line) {
    std::string text = level == LogLevel::kWarning ? "grovec: warning: " : "grovec: ";
    text.append(line).append(1, '\n');
    // One write for a line, so that lines of several processes do not mix; nothing can be done if it fails.
    if (::write(STDERR_FILENO, text.data(), text.size()) < 0) return;
  };
  return out;
}

}  // namespace grovec::kube
